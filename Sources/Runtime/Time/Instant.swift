// Value. An instant of a clock that ignores changes of the wall clock and counts the time the machine sleeps, for
// deadlines and latencies.
//
// It replaces `ContinuousClock.Instant`, whose layout is unknown to other modules: each copy and comparison of one is a
// call, about thirty for each miss.

public import CLinux

/// An instant, to the nanosecond.
public struct Instant: Comparable, Sendable {
    /// Nanoseconds since the machine's start.
    public let nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static var now: Instant { Instant(nanoseconds: clinux_instant()) }

    /// An instant after all others.
    @inlinable public static var never: Instant { Instant(nanoseconds: .max) }

    /// An instant that much later; a century at most.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let century: Int64 = 3_155_760_000_000_000_000
        return Instant(nanoseconds: instant.nanoseconds + min(max(duration.nanoseconds, -century), century))
    }

    public static func - (instant: Instant, duration: Duration) -> Instant { instant + (.zero - duration) }

    /// The time from the second to the first.
    public static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds(since: earlier))
    }

    /// The time since another instant, in nanoseconds.
    @inlinable
    public func nanoseconds(since earlier: Instant) -> Int64 { nanoseconds - earlier.nanoseconds }

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}
