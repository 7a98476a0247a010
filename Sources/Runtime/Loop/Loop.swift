// Shared; the work that it runs is confined to it. One thread that serves: it waits for its sockets with epoll, and
// runs tasks from other threads.
//
// Not NIO's loop: apart from the kernel's work, most of the cost of a hit would be its channels (docs/decisions/0033).
//
// Invariants: nothing that runs here blocks (6); a socket belongs to one loop for as long as it is open.

import CLinux
import Glibc
import NIOCore
import Synchronization

public final class Loop: Sendable {
    private let mail: Mailbox<@Sendable () -> Void, EventCounter>
    private let poller: Poller
    private let runner = Lock<DedicatedThread?>(nil)
    private let thread = Atomic<UInt>(0)
    private let confined: Confined

    @safe private struct Confined: @unchecked Sendable {  // because it is used before the start and on the loop only
        let tables: LoopTables
    }

    // Tasks that wait before the mail counts as full. None is dropped, because its sender depends on its effect.
    private static let mailLimit = 1 << 16
    private static let second: Duration = .seconds(1)

    /// Makes a loop; `start` runs it.
    public init() {
        do throws(SystemError) {
            poller = try Poller()
            mail = Mailbox(limit: Self.mailLimit, receiver: try EventCounter())
        } catch {
            preconditionFailure("the system gives no descriptors for a loop: \(error.operation), error \(error.code)")
        }
        confined = Confined(tables: LoopTables(poller))
        precondition(poller.addEdges(of: mail.receiver.number), "a loop cannot be woken: error \(errno)")
    }

    /// Starts the loop's thread.
    ///
    /// Called once. From then on only the loop touches its confined state.
    /// - Parameter number: Distinguishes it from other loops in `top -H`.
    public func start(number: Int) {
        runner.withLock { $0 = DedicatedThread.start("larder-loop-\(number)", slices: .short) { [self] in run() } }
    }

    /// How often too many tasks waited for the loop.
    public var timesMailFull: Int { mail.timesFull }

    /// True on the loop's own thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Runs a task on the loop, after its current work.
    ///
    /// Any thread; dropped if the loop has ended. One system call if the loop is asleep, none otherwise.
    public func execute(_ task: @escaping @Sendable () -> Void) { mail.post(task) }

    /// Runs a task on the loop after a delay; dropped if the loop has ended by then.
    ///
    /// Any thread.
    public func execute(after delay: Duration, _ task: @escaping @Sendable () -> Void) {
        let due = Instant.now + delay
        execute { [confined] in confined.tables.alarms.add(TimedTask(task), at: due) }
    }

    /// Waits until the loop has run a task; nil if it has ended.
    public func submit<Result: Sendable>(_ task: @escaping @Sendable () -> Result) async -> Result? {
        await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            execute { answer.give(task()) }
        }
    }

    /// Ends the loop: closes its sockets, drops its tasks, and blocks until its thread has ended.
    public func stop() {
        execute { [confined] in confined.tables.isStopping = true }
        runner.withLock { $0.take() }?.join()
    }

    // MARK: On the loop

    /// The start of the present round: precise enough for limits of many milliseconds, and free.
    public var now: Instant { confined.tables.roundBegan }

    /// Sets the work to do about once a second; before the start.
    public func onEverySecond(_ body: @escaping () -> Void) { confined.tables.everySecond = body }

    /// Waits for a source's socket; false if the system cannot.
    public func add(_ source: any EventSource) -> Bool { confined.tables.add(source) }

    /// Calls a source again after all others have been called.
    public func again(_ source: any EventSource) { confined.tables.again(source) }

    /// Runs a task after the sockets of this round.
    ///
    /// A few such tasks run at a time, and the sockets are served in between.
    public func postpone(_ task: @escaping () -> Void) { confined.tables.postpone(task) }

    /// Rings an alarm after a time, within milliseconds.
    public func ring(_ alarm: any Alarm, after delay: Duration) {
        confined.tables.alarms.add(alarm, at: .now + delay)
    }

    /// Takes a source's socket from it and closes it, at the end of this round.
    public func close(_ source: any EventSource) { confined.tables.close(source) }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        let tables = confined.tables
        var events = Poller.room
        var nextTick = Instant.now + Self.second
        while !tables.isStopping {
            let patience = nextPatience(until: min(nextTick, tables.alarms.first ?? .never))
            let count = poller.wait(into: &events, milliseconds: patience)
            tables.roundBegan = .now
            for index in 0..<count { tables.dispatch(events[index]) }
            for task in mail.take() { task() }
            tables.resumeWaiting()
            tables.runPostponed()
            tables.ringAlarms()
            tables.closeRetired()
            guard tables.roundBegan >= nextTick else { continue }
            nextTick = tables.roundBegan + Self.second
            tables.everySecond?()
        }
        end()
    }

    /// How long to sleep, in ms: 0 if there is work.
    private func nextPatience(until tick: Instant) -> Int32 {
        guard !confined.tables.isWaiting, mail.fallAsleep() else { return 0 }
        let left = tick.nanoseconds(since: .now)
        return left > 0 ? Int32(left / 1_000_000) + 1 : 0
    }

    private func end() {
        mail.close()
        _ = mail.take()
        confined.tables.end()
    }
}

/// One reply to one waiting caller; nil if it is never given.
private final class Answer<Result: Sendable>: Sendable {
    private let continuation: Lock<CheckedContinuation<Result?, Never>?>

    init(_ continuation: CheckedContinuation<Result?, Never>) { self.continuation = Lock(continuation) }

    deinit { continuation.withLock { $0.take() }?.resume(returning: nil) }

    func give(_ result: Result) { continuation.withLock { $0.take() }?.resume(returning: result) }
}
