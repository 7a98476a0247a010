// Confined to a thread. The kernel seldom stops a thread for one that has just woken before its next tick, up to 4 ms
// away: a thread that copies, evicts or indexes for longer than a hit takes lets others go first by itself.

import CLinux
import Glibc

/// How long a thread has had its processor since it last let others go first.
struct Turn {
    private var began: UInt64 = 0

    /// Lets those go first that want the processor, where the turn is over.
    ///
    /// A look at the clock; a system call at the end of a turn.
    mutating func giveWay() {
        guard now() - began >= CLINUX_SHORT_TURN else { return }
        sched_yield()
        began = now()
    }

    private func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)  // because the kernel fills the struct it is given
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
