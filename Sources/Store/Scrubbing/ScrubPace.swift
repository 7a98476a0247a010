// Value. When the scrub may continue, so that it reads at most a number of bytes per second. Pure: time is an argument.

import Runtime

struct ScrubPace: Equatable {
    /// When the next bytes may be read.
    private(set) var next = Instant(nanoseconds: 0)

    /// Bytes are being read.
    ///
    /// An unnecessarily long pause is not made up for.
    mutating func note(_ bytes: Int, at now: Instant, rate: Int64) {
        let cost = Double(bytes) / Double(max(rate, 1)) * 1e9
        next = max(next, now) + .nanoseconds(Int64(min(cost, 1e12)))
    }
}
