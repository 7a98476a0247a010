// Value. The queues between threads that are bounded by a number of jobs. Logs are bounded in bytes; their counters are those of
// lost lines and messages.

import Origins
import Proxy
import Runtime
import Store

enum Queue: String, CaseIterable, Sendable {
    /// Tasks for the event loops; each has a queue.
    case loops
    /// Reads for the threads of the disk.
    case disk
    /// Jobs for the thread that writes volumes.
    case volumes
    case index
    /// Commands for the origin thread.
    case origins
    /// Requests for the threads of file origins; each origin has a queue.
    case files
}

extension AdminParts {
    /// How often the bound of a queue was reached.
    func timesFull(_ queue: Queue) -> Int {
        switch queue {
        case .loops: proxy.timesLoopsFull
        case .disk: store.disk.timesFull
        case .volumes: store.timesWriterFull
        case .index: store.timesIndexFull
        case .origins: origins.timesMailboxFull
        case .files: origins.timesFilesFull
        }
    }
}
