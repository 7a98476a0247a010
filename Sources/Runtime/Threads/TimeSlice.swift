// Confined to a thread. How long a thread has had its processor since it last yielded.
//
// The kernel seldom stops a thread for one that has just woken before its next tick, up to 4 ms away. A thread that
// copies, evicts or indexes for longer than a hit takes yields by itself.

import CLinux
import Glibc

/// The time that a thread has run.
public struct TimeSlice {
    private var began: Instant = .now

    public init() {}

    /// Yields to threads that want the processor where the slice is over.
    ///
    /// A look at the clock; a system call at the end of a slice.
    public mutating func yieldIfOver() {
        guard Instant.now.nanoseconds(since: began) >= Int64(CLINUX_SHORT_TURN) else { return }
        sched_yield()
        began = .now
    }
}
