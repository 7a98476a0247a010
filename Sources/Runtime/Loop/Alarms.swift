// Loop-confined. What a loop does at a time of its own, unless it is called off before: for waits that end within a
// second or so.

import NIOCore

/// Something that is done at a time.
public protocol Alarm: AnyObject {
    /// It is not needed any more.
    var isOff: Bool { get }

    /// It is time.
    func ring()
}

/// A task that is run at a time.
final class TimedTask: Alarm {
    let isOff = false
    private let task: () -> Void

    init(_ task: @escaping () -> Void) { self.task = task }

    func ring() { task() }
}

/// The alarms of one loop, the next first.
public struct Alarms {
    private var waiting = CircularBuffer<(time: Instant, alarm: any Alarm)>()

    public init() {}

    /// When the next one is due.
    public var first: Instant? { waiting.first?.time }

    /// Adds one; O(1) where it comes behind the others, as it does where all wait equally long.
    public mutating func add(_ alarm: any Alarm, at time: Instant) {
        while let first = waiting.first, first.alarm.isOff { waiting.removeFirst() }
        var index = waiting.endIndex
        while index > waiting.startIndex, waiting[waiting.index(before: index)].time > time {
            index = waiting.index(before: index)
        }
        waiting.insert((time, alarm), at: index)
    }

    /// Takes out one that is due.
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
