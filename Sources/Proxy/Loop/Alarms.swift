// Loop-confined. What a loop does at a time of its own, unless it is called off before: for waits that end within a second or so.

import NIOCore
import Runtime

/// Something that is done at a time.
class Alarm {
    /// It is not needed any more.
    final var isOff = false

    /// It is time.
    func ring() {}
}

/// A task that is run at a time.
final class TimedTask: Alarm {
    private let task: () -> Void

    init(_ task: @escaping () -> Void) { self.task = task }

    override func ring() { task() }
}

/// The alarms of one loop, the next first.
struct Alarms {
    private var waiting = CircularBuffer<(time: UInt64, alarm: Alarm)>()

    /// When the next one is due, in nanoseconds of the monotonic clock.
    var first: UInt64? { waiting.first?.time }

    /// Adds one; O(1) where it comes behind the others, as it does where all wait equally long.
    mutating func add(_ alarm: Alarm, at time: UInt64) {
        while let first = waiting.first, first.alarm.isOff { waiting.removeFirst() }
        var index = waiting.endIndex
        while index > waiting.startIndex, waiting[waiting.index(before: index)].time > time {
            index = waiting.index(before: index)
        }
        waiting.insert((time, alarm), at: index)
    }

    /// Takes out one that is due.
    mutating func takeDue(at now: UInt64) -> Alarm? {
        while let first = waiting.first, first.time <= now {
            waiting.removeFirst()
            if !first.alarm.isOff { return first.alarm }
        }
        return nil
    }
}

@available(*, unavailable)
extension Alarm: Sendable {}
