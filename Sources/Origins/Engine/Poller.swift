// Shared by handing over: made where errors can be thrown, used by the origin thread only. epoll, level-triggered.

import CCurl

/// Waits for descriptors to become ready.
final class Poller: Sendable {
    /// The most events a wait returns; the rest come with the next.
    static let batch = 64

    private let epoll: Descriptor

    init() throws(OriginError) {
        let number = origins_poll_create()
        guard number >= 0 else {
            throw OriginError(kind: .resources, operation: "epoll_create", subject: "origins", code: Int(-number))
        }
        epoll = Descriptor(owning: number)
    }

    /// Watches a descriptor for these epoll events, instead of the former ones.
    func watch(_ descriptor: Int32, for events: UInt32) {
        _ = origins_poll_watch(epoll.number, descriptor, events)
    }

    /// Watches a descriptor no longer.
    func forget(_ descriptor: Int32) {
        origins_poll_forget(epoll.number, descriptor)
    }

    /// Waits until something is ready or the time is over.
    ///
    /// - Parameters:
    ///   - events: Room for `batch` events; overwritten.
    ///   - milliseconds: -1 for ever.
    /// - Returns: How many of `events` were written.
    func wait(into events: inout [origins_event], milliseconds: Int32) -> Int {
        let capacity = Int32(events.count)
        let count = unsafe origins_poll_wait(epoll.number, &events, capacity, milliseconds)  // because within capacity
        return max(0, Int(count))
    }
}
