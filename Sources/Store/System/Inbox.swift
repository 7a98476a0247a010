// Shared. How work is handed to a thread of its own: many senders, one receiver, whole batches.

import Synchronization

/// A queue that its thread empties a batch at a time; a sender wakes the thread only where it may be asleep.
package final class Inbox<Job: Sendable>: Sendable {
    private struct State {
        var jobs: [Job] = []
        var isClosed = false
        var isAsleep = false
    }

    private let state = Mutex(State())
    private let wakeUp = Semaphore()

    /// Makes an empty inbox.
    package init() {}

    /// Hands a job over.
    ///
    /// - Parameter job: The job.
    /// - Returns: False where the inbox is closed: the job is then dropped.
    @discardableResult
    package func post(_ job: Job) -> Bool {
        let (isOpen, mustWake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.jobs.append(job)
            let mustWake = state.isAsleep
            state.isAsleep = false
            return (true, mustWake)
        }
        if mustWake { wakeUp.signal() }
        return isOpen
    }

    /// Takes no more jobs; the thread gets what is there and then nil.
    package func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustWake { wakeUp.signal() }
    }

    /// Takes the jobs so far, waiting for the first.
    ///
    /// - Parameter patience: How long to wait at most.
    /// - Returns: The jobs; empty when the time is over; nil once the inbox is closed and empty.
    package func next(within patience: Duration) -> [Job]? {
        let deadline = Semaphore.now + patience.nanoseconds
        while true {
            let (batch, isOver) = state.withLock { state -> ([Job], Bool) in
                if state.jobs.isEmpty {
                    state.isAsleep = !state.isClosed
                    return ([], state.isClosed)
                }
                let batch = state.jobs
                state.jobs = []
                return (batch, false)
            }
            if isOver { return nil }
            if !batch.isEmpty { return batch }
            if !wakeUp.wait(until: deadline) {
                let wasAsleep = state.withLock { state in
                    defer { state.isAsleep = false }
                    return state.isAsleep
                }
                // A sender took the flag between the time-out and here: its signal is under way and must be taken.
                guard !wasAsleep else { return [] }
                wakeUp.wait()
            }
        }
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
