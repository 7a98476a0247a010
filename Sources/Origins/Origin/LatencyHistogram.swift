// Value. Latencies in fixed buckets, in the form that Prometheus needs. 15 words, no allocation after it is made.

import Runtime

/// Counts of durations by size.
public struct LatencyHistogram: Sendable, Equatable {
    /// The upper bounds of the buckets in seconds; a last bucket without a bound follows.
    public static let bounds: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// How many durations fell into each bucket (not cumulative); one more than `bounds`.
    public private(set) var counts = [UInt64](repeating: 0, count: Self.bounds.count + 1)
    /// The sum of all durations in seconds.
    public private(set) var sum: Double = 0

    /// Makes an empty histogram.
    public init() {}

    /// How many durations were counted.
    public var count: UInt64 { counts.reduce(0, +) }

    /// Counts one duration.
    public mutating func record(_ duration: Duration) {
        let value = duration.seconds
        let bucket = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        counts[bucket] += 1
        sum += value
    }
}
