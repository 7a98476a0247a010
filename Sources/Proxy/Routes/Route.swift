// Shared, immutable. The rules for the requests of one route: their origins, the freshness of their responses, and
// their keys. Made by RouteTable; a request and its fill keep the route they began with.

import HTTPCaching
import HTTPMessage
import Runtime
import Settings

/// The settings of a route, in the proxy's terms.
package final class Route: Sendable {
    /// Its place in the configuration's `routes`; nil for the default route.
    let index: Int?
    /// The list of origins to ask.
    let list: Int
    /// How long responses are reused.
    let rules: CachingRules
    /// The client's Host is part of the cache key.
    let keyHasHost: Bool
    /// Paths that differ in letter case alone have one key.
    let foldsCase: Bool
    /// The part of the query that belongs to the key; nil for all of it, unchanged.
    let query: QueryRule?
    /// The paths that are expected to be pictures.
    private let images: ExpectedImages
    /// The largest body that is stored; nil leaves it to the store.
    let maximumResponse: Int64?

    /// Reads the settings of a route from a configuration.
    init(_ index: Int?, of configuration: Configuration) {
        let route = index.map { configuration.routes[$0] }
        let cache = configuration.cache(of: route)
        self.index = index
        list = configuration.originList(of: route)
        keyHasHost = configuration.keyHasHost(of: route)
        foldsCase = cache.foldCase
        query = QueryRule(cache.query, isSorted: cache.sortsQuery)
        images = cache.expectImages
        maximumResponse = cache.maximumResponse
        rules = CachingRules(
            ttl: cache.ttl?.wholeSeconds,
            defaultTTL: cache.defaultTTL.wholeSeconds,
            heuristicFraction: cache.heuristicFraction,
            heuristicMinimum: cache.heuristicMinimum.wholeSeconds,
            heuristicMaximum: cache.heuristicMaximum.wholeSeconds,
            grace: cache.grace.wholeSeconds,
            staleIfError: cache.staleIfError.wholeSeconds,
            negativeTTL: cache.negativeTTL.wholeSeconds,
            maximumTTL: cache.maximumTTL.wholeSeconds,
            pictureTypes: cache.pictureTypes,
            setCookie: SetCookieRule(cache.setCookie)
        )
    }

    /// The rules for a response: assumed lifetimes apply only to pictures, and `negative_ttl` to errors.
    ///
    /// O(key).
    func rules(for key: [UInt8], status: Int, _ response: Fields) -> CachingRules {
        guard rules.defaultTTL > 0 || rules.heuristicMinimum > 0, status < 400,
            !PictureKind.isPicture(key, response)
        else { return rules }
        var others = rules
        others.defaultTTL = 0
        others.heuristicMinimum = 0
        return others
    }

    /// Whether the 200 for a key is stored only if it is a picture.
    ///
    /// O(key).
    func expectsImage(_ key: [UInt8]) -> Bool {
        switch images {
        case .off: return false
        case .all: return true
        case .extensions(let extensions):
            let path = FieldList.lowercased(String(decoding: key.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self))
            return extensions.contains { path.hasSuffix($0) }
        }
    }
}

extension SetCookieRule {
    fileprivate init(_ handling: SetCookieHandling) {
        self =
            switch handling {
            case .strip: .strip
            case .refuse: .refuse
            case .keep: .keep
            }
    }
}
