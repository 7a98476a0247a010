// Shared. A counting semaphore whose waits end by the monotonic clock.
//
// Not Dispatch's: on Linux its waits end by the wall clock, so that a thread sleeps through a clock that is set back.

import CLinux
import Glibc

/// Counts signals; a waiter takes one, or sleeps until there is one.
@safe  // because its place lives exactly as long as the object
final class Semaphore: @unchecked Sendable {  // because the C library's semaphore may be used by any thread
    private let place: UnsafeMutablePointer<sem_t>

    init() {
        unsafe place = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)  // because `deinit` gives it back
        let result = unsafe sem_init(place, 0, 0)  // because the place is allocated
        precondition(result == 0, "a semaphore of one process that begins at 0 can always be made")
    }

    deinit {
        unsafe sem_destroy(place)  // because nobody waits: who does holds a reference
        unsafe place.deallocate()  // because `init` allocated it
    }

    /// Any thread; one system call where a thread waits.
    func signal() { unsafe sem_post(place) }  // because the place lives as long as this object

    /// Waits for a signal.
    func wait() {
        while unsafe sem_wait(place) != 0 {}  // because the place lives as long as this object; EINTR waits on
    }

    /// Waits for a signal, at most until an instant of the monotonic clock.
    ///
    /// - Parameter deadline: In nanoseconds, as `now` tells them.
    /// - Returns: Whether there was one.
    func wait(until deadline: Int64) -> Bool {
        unsafe clinux_wait_until(place, deadline) != 0  // because the place lives as long as this object
    }

    /// The monotonic clock, in nanoseconds.
    static var now: Int64 { clinux_monotonic_nanoseconds() }
}
