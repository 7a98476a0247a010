// Value. The named bounds of the picture port and of fills; reaching one is counted. Sizes are bytes.

extension Configuration {
    /// The bounds of the picture port and of fills.
    package struct Limits: Sendable, Equatable {
        /// The largest request head.
        package var headSize: Int64 = 32_768
        /// The most fields in a request head.
        package var fields = 100
        /// The longest request target; never more than `headSize`.
        package var targetSize: Int64 = 8192
        /// The most client connections at a time.
        package var connections = 10_000
        /// The most requests that a client may send on a connection before it has their responses.
        package var pipelined = 16
        /// How long a request head may take from its first byte.
        package var headTimeout = Duration.seconds(10)
        /// How long a connection may be kept without a request.
        package var idleTimeout = Duration.seconds(60)
        /// How long a client may take none of the bytes that are ready for it.
        package var sendTimeout = Duration.seconds(60)
        /// The largest request body that is forwarded.
        package var requestBody: Int64 = 104_857_600
        /// The most fills in progress.
        package var fills = 4096
        /// How long a follower waits for its leader before it fetches the response itself.
        package var followerDeadline = Duration.seconds(30)
        /// The bytes of bodies that fills in progress may hold in memory.
        package var fillMemory: Int64 = 67_108_864
        /// The bytes of bodies held in memory for slow clients while others wait for an origin's connections.
        package var heldUpMemory: Int64 = 268_435_456
        /// How long requests in progress may take after a stop was requested.
        package var drainTimeout = Duration.seconds(30)

        /// Makes the default limits.
        package init() {}
    }
}
