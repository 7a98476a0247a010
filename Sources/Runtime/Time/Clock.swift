// Value. The time: the machine's, or a test's. Store, Origins and Proxy are given one at their start; nothing else in
// them reads a clock, but for what they compare with times that the kernel or the file system made.
//
// A struct with an optional reference rather than a protocol or a closure: reading it costs a branch more than reading
// the system's clock, which every hit does.

public import CLinux
public import HTTPMessage

/// Where the time comes from.
public struct Clock: Sendable {
    @usableFromInline let manual: ManualClock?

    @inlinable
    init(manual: ManualClock?) { self.manual = manual }

    /// A test's.
    public init(_ manual: ManualClock) { self.init(manual: manual) }

    /// The machine's.
    @inlinable public static var system: Clock { Clock(manual: nil) }

    /// The wall clock, in whole seconds.
    ///
    /// A few ns, no system call. A second begins up to a tick of the system late, and for all who ask at the same instant.
    @inlinable public var now: WallTime {
        guard manual == nil else { return manualNow }
        return WallTime(secondsSinceEpoch: clinux_wall_seconds())
    }

    /// The wall clock, in nanoseconds since 1970; up to a tick of the system ahead of `now`.
    public var nanosecondsSinceEpoch: Int64 { manual?.nanosecondsSinceEpoch ?? clinux_wall_nanoseconds() }

    /// The monotonic clock, for pauses that a test may skip.
    ///
    /// Deadlines of sockets and latencies go by `Instant.now`.
    @inlinable public var instant: Instant {
        guard manual == nil else { return manualInstant }
        return .now
    }

    // Separate functions, so that the system's clock costs no reference count.
    @usableFromInline
    @inline(never)
    var manualNow: WallTime { manual?.now ?? Clock.system.now }

    @usableFromInline
    @inline(never)
    var manualInstant: Instant { manual?.instant ?? .now }
}
