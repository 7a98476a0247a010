// Shared. The threads that wait for the disk in the place of event loops.
//
// Not NIO's pool: its threads cannot be told to let others go first, and on a machine with few processors a loop's hits
// would wait behind reads of the disk.

import NIOCore
import Synchronization

/// A small pool of threads for work that blocks.
package final class DiskPool: Sendable {
    private struct State {
        var jobs = CircularBuffer<@Sendable () -> Void>()
        var isClosed = false
    }

    /// Jobs that wait.
    ///
    /// Past it a hit is better fetched, or refused: each waits for all before it.
    package static let queueLimit = 1024

    private let state = Mutex(State())
    private let limit: Int
    private let available = Semaphore()
    private let threads = Mutex<[DedicatedThread]>([])

    /// A read of the disk can wait a little; a loop's hits cannot, where both want the same processor.
    private static let niceness: Int32 = 10

    /// Starts the threads; `limit` is the most that waits for them.
    init(threads count: Int, limit: Int = queueLimit) {
        self.limit = limit
        let made = (0..<count).map { number in
            DedicatedThread("larder-disk-\(number)", turns: .short, niceness: Self.niceness) { [self] in run() }
        }
        threads.withLock { $0 = made }
    }

    /// Has something done on one of the threads.
    ///
    /// Any thread.
    /// - Parameters:
    ///   - isBounded: False for what is bounded by who asks for it.
    ///   - job: What is done.
    /// - Returns: False where too much waits already, or the pool is shut down: the job is dropped.
    package func submit(isBounded: Bool = true, _ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed, !isBounded || state.jobs.count < limit else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { available.signal() }
        return isTaken
    }

    /// Waits for something done on one of the threads.
    ///
    /// - Throws: CancellationError where the pool is shut down.
    package func run<Result: Sendable>(_ job: @escaping @Sendable () -> Result) async throws -> Result {
        let result: Result? = await withCheckedContinuation { continuation in
            let isTaken = state.withLock { state in
                guard !state.isClosed else { return false }
                state.jobs.append { continuation.resume(returning: job()) }
                return true
            }
            if isTaken { available.signal() } else { continuation.resume(returning: nil) }
        }
        guard let result else { throw CancellationError() }
        return result
    }

    /// Ends the threads when everything submitted is done; blocks.
    func shutDown() {
        state.withLock { $0.isClosed = true }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in threads { available.signal() }
        for thread in threads { thread.join() }
    }

    private func run() {
        var turn = Turn()
        while true {
            available.wait()
            let job = state.withLock { $0.jobs.popFirst() }
            // More signals than jobs come only from the end.
            guard let job else { return }
            job()
            turn.giveWay()
        }
    }
}
