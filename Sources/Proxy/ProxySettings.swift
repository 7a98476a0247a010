// Shared, immutable. What the proxy needs of the configuration, in the proxy's own terms; swapped whole on reload.

package import HTTPMessage
import NIOCore
import Runtime
package import Settings

/// The settings of the picture port.
package final class ProxySettings: Sendable {
    /// The routes: where requests go, how their keys are made, how long their answers are kept.
    package let routes: RouteTable
    /// Bounds of a request head.
    package let requestLimits: RequestLimits
    /// Connections at once.
    let connections: Int
    /// Bytes of further requests a client may send ahead.
    let pipelinedBytes: Int
    /// A head has to arrive within this time of its first byte.
    let headTimeout: Duration
    /// A connection without a request is closed after this time.
    let idleTimeout: Duration
    /// A client that takes nothing for this time is cut off.
    let sendTimeout: Duration
    /// How long a read of the disk is waited for before the origin may be asked in its place.
    let readTimeout: Duration
    /// Bytes of a request body.
    let requestBody: Int64
    /// Fills in progress at once.
    let fills: Int
    /// A follower that waited this long for a head fetches for itself.
    let followerDeadline: Duration
    /// Bytes of bodies under way that all fills hold together before each holds less.
    let fillMemory: Int
    /// Bytes of bodies that slow clients have yet to take, which fills hold beyond that while others wait for an origin.
    let heldUpMemory: Int
    /// Cache-Status tells the cache key.
    let showsKey: Bool
    /// Which request fields may reach an origin on a request whose answer may be stored.
    let forwardHeaders: ForwardedFields
    /// What becomes of Forwarded and X-Forwarded-*.
    let forwarded: ForwardedHandling
    /// The name in CDN-Loop.
    let loopID: String
    /// The line with it.
    let loopLine: Fields

    /// Reads the settings out of a configuration.
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
