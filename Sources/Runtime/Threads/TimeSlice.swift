// Confined to a thread. Measures how long a thread has run since it last yielded.
//
// The kernel seldom interrupts a thread for one that has just woken before its next tick, up to 4 ms away. So a thread
// that copies, evicts or indexes for longer than a hit takes yields by itself.

import CLinux
import Glibc

/// The time that a thread has run.
public struct TimeSlice {
    private var began: Instant = .now

    public init() {}

    /// Yields to other threads if the slice is over.
    ///
    /// Reads the clock; makes a system call only at the end of a slice.
    public mutating func yieldIfOver() {
        guard Instant.now.nanoseconds(since: began) >= Int64(CLINUX_SHORT_TURN) else { return }
        sched_yield()
        began = .now
    }
}
