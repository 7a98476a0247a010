// Keys of what stands elsewhere than in a request: in a purge, in a Location, on the command line. Control plane and
// rare requests only.

import HTTPMessage
import Settings
package import Store

/// Why a URL or a part of one names no keys.
package enum KeyProblem: Error, Equatable, Sendable {
    /// It cannot be brought into its normal form.
    case malformed
    /// No request can name its host.
    case badHost(String)
    /// The host is part of some of the keys; the name of a route of which that is so.
    case needsHost(route: String)
    /// Among the keys are those without a host whatever their path, and a pattern of these would match keys with hosts too;
    /// the name of a route without.
    case tooWide(route: String)
}

extension RouteTable {
    /// The key of a path and query under a host, the route that it takes, and what an origin would be asked for.
    ///
    /// - Parameters:
    ///   - path: Path and query; begins with a slash.
    ///   - host: The host, with or without a port.
    /// - Returns: Nil if path or host cannot be normalized.
    func key(path: String, host: String) -> (route: Route, key: [UInt8], target: String)? {
        let bytes = Array(path.utf8)
        guard let normal = normal(bytes, foldsCase: false), let host = HostNormalization.normalize(host) else {
            return nil
        }
        let route = route(order.route(host: RouteHost.bare(host), path: String(decoding: normal, as: UTF8.self)))
        guard let folded = self.normal(bytes, foldsCase: route.foldsCase) else { return nil }
        let target = route.query?.applied(to: normal) ?? normal
        return (route, route.key(of: folded, host: host), String(decoding: target, as: UTF8.self))
    }

    /// The keys that requests for a path can have.
    ///
    /// - Parameters:
    ///   - path: Path and query; begins with a slash.
    ///   - host: The host, with or without a port; nil for any.
    /// - Returns: One, or more where routes of several hosts make other keys of it.
    /// - Throws: `malformed`, `badHost`; `needsHost` where only some host makes a key of it.
    package func keys(path: String, host: String?) throws(KeyProblem) -> [[UInt8]] {
        try spellings(path, host, isPrefix: false).map(\.key).withoutRepeats
    }

    /// The keys of requests whose path begins so.
    ///
    /// - Parameters:
    ///   - path: The beginning of path and query.
    ///   - host: The host, with or without a port; nil for any.
    /// - Returns: Rules over keys: beginnings, and `withoutHost` for all keys of routes whose pictures hosts share, which
    ///   cannot be told from keys with hosts by their beginning.
    /// - Throws: As `keys(path:host:)`.
    package func prefixes(path: String, host: String?) throws(KeyProblem) -> [PurgeRule] {
        try spellings(path, host, isPrefix: true).map { route, key in
            isEveryKey(key, of: route) ? .withoutHost : .prefix(key)
        }.withoutRepeats
    }

    private func spellings(
        _ path: String,
        _ host: String?,
        isPrefix: Bool
    ) throws(KeyProblem) -> [(route: Route, key: [UInt8])] {
        let bytes = Array(path.utf8)
        guard let plain = normal(bytes, foldsCase: false) else { throw .malformed }
        let host = try normalHost(host)
        return try candidates(plain, hasHost: host != nil, host, isPrefix: isPrefix).map { route throws(KeyProblem) in
            guard let spelled = normal(bytes, foldsCase: route.foldsCase) else { throw .malformed }
            return (route, route.key(of: spelled, host: host ?? ""))
        }
    }

    /// Whether every key begins so, those with a host too, which are not this route's.
    private func isEveryKey(_ beginning: [UInt8], of route: Route) -> Bool {
        !route.keyHasHost && beginning.count <= 1 && all.contains(where: \.keyHasHost)
    }

    /// Patterns of the keys of requests whose URL matches one: `*` and `?` stay what they are, the text between them is
    /// spelled as in keys.
    ///
    /// - Parameters:
    ///   - path: The pattern of path and query; begins with a slash.
    ///   - host: The host or a pattern of it, with or without a port; nil for any.
    /// - Returns: Patterns.
    /// - Throws: As `prefixes(path:host:)`, and `tooWide`.
    package func patterns(path: String, host: String?) throws(KeyProblem) -> [[UInt8]] {
        let isWild = { (byte: UInt8) in byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }
        let host = try normalHost(host)
        let known = host.flatMap { $0.utf8.contains(where: isWild) ? nil : $0 }
        let beginning = PurgeRule.glob(try spelled(path, foldsCase: false)).commonPrefix
        var patterns: [[UInt8]] = []
        for route in try candidates(beginning, hasHost: host != nil, known, isPrefix: true) {
            guard !isEveryKey(beginning, of: route) else { throw .tooWide(route: route.name) }
            for pattern in try spellings(path, foldsCase: route.foldsCase) {
                let start =
                    route.keyHasHost ? "//\(host ?? "")" : pattern.starts(with: "//".utf8) ? "//@" : ""
                let whole = Array(start.utf8) + pattern
                if !patterns.contains(whole) { patterns.append(whole) }
            }
        }
        return patterns
    }

