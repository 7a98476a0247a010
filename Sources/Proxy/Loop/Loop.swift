// Shared; what it runs is confined to it. One thread that serves: it waits for its sockets with epoll, and runs what
// other threads hand it.
//
// Not NIO's loop: its channels are most of what a hit costs beside the kernel's work (docs/decisions/0033).
//
// Invariants: nothing that runs here blocks (6); a socket belongs to one loop for as long as it is open.

import CLinux
import Glibc
import NIOCore
import Store
import Synchronization

final class Loop: Sendable {
    private struct Mail {
        var tasks: [@Sendable () -> Void] = []
        var isAsleep = false
        var isClosed = false
    }

    private let mail = Mutex(Mail())
    private let epoll: Int32
    private let wakeUp: Int32
    private let runner = Mutex<DedicatedThread?>(nil)
    private let thread = Atomic<UInt>(0)
    private let confined: Confined

    @safe private struct Confined: @unchecked Sendable {  // because it is used before the start and on the loop only
        let tables: LoopTables
    }

    /// Events taken from the kernel at a time.
    private static let batch = 256
    private static let second: UInt64 = 1_000_000_000

    /// Makes a loop; `start` runs it.
    init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeUp = clinux_eventfd()
        confined = Confined(tables: LoopTables(epoll: epoll))
        precondition(epoll >= 0 && wakeUp >= 0, "the system gives no descriptors for a loop: error \(errno)")
        // The counter is never read: each write is an edge of its own.
        precondition(clinux_epoll_add(epoll, wakeUp) == 0, "a loop cannot be woken: error \(errno)")
    }

    /// Starts the loop's thread.
    ///
    /// Once; from here on what is confined to the loop is touched there only.
    /// - Parameter number: Tells it from others in `top -H`.
    func start(number: Int) {
        runner.withLock { $0 = DedicatedThread("larder-loop-\(number)", turns: .short) { [self] in run() } }
    }

    deinit {
        Glibc.close(epoll)
        Glibc.close(wakeUp)
    }

    /// True on the loop's own thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Runs something on the loop, after what it does now.
    ///
    /// Any thread; dropped where the loop has ended. One system call where the loop is asleep, none where it is not.
    func execute(_ task: @escaping @Sendable () -> Void) {
        let mustWake = mail.withLock { mail in
            guard !mail.isClosed else { return false }
            mail.tasks.append(task)
            defer { mail.isAsleep = false }
            return mail.isAsleep
        }
        if mustWake { clinux_eventfd_signal(wakeUp) }
    }

    /// Runs something on the loop after a time; dropped where the loop has ended by then.
    ///
    /// Any thread.
    func execute(after delay: TimeAmount, _ task: @escaping @Sendable () -> Void) {
        let due = Self.now + UInt64(max(0, delay.nanoseconds))
        execute { [confined] in confined.tables.alarms.add(TimedTask(task), at: due) }
    }

    /// Waits until the loop has run something; nil where it has ended.
    func submit<Result: Sendable>(_ task: @escaping @Sendable () -> Result) async -> Result? {
        await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            execute { answer.give(task()) }
        }
    }

    /// Ends the loop: its sockets are closed, what it was handed is dropped; blocks until its thread has ended.
    func stop() {
        execute { [confined] in confined.tables.isStopping = true }
        runner.withLock { $0.take() }?.join()
    }

    // MARK: On the loop

    /// When the present round began: near enough for limits of many milliseconds, and free.
    var now: NIODeadline { .uptimeNanoseconds(confined.tables.roundBegan) }

    /// Sets what is done about once a second; before the start.
    func onEverySecond(_ body: @escaping () -> Void) { confined.tables.everySecond = body }

    /// Waits for a source's socket; false where the system cannot.
    func add(_ source: EventSource) -> Bool { confined.tables.add(source) }

    /// Gives a source another turn after all others have had theirs.
    func again(_ source: EventSource) { confined.tables.again(source) }

    /// Runs something after what the sockets of this round ask for, and a few such tasks at a time: in between the sockets have
    /// their turn.
    func postpone(_ task: @escaping () -> Void) { confined.tables.postpone(task) }

    /// Rings an alarm after a time, within milliseconds.
    func ring(_ alarm: Alarm, after delay: TimeAmount) {
        confined.tables.alarms.add(alarm, at: Self.now + UInt64(max(0, delay.nanoseconds)))
    }

    /// Takes a source's socket from it and closes it, at the end of this round.
    func close(_ source: EventSource) { confined.tables.close(source) }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        let tables = confined.tables
        var events = Array(repeating: clinux_event(), count: Self.batch)
        var nextTick = Self.now + Self.second
        while !tables.isStopping {
            let patience = nextPatience(until: min(nextTick, tables.alarms.first ?? .max))
            // because the kernel fills at most as many as the array has
            let count = unsafe clinux_epoll_wait(epoll, &events, Int32(Self.batch), patience)
            tables.roundBegan = Self.now
            for index in 0..<Int(count) { tables.dispatch(events[index]) }
            runTasks()
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

    /// How long to sleep, in ms: not at all where there is something to do.
    private func nextPatience(until tick: UInt64) -> Int32 {
        guard !confined.tables.isWaiting else { return 0 }
        let isIdle = mail.withLock { mail in
            mail.isAsleep = mail.tasks.isEmpty
            return mail.isAsleep
        }
        guard isIdle else { return 0 }
        let now = Self.now
        return tick > now ? Int32((tick - now) / 1_000_000) + 1 : 0
    }

    private func runTasks() {
        let tasks = mail.withLock { mail in
            mail.isAsleep = false
            guard !mail.tasks.isEmpty else { return [@Sendable () -> Void]() }
            defer { mail.tasks = [] }
            return mail.tasks
        }
        for task in tasks { task() }
    }

    private func end() {
        let dropped = mail.withLock { mail in
            mail.isClosed = true
            defer { mail.tasks = [] }
            return mail.tasks
        }
        withExtendedLifetime(dropped) {}
        confined.tables.end()
    }

    /// Nanoseconds of the monotonic clock.
    private static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)  // because the call fills the struct it is given
        return UInt64(time.tv_sec) * second + UInt64(time.tv_nsec)
    }
}

/// One answer to one who waits; nil where nobody ever gives it.
private final class Answer<Result: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Result?, Never>?>

    init(_ continuation: CheckedContinuation<Result?, Never>) { self.continuation = Mutex(continuation) }

    deinit { continuation.withLock { $0.take() }?.resume(returning: nil) }

    func give(_ result: Result) { continuation.withLock { $0.take() }?.resume(returning: result) }
}
