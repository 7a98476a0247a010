// A value. What a scenario's larder is made from; a test changes what it is about and leaves the rest.

import HTTPMessage
import Origins
import Settings
import TestSupport

struct Setup {
    /// Limits, caching rules, access log; where it listens is the harness's business.
    var configuration = Configuration()
    var origins: [OriginSettings]
    /// The first origin is sent the client's Host: keys have one.
    var passesHost = false
    /// A Unix socket to listen on as well.
    var unixSocket: String?
    /// The wall clock of the origins; nil for the machine's.
    var originClock: (@Sendable () -> WallTime)?
    var maximumSize: Int64 = 64 << 20
    var memory: Int64 = 4 << 20

    /// One authoritative origin first, the others in their order behind it; `change` has the last word.
    init(_ origins: ScriptedOrigin..., change: (inout Setup) throws -> Void) rethrows {
        self.origins = origins.enumerated().map {
            OriginSettings(url: OriginURL(test: $1.url), isAuthoritative: $0 == 0)
        }
        try change(&self)
    }

    /// The settings that the proxy reads, with as many origins as there are.
    func proxyConfiguration() throws -> Configuration {
        var result = configuration
        result.origins = origins.map { Configuration.Origin(url: $0.url) }
        if passesHost { result.origins[0].hostHeader = .client }
        return result
    }

    /// Adds a route, with origins of its own if there are any.
    mutating func route(
        host: RouteHost = .any,
        path: String = "/",
        origins: ScriptedOrigin...,
        change: (inout Configuration.Route) -> Void = { _ in }
    ) throws {
        var route = Configuration.Route()
        route.host = host
        route.path = path
        route.origins = try origins.map { try Configuration.Origin(url: OriginURL($0.url)) }
        if !origins.isEmpty { route.origins[0].isAuthoritative = true }
        change(&route)
        configuration.routes.append(route)
    }

    /// The lists of origins as larder asks them.
    func originLists() throws -> [[OriginSettings]] {
        var first = origins
        if passesHost { first[0].hostHeader = .client }
        let others = try proxyConfiguration().originLists.dropFirst()
        return [first]
            + others.map { list in
                list.map { OriginSettings(url: $0.url, isAuthoritative: $0.isAuthoritative) }
            }
    }
}
