// Value. Decides which route takes a request: the most specific host first (a name, then `*.name`, the longest first,
// then any), and among those the longest path. A path is a plain prefix, as in nginx: `/thumbs` takes
// `/thumbs-old/a.jpg` too.
//
// Letter case in paths is ignored if one route or the top level folds it (`key_case: insensitive`). So a request and
// its folded path take the same route, and two routes never make one key from two paths (docs/decisions/0030).

import HTTPMessage

/// The routes of a configuration in the order in which they are tried.
package struct RouteOrder: Sendable {
    /// Places in `Configuration.routes`, the first to be tried first; the default route, which takes the rest, is not
    /// in it.
    package let indices: [Int]
    /// Whether ASCII letter case in paths is ignored.
    package let foldsCase: Bool
    private let routes: [(host: RouteHost, path: [UInt8])]

    /// Orders the routes of a configuration.
    ///
    /// - Parameter configuration: The configuration.
    package init(_ configuration: Configuration) {
        let folds =
            configuration.routes.contains { configuration.cache(of: $0).foldCase } || configuration.cache.foldCase
        foldsCase = folds
        routes = configuration.routes.map { ($0.host, RouteOrder.spelled($0.path, folds: folds)) }
        let ranks = routes.map { RouteOrder.rank($0.host, $0.path) }
        indices = routes.indices.sorted { first, second in
            ranks[first] == ranks[second] ? first < second : ranks[first] < ranks[second]
        }
    }

    /// The routes that may take a request, in the order in which they are tried.
    ///
    /// O(routes).
    ///
    /// - Parameters:
    ///   - host: The request's host, bare; nil if it may be any.
    ///   - path: Its path, normal; it may have a query.
    ///   - isPrefix: Whether it means every path that begins with it.
    /// - Returns: Places in `Configuration.routes`, nil for the default route; never empty, and exactly one for a host
    ///   and a whole path.
    package func candidates(host: String?, path: String, isPrefix: Bool = false) -> [Int?] {
        let path = RouteOrder.spelled(path, folds: foldsCase)
        var found: [Int?] = []
        for index in indices {
            let route = routes[index]
            guard host.map({ route.host.matches($0) }) ?? true else { continue }
            let takesAll = path.starts(with: route.path)
            guard takesAll || isPrefix && route.path.starts(with: path) else { continue }
            found.append(index)
            // This route takes all that is left.
            if takesAll, host != nil || route.host == .any { return found }
        }
        return found + [nil]
    }

    /// The route that takes a request.
    ///
    /// - Parameters:
    ///   - host: The request's host, bare.
    ///   - path: Its path, normal.
    /// - Returns: Its place in `Configuration.routes`; nil for the default route.
    package func route(host: String, path: String) -> Int? {
        candidates(host: host, path: path)[0]
    }

    /// Whether a route takes any request at all.
    ///
    /// - Parameter index: Its place in `Configuration.routes`; nil for the default route.
    /// - Returns: False if another one takes all that it would.
    package func isReached(_ index: Int?) -> Bool {
        guard let index else { return route(host: RouteHost.any.example, path: "/") == nil }
        return route(host: routes[index].host.example, path: String(decoding: routes[index].path, as: UTF8.self))
            == index
    }

    private static func spelled(_ path: String, folds: Bool) -> [UInt8] {
        folds ? path.utf8.map { ASCII.lowercased($0) } : Array(path.utf8)
    }

    /// The lesser rank is tried first.
    private static func rank(_ host: RouteHost, _ path: [UInt8]) -> (Int, Int, Int) {
        switch host {
        case .name: (0, 0, -path.count)
        case .subdomains(let name): (1, -name.utf8.count, -path.count)
        case .any: (2, 0, -path.count)
        }
    }
}
