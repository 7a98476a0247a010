// Loop-confined. Work that a loop does at a certain time unless it is cancelled before: for waits that usually end
// within a second or so.

import NIOCore

/// Work that is done at a certain time.
public protocol Alarm: AnyObject {
    /// It is not needed any more.
    var isOff: Bool { get }

    /// The time has come.
    func ring()
}

/// A task that runs at a certain time.
final class TimedTask: Alarm {
    let isOff = false
    private let task: () -> Void

    init(_ task: @escaping () -> Void) { self.task = task }

    func ring() { task() }
}

/// The alarms of one loop, the next one first.
public struct Alarms {
    private var waiting = CircularBuffer<(time: Instant, alarm: any Alarm)>()

    public init() {}

    /// When the next one is due.
    public var first: Instant? { waiting.first?.time }

    /// Adds one; O(1) if it is due after the others, as it is when all waits have the same length.
    public mutating func add(_ alarm: any Alarm, at time: Instant) {
        while let first = waiting.first, first.alarm.isOff { waiting.removeFirst() }
        var index = waiting.endIndex
        while index > waiting.startIndex, waiting[waiting.index(before: index)].time > time {
            index = waiting.index(before: index)
        }
        waiting.insert((time, alarm), at: index)
    }

    /// Removes and returns one that is due.
    public mutating func takeDue(at now: Instant) -> (any Alarm)? {
        while let first = waiting.first, first.time <= now {
            waiting.removeFirst()
            if !first.alarm.isOff { return first.alarm }
        }
        return nil
    }
}

@available(*, unavailable)
extension Alarms: Sendable {}
