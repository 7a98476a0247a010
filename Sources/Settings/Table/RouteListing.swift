// Value. The routes of a configuration for people: in the order in which they are tried, the default route last.

import HTTPMessage

/// A route as listings show it.
package struct ListedRoute: Sendable {
    /// Its place in `routes`; nil for the default route, which takes the rest.
    package let index: Int?
    /// The hosts that it takes.
    package let host: String
    /// The prefix of its paths.
    package let path: String
    /// The URLs of its origins, in the order in which they are tried.
    package let origins: [String]
    /// Whether the route has an origin list of its own.
    package let hasOwnOrigins: Bool
    /// Whether the client's host is part of its keys.
    package let keyHasHost: Bool
    /// Its own cache settings with their values, in the order of the reference.
    package let settings: [(name: String, value: String)]
    /// Whether any request takes it.
    package let isReached: Bool

    /// Describes a route.
    ///
    /// - Parameters:
    ///   - index: Its place in `routes`; nil for the default one.
    ///   - configuration: The configuration that contains it.
    package init(_ index: Int?, of configuration: Configuration) {
        self.init(index, of: configuration, RouteOrder(configuration))
    }

    fileprivate init(_ index: Int?, of configuration: Configuration, _ order: RouteOrder) {
        let route = index.map { configuration.routes[$0] }
        self.index = index
        host = (route?.host ?? .any).description
        path = route?.path ?? "/"
        origins = configuration.originLists[configuration.originList(of: route)].map(\.url.text)
        hasOwnOrigins = route?.origins.isEmpty == false
        keyHasHost = configuration.keyHasHost(of: route)
        settings =
            route.map { route in
                Table.cache.filter { route.ownCacheSettings.contains($0.name) }
                    .map { (String($0.name.dropFirst("cache.".count)), $0.text(route.cache)) }
            } ?? []
        isReached = order.isReached(index)
    }

    /// Its name in the configuration: `routes[0]`, or `default`.
    package var name: String { index.map { "routes[\($0)]" } ?? "default" }
}

/// Every route of a configuration.
///
/// - Parameter configuration: The configuration.
/// - Returns: The routes in the order in which they are tried, the default one last.
package func routes(of configuration: Configuration) -> [ListedRoute] {
    let order = RouteOrder(configuration)
    return (order.indices.map(Optional.some) + [nil]).map { ListedRoute($0, of: configuration, order) }
}
