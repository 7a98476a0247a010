// Value. A point in time of the clock that goes on while the machine sleeps, for deadlines and latencies. In place of
// `ContinuousClock.Instant`, whose size no other module knows: each copy and comparison of one is a call, some thirty a miss.

import Glibc

/// A point in time, to the nanosecond.
struct Moment: Comparable, Sendable {
    private let nanoseconds: Int64

    private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The time now.
    static var now: Moment {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)  // because `time` is ours, and no longer used by then
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// A time so much later; no more than a century.
    static func + (moment: Moment, duration: Duration) -> Moment {
        let century: Int64 = 3_155_760_000_000_000_000
        return Moment(nanoseconds: moment.nanoseconds + min(max(duration.nanoseconds, -century), century))
    }

    /// How much later the first is than the second.
    static func - (later: Moment, earlier: Moment) -> Duration { .nanoseconds(later.nanoseconds - earlier.nanoseconds) }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Duration {
    /// Nanoseconds; 292 years at the most.
    ///
    /// In place of `components`, whose remainder costs as much again as this division.
    var nanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }

    /// Seconds and their fraction.
    var seconds: Double { Double(nanoseconds) * 1e-9 }
}
