// Shared, immutable. The proxy's settings in its own terms; a reload replaces them as a whole.

package import HTTPMessage
import NIOCore
import Runtime
package import Settings

/// The settings of the picture port.
package final class ProxySettings: Sendable {
    /// The routes: they decide the origins of requests, their keys, and the freshness of their responses.
    package let routes: RouteTable
    /// Bounds of a request head.
    package let requestLimits: RequestLimits
    /// Connections at once.
    let connections: Int
    /// Bytes of further requests that a client may send before its responses.
    let pipelinedBytes: Int
    /// The time within which a head must arrive after its first byte.
    let headTimeout: Duration
    /// The time after which a connection without a request is closed.
    let idleTimeout: Duration
    /// The time after which a client that takes no bytes is cut off.
    let sendTimeout: Duration
    /// The time to wait for a read of the disk before the origin may be asked instead.
    let readTimeout: Duration
    /// Bytes of a request body.
    let requestBody: Int64
    /// Fills in progress at once.
    let fills: Int
    /// The time after which a follower that has got no head fetches the response itself.
    let followerDeadline: Duration
    /// The bytes of bodies in progress that all fills may hold together before each holds less.
    let fillMemory: Int
    /// The bytes of bodies that fills may hold in addition for slow clients, while others wait for an origin.
    let heldUpMemory: Int
    /// Whether Cache-Status shows the cache key.
    let showsKey: Bool
    /// Which fields of a request may reach an origin if its response may be stored.
    let forwardHeaders: ForwardedFields
    /// How to treat Forwarded and X-Forwarded-*.
    let forwarded: ForwardedHandling
    /// The name in CDN-Loop.
    let loopID: String
    /// The field line with it.
    let loopLine: Fields

    /// Reads the settings from a configuration.
    package init(_ configuration: Configuration) {
        let limits = configuration.limits
        routes = RouteTable(configuration)
        requestLimits = RequestLimits(
            head: Int(limits.headSize),
            fields: limits.fields,
            target: Int(limits.targetSize)
        )
        connections = limits.connections
        pipelinedBytes = Int(limits.headSize) * max(1, limits.pipelined) / 8
        headTimeout = limits.headTimeout
        idleTimeout = limits.idleTimeout
        sendTimeout = limits.sendTimeout
        readTimeout = configuration.cache.readTimeout
        requestBody = limits.requestBody
        fills = limits.fills
        followerDeadline = limits.followerDeadline
        fillMemory = Int(limits.fillMemory)
        heldUpMemory = Int(limits.heldUpMemory)
        showsKey = configuration.cache.showsKey
        forwardHeaders = configuration.forwardHeaders
        forwarded = configuration.forwarded
        loopID = configuration.loopID ?? LoopID.made(for: configuration)
        loopLine = Fields([("CDN-Loop", loopID)])
    }
}
