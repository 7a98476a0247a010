// Shared by handing over: made where errors can be thrown, then used by one thread only. A wrapper of epoll.

public import CLinux
import Glibc

/// The events of a descriptor: reported, or of interest.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable public static var reading: Readiness { Readiness(rawValue: 1 << 0) }
    @inlinable public static var writing: Readiness { Readiness(rawValue: 1 << 1) }
    /// The peer sends nothing more.
    @inlinable public static var ended: Readiness { Readiness(rawValue: 1 << 2) }
    /// The socket is broken, or closed by both sides.
    @inlinable public static var broken: Readiness { Readiness(rawValue: 1 << 3) }
}

/// A descriptor that is ready.
public typealias Event = clinux_event

extension Event {
    public var isFor: Readiness { Readiness(rawValue: readiness) }
}

/// Waits for descriptors to become ready.
public final class Poller: Sendable {
    /// The most events of one wait; the rest come with the next.
    private static let batch = 256

    /// Room for the events of one wait.
    public static var room: [Event] { Array(repeating: Event(), count: batch) }

    private let epoll: Descriptor

    public init() throws(SystemError) {
        let number = clinux_epoll_create()
        guard number >= 0 else { throw SystemError("epoll_create", code: errno) }
        epoll = Descriptor(owning: number)
    }

    /// Reports every edge of a descriptor's readiness: an event is repeated only after its cause was used up.
    ///
    /// - Returns: False if the system cannot.
    public func addEdges(of descriptor: Int32) -> Bool { clinux_epoll_add_edges(epoll.number, descriptor) == 0 }

    /// Reports a descriptor in each wait while it is ready for any of these events; they replace earlier ones.
    public func watch(_ descriptor: Int32, for interest: Readiness) {
        _ = clinux_epoll_watch(epoll.number, descriptor, interest.rawValue)
    }

    /// Watches a descriptor no longer.
    public func forget(_ descriptor: Int32) { clinux_epoll_remove(epoll.number, descriptor) }

    /// Waits until something is ready or the time is over.
    ///
    /// - Parameters:
    ///   - events: An array from `room`; overwritten.
    ///   - milliseconds: -1 for no limit.
    /// - Returns: How many of `events` were written.
    public func wait(into events: inout [Event], milliseconds: Int32) -> Int {
        let capacity = Int32(events.count)
        return Int(unsafe clinux_epoll_wait(epoll.number, &events, capacity, milliseconds))  // because within capacity
    }
}
