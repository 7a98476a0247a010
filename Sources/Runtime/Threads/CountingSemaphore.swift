// Shared. A counting semaphore. Its waits use the monotonic clock. Dispatch's use the wall clock on Linux, so a thread
// would oversleep if the clock is set back.

import CLinux
import Glibc

/// Counts signals; a waiter takes one, or sleeps until there is one.
@safe  // because its place lives exactly as long as the object
public final class CountingSemaphore: @unchecked Sendable {  // because any thread may use the C library's
    private let place: UnsafeMutablePointer<sem_t>

    public init() {
        unsafe place = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)  // because `deinit` gives it back
        let result = unsafe sem_init(place, 0, 0)  // because the place is allocated
        precondition(result == 0, "a semaphore of one process that begins at 0 can always be made")
    }

    deinit {
        unsafe sem_destroy(place)  // because nobody waits: a waiter holds a reference
        unsafe place.deallocate()  // because `init` allocated it
    }

    /// One system call if a thread waits.
    public func signal() { unsafe sem_post(place) }  // because the place lives as long as this object

    /// Waits for a signal.
    public func wait() {
        while unsafe sem_wait(place) != 0 {}  // because the place lives as long as this object; EINTR waits again
    }

    /// Waits for a signal until a deadline.
    ///
    /// - Returns: Whether a signal was taken.
    public func wait(until deadline: Instant) -> Bool {
        // because the place lives as long as this object
        unsafe clinux_wait_within(place, deadline.nanoseconds(since: .now)) != 0
    }
}

extension CountingSemaphore: Wakeable {
    public func wake() { signal() }
}
