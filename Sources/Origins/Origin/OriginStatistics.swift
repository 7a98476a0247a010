// Value. What one origin has done since start: the figures behind /stats and /metrics.

import Runtime

/// How far an origin lags behind, in seconds.
public struct LagFigures: Sendable, Equatable {
    /// How many times it was measured.
    public private(set) var count: UInt64 = 0
    /// The sum of all lags.
    public private(set) var sum: Double = 0
    /// The longest lag.
    public private(set) var longest: Double = 0
    /// The latest lag.
    public private(set) var last: Double = 0

    /// Makes figures without a measurement.
    public init() {}

    /// Adds a time.
    mutating func record(_ time: Duration) {
        last = time.seconds
        count += 1
        sum += last
        longest = max(longest, last)
    }
}

/// The figures of one origin at an instant.
public struct OriginStatistics: Sendable {
    /// The origin's URL as configured.
    public var url: String
    /// The index of its list.
    public var list = 0
    /// Requests sent, or attempted.
    public var requests: UInt64 = 0
    /// Failures by kind.
    public var errors: [OriginError.Kind: UInt64] = [:]
    /// Answers 404 and 410.
    public var notFound: UInt64 = 0
    /// Answers 500…599.
    public var serverErrors: UInt64 = 0
    /// Times a request passed this origin over because it was failing.
    public var skipped: UInt64 = 0
    /// Times the next origin was asked too because this one was late.
    public var hedges: UInt64 = 0
    /// Hedges that were not sent because the retry budget was used up.
    public var hedgesRefused: UInt64 = 0
    /// Requests dropped because another origin responded first.
    public var overtaken: UInt64 = 0
    /// Interrupted bodies that were resumed from here.
    public var resumed: UInt64 = 0
    /// Probes and checks sent.
    public var probes: UInt64 = 0
    /// The time from its first 404 for a picture to its first 200 for it.
    public var lag = LagFigures()
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
    /// Transfers whose receivers take no bytes now.
    public var heldUp = 0
    /// Open connections, idle ones included; open files for a file origin.
    public var connections = 0
    /// Whether its 404 is final.
    public var isAuthoritative = false
    /// Whether its circuit breaker is open because of failures.
    public var isBackingOff = false
    /// Why the origin fails: its open breaker or its last look; nil while it is not known to fail.
    public var failure: OriginError?

    /// True while the origin backs off or cannot be reached.
    public var isFailing: Bool { isBackingOff || failure != nil }

    /// The share of its responses that were 404 or 410; nil before the first.
    public var notFoundShare: Double? {
        firstByte.count == 0 ? nil : Double(notFound) / Double(firstByte.count)
    }

    /// Makes the figures of an origin without any request.
    /// - Parameter url: The origin's URL as configured.
    public init(url: String) {
        self.url = url
    }
}
