// Loop-confined. The work of a loop's thread: its sockets, and the tasks that they have asked for.

import CLinux
import Glibc
import NIOCore

final class LoopTables {
    private let poller: Poller
    private var sources: [(any EventSource)?] = []
    private var waiting: [any EventSource] = []
    private var postponed = CircularBuffer<() -> Void>()
    private var retired: [Int32] = []
    var everySecond: (() -> Void)?
    /// Work that is due at a certain time.
    var alarms = Alarms()
    /// The start of the present round.
    var roundBegan = Instant.now
    var isStopping = false

    init(_ poller: Poller) { self.poller = poller }

    /// Postponed tasks that are run before the sockets are looked at again.
    private static let postponedInARow = 8

    var isWaiting: Bool { !waiting.isEmpty || !postponed.isEmpty }

    func add(_ source: any EventSource) -> Bool {
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

    func again(_ source: any EventSource) {
        guard !source.watched.isQueued else { return }
        source.watched.isQueued = true
        waiting.append(source)
    }

    /// Calls the sources that asked to be called again; they may ask once more.
    func resumeWaiting() {
        guard !waiting.isEmpty else { return }
        let turn = waiting
        waiting = []
        for source in turn {
            source.watched.isQueued = false
            if source.descriptor >= 0 { source.resume() }
        }
    }

    func postpone(_ task: @escaping () -> Void) { postponed.append(task) }

    /// Runs the oldest postponed tasks, a few of them.
    func runPostponed() {
        for _ in 0..<min(postponed.count, Self.postponedInARow) { postponed.removeFirst()() }
    }

    /// Rings the alarms that are due.
    func ringAlarms() {
        while let alarm = alarms.takeDue(at: roundBegan) { alarm.ring() }
    }

    func close(_ source: any EventSource) {
        guard source.descriptor >= 0 else { return }
        // Closing alone would not remove a socket from epoll if another loop listens on it too.
        poller.forget(source.descriptor)
        if Int(source.descriptor) < sources.count { sources[Int(source.descriptor)] = nil }
        retired.append(source.descriptor)
        source.watched.descriptor = -1
    }

    /// All events of the round have been handled: no event of an old socket can reach a new one with the same number.
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
