// Shared, immutable. Makes keys from names outside of requests: in a purge, in a Location, on the command line. For the
// control plane and rare requests only.

import HTTPMessage
import Settings
package import Store

/// The reason why a URL or a part of one names no keys.
package enum KeyProblem: Error, Equatable, Sendable {
    /// It cannot be brought into its normal form.
    case malformed
    /// No request can name its host.
    case badHost(String)
    /// The host is part of some of the keys; gives the name of a route with such keys.
    case needsHost(route: String)
    /// The keys include all of a route's keys without a host, and a pattern for these would also match keys with hosts;
    /// gives the name of such a route.
    case tooWide(route: String)
}

extension RouteTable {
    /// The key of a path and query under a host, its route, and the target that an origin would get.
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
    /// - Returns: One, or more if routes of several hosts make different keys from it.
    /// - Throws: `malformed`, `badHost`; `needsHost` if only some host makes a key of it.
    package func keys(path: String, host: String?) throws(KeyProblem) -> [[UInt8]] {
        try spellings(path, host, isPrefix: false).map(\.key).withoutRepeats
    }

    /// The keys of requests whose path has this prefix.
    ///
    /// - Parameters:
    ///   - path: The prefix of path and query.
    ///   - host: The host, with or without a port; nil for any.
    /// - Returns: Rules over keys: prefixes, and `withoutHost` for all keys of routes whose pictures hosts share,
    ///   because a prefix cannot separate them from keys with hosts.
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

    /// Whether every key has this prefix, even keys with a host, which are not this route's.
    private func isEveryKey(_ beginning: [UInt8], of route: Route) -> Bool {
        !route.keyHasHost && beginning.count <= 1 && all.contains(where: \.keyHasHost)
    }

    /// Patterns of the keys of requests whose URL matches one: `*` and `?` stay as they are, the text between them is
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
    /// - Returns: The pattern as it is spelled in keys: twice, if some routes fold letter case and some do not.
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

    /// A pattern in the spelling of keys.
    ///
    /// Letter case is folded in paths but not in queries, and any wildcard may be or contain the beginning of the
    /// query: then there is a spelling for each possible beginning.
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
        // To the normal form a question mark begins a query. The guard in front of each piece keeps its beginning from
        // being a dot segment.
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

    /// A host in the spelling of keys.
    private func normalHost(_ host: String?) throws(KeyProblem) -> String? {
        guard let host else { return nil }
        guard let normal = HostNormalization.normalize(host) else { throw .badHost(host) }
        return normal
    }

    /// The routes that may take requests; throws if the keys of one of them cannot be named.
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
    /// Its name in the configuration.
    var name: String { index.map { "routes[\($0)]" } ?? "the default route" }
}

extension Array where Element: Equatable {
    /// Each element at its first place.
    ///
    /// O(n²): there are at most as many as routes.
    fileprivate var withoutRepeats: [Element] {
        reduce(into: []) { unique, element in
            if !unique.contains(element) { unique.append(element) }
        }
    }
}
