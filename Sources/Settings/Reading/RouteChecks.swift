// Value. The checks of the routes together: routes that take no request, and pictures of one route that another would
// serve. Invariant: in a configuration without problems, two requests with the same cache key use the same list of
// origins (invariant 1).

import HTTPMessage

/// Checks the routes of a configuration.
struct RouteChecks {
    /// The most origins, all lists together: each has connections, a queue and figures of its own.
    private static let originsLimit = 512

    private let configuration: Configuration
    private let order: RouteOrder

    init(_ configuration: Configuration) {
        self.configuration = configuration
        order = RouteOrder(configuration)
    }

    func run(_ findings: inout Findings) {
        let origins = configuration.originLists.reduce(0) { $0 + $1.count }
        if origins > RouteChecks.originsLimit {
            let message = "there are \(origins) origins in all lists together"
            findings.problem("routes", message, expected: "at most \(RouteChecks.originsLimit)")
        }
        for index in configuration.routes.indices {
            checkReach(index, &findings)
            checkKeyHost(index, &findings)
        }
    }

    // MARK: Routes without requests

    private func checkReach(_ index: Int, _ findings: inout Findings) {
        let route = configuration.routes[index]
        let path = "routes[\(index)]"
        guard !findings.isFaulty("\(path).host"), !findings.isFaulty("\(path).path") else { return }
        if !order.isReached(index) {
            let winner = order.route(host: route.host.example, path: route.path).map { "routes[\($0)]" } ?? ""
            findings.warning(
                path,
                "it takes no request: \(winner) has the same host and path",
                expected: "each host and path once"
            )
        } else if route.host == .any, route.path == "/" {
            findings.warning(
                path,
                "it takes every request, so that none is left for the top-level origins and cache settings",
                expected: "a host or a path, or its settings at the top level"
            )
        }
    }

    // MARK: Keys

    private func checkKeyHost(_ index: Int, _ findings: inout Findings) {
        let route = configuration.routes[index]
        let path = "routes[\(index)].key_host"
        guard route.keyHost == false, !findings.isFaulty(path) else { return }
        if configuration.originLists[configuration.originList(of: route)].contains(where: { $0.hostHeader == .client })
        {
            return findings.problem(
                path,
                "an origin is sent the client's host, and may answer each host otherwise",
                expected: "true, or another host_header"
            )
        }
        for other in configuration.routes.indices.map(Optional.some) + [nil] where other != index {
            let otherRoute = other.map { configuration.routes[$0] }
            guard !configuration.keyHasHost(of: otherRoute), shareKeys(index, other) else { continue }
            let name = other.map { "routes[\($0)]" } ?? "the default route"
            if configuration.originList(of: route) != configuration.originList(of: otherRoute) {
                return findings.problem(
                    path,
                    "\(name) takes the same paths of other hosts, and would share its pictures, from other origins",
                    expected: "true, or the same origins"
                )
            }
            if configuration.cache(of: route) != configuration.cache(of: otherRoute) {
                findings.warning(
                    path,
                    "it shares its pictures with \(name), which has other cache settings: those of whichever fetched one hold",
                    expected: "the same cache settings"
                )
            }
        }
    }

    /// Whether both may take requests for one path.
    ///
    /// It is sufficient to test a path right below the longer prefix, with a host that no other route names.
    private func shareKeys(_ one: Int?, _ other: Int?) -> Bool {
        let paths = [one, other].map { $0.map { configuration.routes[$0].path } ?? "/" }
        let longer = paths[0].utf8.count > paths[1].utf8.count ? paths[0] : paths[1]
        return [one, other].allSatisfy { index in
            let host = index.map { configuration.routes[$0].host } ?? .any
            return order.route(host: host.example, path: longer) == index
        }
    }
}
