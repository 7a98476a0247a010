// Shared. A few threads for work that blocks, and the queue before them. A full queue refuses the job, and the caller
// finds another way.
//
// Not NIO's pool: its threads cannot be given a lower priority, and on a machine with few processors a loop's hits
// would wait behind reads of the disk.

import NIOCore
import Synchronization

/// Threads that may block.
public final class BlockingPool: Sendable {
    private struct State {
        var jobs = CircularBuffer<@Sendable () -> Void>()
        var isClosed = false
        var timesFull = 0
    }

    // The state of the threads. They do not retain the pool, because the end of the pool is also theirs.
    private final class Queue: Sendable {
        let state = Lock(State())
        let available = CountingSemaphore()

        /// False if the pool is shut down, or `limit` jobs wait.
        func add(_ job: @escaping @Sendable () -> Void, limit: Int) -> Bool {
            let isTaken = state.withLock { state in
                guard !state.isClosed else { return false }
                guard state.jobs.count < limit else {
                    state.timesFull += 1
                    return false
                }
                state.jobs.append(job)
                return true
            }
            if isTaken { available.signal() }
            return isTaken
        }

        func run() {
            var slice = TimeSlice()
            while true {
                available.wait()
                let job = state.withLock { $0.jobs.popFirst() }
                // There are more signals than jobs only at the end.
                guard let job else { return }
                job()
                slice.yieldIfOver()
            }
        }
    }

    /// The usual limit of waiting jobs.
    ///
    /// A job waits for all before it, so beyond the limit another way is faster.
    public static let queueLimit = 1024

    private let queue = Queue()
    private let limit: Int
    private let threads: Lock<[DedicatedThread]>

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - names: The name of each thread.
    ///   - limit: Jobs that may wait.
    ///   - niceness: See `DedicatedThread`.
    /// - Throws: If the system has no thread left.
    public init(threads names: [String], limit: Int = queueLimit, niceness: Int32 = 0) throws(SystemError) {
        self.limit = limit
        threads = Lock([])
        for name in names {
            let queue = queue
            let thread = try DedicatedThread(name, slices: .short, niceness: niceness) { queue.run() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// How many jobs were refused because too many waited.
    public var timesFull: Int { queue.state.withLock { $0.timesFull } }

    /// Adds a job; any thread.
    ///
    /// - Parameters:
    ///   - isBounded: False if another limit applies to the job.
    ///   - job: The work.
    /// - Returns: False if too many wait, or the pool is shut down: the job is dropped.
    public func submit(isBounded: Bool = true, _ job: @escaping @Sendable () -> Void) -> Bool {
        queue.add(job, limit: isBounded ? limit : .max)
    }

    /// Waits for a job's result; the limit does not apply.
    ///
    /// - Throws: CancellationError if the pool is shut down.
    public func run<Result: Sendable>(_ job: @escaping @Sendable () -> Result) async throws -> Result {
        let result: Result? = await withCheckedContinuation { continuation in
            let isTaken = queue.add({ continuation.resume(returning: job()) }, limit: .max)
            if !isTaken { continuation.resume(returning: nil) }
        }
        guard let result else { throw CancellationError() }
        return result
    }

    /// Accepts no more jobs; blocks until the waiting ones are done.
    public func shutDown() {
        queue.state.withLock { $0.isClosed = true }
        let threads = takeThreads()
        for thread in threads { thread.join() }
    }

    /// Accepts no more jobs and drops the waiting ones.
    ///
    /// A thread that hangs in the file system is left behind.
    public func abandon() {
        let dropped = queue.state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        withExtendedLifetime(dropped) {}  // released here, outside the lock
        _ = takeThreads()
    }

    /// Lets every thread end as soon as no job waits.
    private func takeThreads() -> [DedicatedThread] {
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in threads { queue.available.signal() }
        return threads
    }

    deinit { abandon() }
}