    /// Patterns of whole keys, from one that begins with a star.
    ///
    /// - Parameter pattern: The pattern.
    /// - Returns: The pattern as it is spelled in keys: twice, where some routes fold letter case and some do not.
    /// - Throws: `malformed`.
    package func patterns(of pattern: String) throws(KeyProblem) -> [[UInt8]] {
        var patterns: [[UInt8]] = []
        for route in all {
            for spelling in try spellings(pattern, foldsCase: route.foldsCase) where !patterns.contains(spelling) {
                patterns.append(spelling)
            }
        }
        return patterns
    }

    /// A pattern as keys are spelled.
    ///
    /// Where letter case in paths is folded, that in queries is not, and any wildcard may be or
    /// have what the query begins with: then there is a spelling for each place where it may begin.
    private func spellings(_ pattern: String, foldsCase: Bool) throws(KeyProblem) -> [[UInt8]] {
        let plain = try spelled(pattern, foldsCase: false)
        guard foldsCase else { return [plain] }
        let folded = try spelled(pattern, foldsCase: true)
        var spellings = [folded]
        for place in plain.indices where plain[place] == UInt8(ascii: "*") || plain[place] == UInt8(ascii: "?") {
            let spelling = Array(folded[..<place] + plain[place...])
            if !spellings.contains(spelling) { spellings.append(spelling) }
        }
        return spellings
    }

    private func spelled(_ pattern: String, foldsCase: Bool) throws(KeyProblem) -> [UInt8] {
        // To the normal form a question mark begins a query; and what stands before each piece keeps its beginning from being
        // a dot segment.
        let guardText = "/~"
        var spelled: [[UInt8]] = []
        for piece in pattern.utf8.split(separator: UInt8(ascii: "?"), omittingEmptySubsequences: false) {
            let bytes = guardText.utf8 + Array(piece)
            guard let normal = normal(bytes, foldsCase: foldsCase),
                normal.starts(with: guardText.utf8)
            else { throw .malformed }
            spelled.append(Array(normal.dropFirst(guardText.utf8.count)))
        }
        return Array(spelled.joined(separator: [UInt8(ascii: "?")]))
    }

    /// A host as keys have it.
    private func normalHost(_ host: String?) throws(KeyProblem) -> String? {
        guard let host else { return nil }
        guard let normal = HostNormalization.normalize(host) else { throw .badHost(host) }
        return normal
    }

    /// The routes that may take requests, none of them such that their keys cannot be named.
    private func candidates(
        _ path: [UInt8],
        hasHost: Bool,
        _ host: String?,
        isPrefix: Bool
    ) throws(KeyProblem) -> [Route] {
        let text = String(decoding: path, as: UTF8.self)
        let found = order.candidates(host: host.map(RouteHost.bare), path: text, isPrefix: isPrefix).map { route($0) }
        if !hasHost, let keyed = found.first(where: \.keyHasHost) { throw .needsHost(route: keyed.name) }
        return found
    }

    /// Whether every request of a host, which is normal, has it in its key.
    func alwaysHasHost(_ host: String) -> Bool {
        order.candidates(host: RouteHost.bare(host), path: "/", isPrefix: true).allSatisfy { route($0).keyHasHost }
    }

    private func normal(_ path: [UInt8], foldsCase: Bool) -> [UInt8]? {
        path.withRawSpan { TargetNormalization.normalize($0, foldsCase: foldsCase) }
    }
}

extension Route {
    /// What the configuration calls it.
    var name: String { index.map { "routes[\($0)]" } ?? "the default route" }
}

extension Array where Element: Equatable {
    /// Each element where it stands first.
    ///
    /// O(n²): there are as many as routes at most.
    fileprivate var withoutRepeats: [Element] {
        reduce(into: []) { unique, element in
            if !unique.contains(element) { unique.append(element) }
        }
    }
}
