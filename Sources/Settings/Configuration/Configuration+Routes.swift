// Value. The settings of a route: its own, and the top-level ones for the rest. nil stands for the default route, which
// takes all requests that no other route takes.

import HTTPMessage

extension Configuration {
    /// Every list of origins, the top-level one first; two routes with equal lists share one.
    package var originLists: [[Origin]] {
        routes.reduce(into: [origins]) { lists, route in
            if !route.origins.isEmpty, !lists.contains(route.origins) { lists.append(route.origins) }
        }
    }

    /// The names of `originLists`: `default`, or the first route that uses the list, such as `routes[0]`.
    package var originListNames: [String] {
        originLists.indices.map { list in
            list == 0 ? "default" : "routes[\(routes.firstIndex { originList(of: $0) == list } ?? 0)]"
        }
    }

    /// Which of `originLists` a route uses.
    ///
    /// - Parameter route: The route; nil for the default one.
    /// - Returns: The list's place in `originLists`.
    package func originList(of route: RouteSettings?) -> Int {
        guard let route, !route.origins.isEmpty else { return 0 }
        return originLists.firstIndex(of: route.origins) ?? 0
    }

    /// The cache settings of a route.
    ///
    /// - Parameter route: The route; nil for the default one.
    /// - Returns: The top-level settings, overridden by the route's own.
    package func cache(of route: RouteSettings?) -> Cache {
        guard let route else { return cache }
        var result = cache
        for row in Table.cache where route.ownCacheSettings.contains(row.name) { row.copy(route.cache, &result) }
        return result
    }

    /// Whether the client's host is part of a route's cache keys.
    ///
    /// - Parameter route: The route; nil for the default one.
    /// - Returns: The route's setting. Without one, true if an origin gets that host, or if the route is limited to
    ///   some hosts: then other hosts' requests for the same path take another route.
    package func keyHasHost(of route: RouteSettings?) -> Bool {
        if let told = route?.keyHost { return told }
        let asked = originLists[originList(of: route)]
        return asked.contains { $0.hostHeader == .client } || route.map { $0.host != .any } ?? false
    }
}
