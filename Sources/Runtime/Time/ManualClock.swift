// Shared. A test's clock. Its wall time stands still until the test sets it. Its monotonic time goes on as the
// machine's does, since deadlines of real sockets must pass, and is ahead of it by what the test has advanced it.

import CLinux
public import HTTPMessage
import Synchronization

/// A clock that a test holds and sets.
public final class ManualClock: Sendable {
    private let wall: Atomic<Int64>
    private let ahead = Atomic<Int64>(0)

    /// A clock that shows a time; the machine's of now unless told otherwise.
    public init(at time: WallTime = Clock.system.now) { wall = Atomic(Self.nanoseconds(time)) }

    /// What it shows.
    ///
    /// Setting it changes the wall time alone, as an administrator does.
    public var now: WallTime {
        get { WallTime(secondsSinceEpoch: nanosecondsSinceEpoch / 1_000_000_000) }
        set { wall.store(Self.nanoseconds(newValue), ordering: .sequentiallyConsistent) }
    }

    public var nanosecondsSinceEpoch: Int64 { wall.load(ordering: .sequentiallyConsistent) }

    public var instant: Instant {
        Instant(nanoseconds: clinux_instant() + ahead.load(ordering: .sequentiallyConsistent))
    }

    /// Lets time pass, on the wall and in the machine.
    public func advance(by time: Duration) {
        wall.add(time.nanoseconds, ordering: .sequentiallyConsistent)
        ahead.add(time.nanoseconds, ordering: .sequentiallyConsistent)
    }

    private static func nanoseconds(_ time: WallTime) -> Int64 { time.secondsSinceEpoch * 1_000_000_000 }
}
