// Loop-confined. What a loop waits for: a socket, and what is done when it is ready.

import CLinux
import Glibc
import NIOCore
import Runtime

class EventSource {
    /// The socket; -1 once closed.
    final fileprivate(set) var descriptor: Int32
    /// It has asked for another turn.
    fileprivate final var isQueued = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The socket is ready.
    func handle(_ readiness: Readiness) {}

    /// The source asked to be called again in the next round.
    func resume() {}
}

/// What is confined to a loop's thread: its sockets, and what they have asked of it.
final class LoopTables {
    private let poller: Poller
    private var sources: [EventSource?] = []
    private var waiting: [EventSource] = []
    private var postponed = CircularBuffer<() -> Void>()
    private var retired: [Int32] = []
    var everySecond: (() -> Void)?
    /// What is due at a time of its own.
    var alarms = Alarms()
    /// When the present round began, in nanoseconds of the monotonic clock.
    var roundBegan: UInt64 = 0
    var isStopping = false

    init(_ poller: Poller) { self.poller = poller }

    /// Postponed tasks that are run before the sockets are looked at again.
    private static let postponedInARow = 8

    var isWaiting: Bool { !waiting.isEmpty || !postponed.isEmpty }

    func add(_ source: EventSource) -> Bool {
        let index = Int(source.descriptor)
        guard poller.addEdges(of: source.descriptor) else { return false }
        while sources.count <= index { sources.append(contentsOf: repeatElement(nil, count: max(64, sources.count))) }
        sources[index] = source
        return true
    }

    func dispatch(_ event: Event) {
        let index = Int(event.descriptor)
        guard index < sources.count, let source = sources[index] else { return }
        source.handle(event.isFor)
    }

    func again(_ source: EventSource) {
        guard !source.isQueued else { return }
        source.isQueued = true
        waiting.append(source)
    }

    /// The sources that asked for another turn have it; they may ask again.
    func resumeWaiting() {
        guard !waiting.isEmpty else { return }
        let turn = waiting
        waiting = []
        for source in turn {
            source.isQueued = false
            if source.descriptor >= 0 { source.resume() }
        }
    }

    func postpone(_ task: @escaping () -> Void) { postponed.append(task) }

    /// Runs the oldest postponed tasks, a few of them.
    func runPostponed() {
        for _ in 0..<min(postponed.count, Self.postponedInARow) { postponed.removeFirst()() }
    }

    /// Rings what is due.
    func ringAlarms() {
        while let alarm = alarms.takeDue(at: roundBegan) { alarm.ring() }
    }

    func close(_ source: EventSource) {
        guard source.descriptor >= 0 else { return }
        // Closing does not take a socket out of epoll that another loop listens on as well.
        poller.forget(source.descriptor)
        if Int(source.descriptor) < sources.count { sources[Int(source.descriptor)] = nil }
        retired.append(source.descriptor)
        source.descriptor = -1
    }

    /// All events of a round have been looked at: no event of an old socket can meet a new one of the same number.
    func closeRetired() {
        for descriptor in retired { Glibc.close(descriptor) }
        retired.removeAll(keepingCapacity: true)
    }

    func end() {
        for source in sources { if let source { close(source) } }
        closeRetired()
        waiting = []
        postponed = []
        everySecond = nil
        alarms = Alarms()
    }
}

@available(*, unavailable)
extension LoopTables: Sendable {}

@available(*, unavailable)
extension EventSource: Sendable {}
