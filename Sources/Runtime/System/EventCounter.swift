// Shared. An eventfd: it wakes a thread that sleeps in epoll. Nobody reads it; watched by edges, each signal is one.

import CLinux
import Glibc

/// Wakes a thread that waits for descriptors.
public final class EventCounter: Bell {
    private let descriptor: Descriptor

    /// What epoll watches.
    public var number: Int32 { descriptor.number }

    public init() throws(SystemError) {
        let number = clinux_eventfd()
        guard number >= 0 else { throw SystemError("eventfd", code: errno) }
        descriptor = Descriptor(owning: number)
    }

    public func ring() { clinux_eventfd_signal(number) }
}
