// Value. An instant of the clock that no change of the wall clock moves and that counts the time the machine sleeps,
// for deadlines and latencies.
//
// It stands in for `ContinuousClock.Instant`, whose layout no other module knows: each copy and comparison of one is a
// call, some thirty a miss.

public import CLinux

/// An instant, to the nanosecond.
public struct Instant: Comparable, Sendable {
    /// Since the machine's start.
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

    /// How much later the first is than the second.
    public static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds(since: earlier))
    }

    /// How much later it is than another, in nanoseconds.
    @inlinable
    public func nanoseconds(since earlier: Instant) -> Int64 { nanoseconds - earlier.nanoseconds }

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}
