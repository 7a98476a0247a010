// Shared, immutable. The routes of a configuration, in a layout in which a request finds its route by comparing bytes
// in place: no text is made, nothing is allocated. RouteOrder decides the order of the routes.

import HTTPMessage
import Settings

/// The routes of the picture port.
package final class RouteTable: Sendable {
    /// The common part of a route's requests: places in `bytes`.
    private struct Pattern: Sendable {
        let host: Range<Int>
        let hostKind: HostKind
        let path: Range<Int>
    }

    private enum HostKind: Sendable {
        case any
        case name
        case subdomains
    }

    /// The default route, for requests that no other route takes.
    let standard: Route
    /// The others, in the order in which they are tried, with their patterns.
    private let routes: [Route]
    private let patterns: [Pattern]
    private let bytes: [UInt8]
    private let foldsCase: Bool
    private let hasHosts: Bool
    /// The host of a request decides its route or is part of its key.
    let readsHosts: Bool
    let order: RouteOrder

    /// Makes the layout of a configuration's routes.
    init(_ configuration: Configuration) {
        let order = RouteOrder(configuration)
        self.order = order
        foldsCase = order.foldsCase
        standard = Route(nil, of: configuration)
        routes = order.indices.map { Route($0, of: configuration) }
        var bytes: [UInt8] = []
        func place(_ text: String) -> Range<Int> {
            bytes += text.utf8
            return bytes.count - text.utf8.count..<bytes.count
        }
        patterns = order.indices.map { index in
            let route = configuration.routes[index]
            let path = place(order.foldsCase ? route.path.lowercased() : route.path)
            return switch route.host {
            case .any: Pattern(host: 0..<0, hostKind: .any, path: path)
            case .name(let name): Pattern(host: place(name), hostKind: .name, path: path)
            case .subdomains(let name): Pattern(host: place(".\(name)"), hostKind: .subdomains, path: path)
            }
        }
        self.bytes = bytes
        hasHosts = patterns.contains { $0.hostKind != .any }
        readsHosts = hasHosts || standard.keyHasHost || routes.contains(where: \.keyHasHost)
    }

    /// There is only the default route.
    var isEmpty: Bool { routes.isEmpty }

    /// Every route, the default one last.
    var all: [Route] { routes + [standard] }

    /// A route by its place in the configuration; the default one for nil.
    func route(_ index: Int?) -> Route { routes.first { $0.index == index } ?? standard }

    /// The route that takes a request.
    ///
    /// O(routes), no allocation.
    ///
    /// - Parameters:
    ///   - authority: The host of the request, with or without a port, normal.
    ///   - target: Its path and query, normal.
    /// - Returns: The route.
    func route(authority: RawSpan, target: RawSpan) -> Route {
        let host = hasHosts ? Self.bareHost(authority) : 0..<0
        for place in patterns.indices {
            let pattern = patterns[place]
            if matchesHost(pattern, authority, host), hasPrefix(target, pattern.path) { return routes[place] }
        }
        return standard
    }

    private func matchesHost(_ pattern: Pattern, _ authority: RawSpan, _ host: Range<Int>) -> Bool {
        switch pattern.hostKind {
        case .any: return true
        case .name: guard host.count == pattern.host.count else { return false }
        case .subdomains: guard host.count > pattern.host.count else { return false }
        }
        let start = host.upperBound - pattern.host.count
        for offset in 0..<pattern.host.count
        where authority.byte(at: start + offset) != bytes[pattern.host.lowerBound + offset] {
            return false
        }
        return true
    }

    private func hasPrefix(_ target: RawSpan, _ path: Range<Int>) -> Bool {
        guard target.byteCount >= path.count else { return false }
        for offset in 0..<path.count {
            let byte = target.byte(at: offset)
            if (foldsCase ? ASCII.lowercased(byte) : byte) != bytes[path.lowerBound + offset] { return false }
        }
        return true
    }

    /// The place of the bare host in a normal one: without brackets and port, as `RouteHost.bare(_:)` has it.
    private static func bareHost(_ authority: RawSpan) -> Range<Int> {
        let isAddress = authority.byteCount > 0 && authority.byte(at: 0) == UInt8(ascii: "[")
        let start = isAddress ? 1 : 0
        let terminator = isAddress ? UInt8(ascii: "]") : UInt8(ascii: ":")
        var end = start
        while end < authority.byteCount, authority.byte(at: end) != terminator { end += 1 }
        return start..<end
    }
}
