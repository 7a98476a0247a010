// Shared. The threads of one file origin, and the queue before them. They may hang in the file system (a dead share):
// nothing ever waits for them without a deadline, and a full queue refuses.

import CCurl
import NIOCore
import Synchronization

/// Threads that may block.
final class FilePool: Sendable {
    /// Threads: enough to keep a disk or a share busy.
    static let threads = 6
    /// The most jobs that wait: the lane's cap on requests in progress keeps it far lower, unless threads hang.
    static let maximumQueued = 1024

    private struct State {
        var jobs = CircularBuffer<@Sendable () -> Void>()
        var isClosed = false
    }

    /// What the threads hold: not the pool, whose end is theirs.
    private final class Queue: Sendable {
        let state = Mutex(State())
        let semaphore: Descriptor

        init(semaphore: Descriptor) {
            self.semaphore = semaphore
        }

        func run() {
            while true {
                origins_bell_wait(semaphore.number)
                let (job, isClosed) = state.withLock { ($0.jobs.popFirst(), $0.isClosed) }
                if isClosed { return }
                job?()
            }
        }
    }

    private let queue: Queue

    /// Starts the threads.
    init() throws(OriginError) {
        let number = origins_bell_create(1)
        guard number >= 0 else {
            throw OriginError(kind: .resources, operation: "eventfd", subject: "file origin", code: Int(-number))
        }
        let queue = Queue(semaphore: Descriptor(owning: number))
        self.queue = queue
        for _ in 0..<Self.threads {
            // Never joined: a thread that hangs must not hang the shutdown.
            _ = try Worker(name: "larder-files") { queue.run() }
        }
    }

    /// Leaves a job.
    ///
    /// - Returns: False when too many wait.
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = queue.state.withLock { state in
            guard !state.isClosed, state.jobs.count < Self.maximumQueued else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { origins_bell_ring(queue.semaphore.number, 1) }
        return isTaken
    }

    /// Lets the threads end after the job they are at; the queued ones are dropped.
    func shutDown() {
        let jobs = queue.state.withLock { state in
            state.isClosed = true
            defer { state.jobs.removeAll() }
            return state.jobs
        }
        _ = jobs.count  // released here, outside the lock
        origins_bell_ring(queue.semaphore.number, UInt64(Self.threads))
    }

    deinit {
        shutDown()
    }
}
