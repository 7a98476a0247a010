// Value. The time of the machine, or of a test. Store, Origins and Proxy get one at their start and read no other
// clock, except to compare with times from the kernel or the file system.
//
// A struct with an optional reference instead of a protocol or a closure: every hit reads it, and this costs only a
// branch more than the system's clock.

public import CLinux
public import HTTPMessage

/// The source of the time.
public struct Clock: Sendable {
    @usableFromInline let manual: ManualClock?

    @inlinable
    init(manual: ManualClock?) { self.manual = manual }

    /// A clock that a test sets.
    public init(_ manual: ManualClock) { self.init(manual: manual) }

    /// The clock of the machine.
    @inlinable public static var system: Clock { Clock(manual: nil) }

    /// The wall clock, in whole seconds.
    ///
    /// A few ns, no system call. A second begins up to a tick of the system late, at the same instant for all readers.
    @inlinable public var now: WallTime {
        guard manual == nil else { return manualNow }
        return WallTime(secondsSinceEpoch: clinux_wall_seconds())
    }

    /// The wall clock, in nanoseconds since 1970; up to a tick of the system ahead of `now`.
    public var nanosecondsSinceEpoch: Int64 { manual?.nanosecondsSinceEpoch ?? clinux_wall_nanoseconds() }

    /// The monotonic clock, for pauses that a test may skip.
    ///
    /// Deadlines of sockets and latencies use `Instant.now`.
    @inlinable public var instant: Instant {
        guard manual == nil else { return manualInstant }
        return .now
    }

    // Separate functions, so that the system's clock does not cost a reference count.
    @usableFromInline
    @inline(never)
    var manualNow: WallTime { manual?.now ?? Clock.system.now }

    @usableFromInline
    @inline(never)
    var manualInstant: Instant { manual?.instant ?? .now }
}
