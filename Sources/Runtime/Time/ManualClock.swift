// Shared. A test's clock. Its wall time changes only when the test sets it. Its monotonic time runs on like the
// machine's, because deadlines of real sockets must pass, plus the time by which the test has advanced it.

import CLinux
public import HTTPMessage
import Synchronization

/// A clock that a test sets.
public final class ManualClock: Sendable {
    private let wall: Atomic<Int64>
    private let ahead = Atomic<Int64>(0)

    /// A clock that shows the given time; by default the machine's present time.
    public init(at time: WallTime = Clock.system.now) { wall = Atomic(Self.nanoseconds(time)) }

    /// The time that it shows.
    ///
    /// Setting it changes only the wall time, as an administrator would.
    public var now: WallTime {
        get { WallTime(secondsSinceEpoch: nanosecondsSinceEpoch / 1_000_000_000) }
        set { wall.store(Self.nanoseconds(newValue), ordering: .sequentiallyConsistent) }
    }

    public var nanosecondsSinceEpoch: Int64 { wall.load(ordering: .sequentiallyConsistent) }

    public var instant: Instant {
        Instant(nanoseconds: clinux_instant() + ahead.load(ordering: .sequentiallyConsistent))
    }

    /// Advances the wall time and the monotonic time.
    public func advance(by time: Duration) {
        wall.add(time.nanoseconds, ordering: .sequentiallyConsistent)
        ahead.add(time.nanoseconds, ordering: .sequentiallyConsistent)
    }

    private static func nanoseconds(_ time: WallTime) -> Int64 { time.secondsSinceEpoch * 1_000_000_000 }
}
