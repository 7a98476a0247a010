// Value. The configuration of a test's larder: a test changes what it is about and leaves the rest.

import HTTPMessage
package import Runtime
package import Settings
package import TestSupport

package struct Setup {
    /// As a user would write it; the harness gives it a cache directory.
    package var configuration = Configuration()
    /// Whether larder connects to the origins at its start, as it does when it serves.
    ///
    /// If not, a test counts only the connections of its own requests.
    package var looksAtOrigins = false
    /// The clock of store, origins and proxy.
    package var clock = Clock.system

    /// One authoritative origin first, the others in their order after it; `change` has the last word.
    package init(_ origins: ScriptedOrigin..., change: (inout Setup) throws -> Void = { _ in }) throws {
        try self.init(urls: origins.map(\.url), change: change)
    }

    /// As above, with any kind of origin.
    package init(urls: [String], change: (inout Setup) throws -> Void = { _ in }) throws {
        configuration.listen = [.tcp(host: "127.0.0.1", port: 0)]
        configuration.admin.listen = .tcp(host: "127.0.0.1", port: 0)
        configuration.cache.maxSize = 64 << 20
        configuration.cache.memory = 4 << 20
        configuration.cache.scrubRate = 0
        configuration.threads = 2
        configuration.origins = try Self.origins(urls)
        try change(&self)
    }

    /// Adds a route, with origins of its own if there are any.
    package mutating func route(
        host: RouteHost = .any,
        path: String = "/",
        origins: ScriptedOrigin...,
        change: (inout Configuration.RouteSettings) -> Void = { _ in }
    ) throws {
        var route = Configuration.RouteSettings()
        route.host = host
        route.path = path
        route.origins = try Self.origins(origins.map(\.url))
        change(&route)
        configuration.routes.append(route)
    }

    private static func origins(_ urls: [String]) throws -> [Configuration.Origin] {
        try urls.enumerated().map { index, url in
            var origin = Configuration.Origin(url: try OriginURL(url))
            origin.isAuthoritative = index == 0
            return origin
        }
    }
}
