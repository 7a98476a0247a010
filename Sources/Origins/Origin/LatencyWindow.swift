// Value. The 95th percentile of an origin's last times to first byte, after which a hedge is sent to the next origin.
// Recomputed for every 64th time, not for each request.

import Runtime

/// The latest latencies of one origin.
struct LatencyWindow {
    /// The number of times that are kept.
    static let size = 128
    /// The number of times needed for a result.
    static let least = 20

    private var durations: [Duration] = []
    private var next = 0
    private var count = 0
    /// The time within which 19 of 20 responses begin; nil while too few are known.
    private(set) var percentile95: Duration?

    /// Adds a time.
    ///
    /// O(1), every 64th time O(size log size).
    mutating func record(_ duration: Duration) {
        if durations.count < Self.size { durations.append(duration) } else { durations[next] = duration }
        next = (next + 1) % Self.size
        count += 1
        guard durations.count >= Self.least, count % 64 == 0 || percentile95 == nil else { return }
        percentile95 = durations.sorted()[durations.count * 19 / 20]
    }
}
