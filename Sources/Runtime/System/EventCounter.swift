// Shared. An eventfd: it wakes a thread that sleeps in epoll. Nobody reads it: with edge-triggered events each signal
// wakes once.

import CLinux
import Glibc

/// Wakes a thread that waits for descriptors.
public final class EventCounter: Wakeable {
    private let descriptor: Descriptor

    /// The descriptor for epoll.
    public var number: Int32 { descriptor.number }

    public init() throws(SystemError) {
        let number = clinux_eventfd()
        guard number >= 0 else { throw SystemError("eventfd", code: errno) }
        descriptor = Descriptor(owning: number)
    }

    public func wake() { clinux_eventfd_signal(number) }
}
