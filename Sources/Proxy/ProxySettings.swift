// A value. What the proxy needs of the configuration, in the proxy's own terms; swapped whole on reload.

public import HTTPCaching
import HTTPMessage
import NIOCore
public import Settings

/// The settings of the picture port.
public struct ProxySettings: Sendable {
    /// How long responses are reused.
    public var rules: CachingRules
    /// Bounds of a request head.
    var requestLimits: RequestLimits
    /// The client's Host is part of the cache key, because some origin is sent it.
    var keyHasHost: Bool
    /// Paths that differ in letter case alone are the same.
    var foldsCase: Bool
    /// Connections at once.
    var connections: Int
    /// Bytes of further requests a client may send ahead.
    var pipelinedBytes: Int
    /// A head has to arrive within this time of its first byte.
    var headTimeout: TimeAmount
    /// A connection without a request is closed after this time.
    var idleTimeout: TimeAmount
    /// A client that takes nothing for this time is cut off.
    var sendTimeout: TimeAmount
    /// Bytes of a request body.
    var requestBody: Int64
    /// Fills in progress at once.
    var fills: Int
    /// A follower that waited this long for a head fetches for itself.
    var followerDeadline: TimeAmount
    /// Bytes of bodies under way that all fills hold together before each holds less.
    var fillMemory: Int
    /// The largest body that is stored; nil for what the shelves keep.
    var maximumResponse: Int64?
    /// Cache-Status tells the cache key.
    var showsKey: Bool
    /// Which paths have to bring a picture.
    var images: ExpectedImages
    /// What of the query is part of the key; nil where all of it is, as it stands.
    var query: QueryRule?
    /// Which request fields may reach an origin on a request whose answer may be stored.
    var forwardHeaders: ForwardedFields
    /// What becomes of Forwarded and X-Forwarded-*.
    var forwarded: ForwardedHandling
    /// The name in CDN-Loop.
    var loopID: String

    /// Reads the settings out of a configuration.
    public init(_ configuration: Configuration) {
        let cache = configuration.cache
        let limits = configuration.limits
        rules = CachingRules(
            defaultTTL: cache.defaultTTL.wholeSeconds,
            heuristicFraction: cache.heuristicFraction,
            heuristicMaximum: cache.heuristicMaximum.wholeSeconds,
            grace: cache.grace.wholeSeconds,
            staleIfError: cache.staleIfError.wholeSeconds,
            negativeTTL: cache.negativeTTL.wholeSeconds,
            maximumTTL: cache.maximumTTL.wholeSeconds,
            pictureTypes: cache.pictureTypes
        )
        requestLimits = RequestLimits(
            head: Int(limits.headSize),
            fields: limits.fields,
            target: Int(limits.targetSize)
        )
        keyHasHost = configuration.origins.contains { $0.hostHeader == .client }
        foldsCase = cache.foldCase
        connections = limits.connections
        pipelinedBytes = Int(limits.headSize) * max(1, limits.pipelined) / 8
        headTimeout = limits.headTimeout.timeAmount
        idleTimeout = limits.idleTimeout.timeAmount
        sendTimeout = limits.sendTimeout.timeAmount
        requestBody = limits.requestBody
        fills = limits.fills
        followerDeadline = limits.followerDeadline.timeAmount
        fillMemory = Int(limits.fillMemory)
        maximumResponse = cache.maximumResponse
        showsKey = cache.showsKey
        images = cache.expectImages
        query = QueryRule(cache.query, isSorted: cache.sortsQuery)
        forwardHeaders = configuration.forwardHeaders
        forwarded = configuration.forwarded
        loopID = configuration.loopID ?? LoopID.made(for: configuration)
    }
}

extension Duration {
    /// Whole seconds, rounded down.
    var wholeSeconds: Int { Int(components.seconds) }
    var timeAmount: TimeAmount {
        .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }
}
