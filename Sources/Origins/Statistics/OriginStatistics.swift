// Value. What one origin has done since start: the figures behind /stats and /metrics.

/// The figures of one origin at an instant.
public struct OriginStatistics: Sendable {
    /// The origin's URL as configured.
    public var url: String
    /// Requests sent, or tried to.
    public var requests: UInt64 = 0
    /// Failures by kind.
    public var errors: [OriginError.Kind: UInt64] = [:]
    /// Answers 404 and 410.
    public var notFound: UInt64 = 0
    /// Answers 500…599.
    public var serverErrors: UInt64 = 0
    /// Times a request passed this origin over because it was failing.
    public var skipped: UInt64 = 0
    /// Paths refused by a file origin because they, or a symbolic link, lead out of its root.
    public var refusedPaths: UInt64 = 0
    /// Body bytes received.
    public var bytes: UInt64 = 0
    /// From sending the request to receiving the head.
    public var firstByte = LatencyHistogram()
    /// Requests being transferred.
    public var inProgress = 0
    /// Requests waiting for a connection.
    public var queued = 0
    /// Open connections, idle ones included; open files for a file origin.
    public var connections = 0
    /// Whether it is left alone because of failures.
    public var isBackingOff = false

    /// Makes the figures of an origin that has done nothing yet.
    /// - Parameter url: The origin's URL as configured.
    public init(url: String) {
        self.url = url
    }
}
