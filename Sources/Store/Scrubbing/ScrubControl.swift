// Shared. Controls the scrub's thread: how fast to read, and when to end.

import Runtime
import Synchronization

final class ScrubControl: Sendable {
    private let bytesASecond = Atomic<Int64>(0)
    private let isClosed = Atomic<Bool>(false)
    private let wakeUp = CountingSemaphore()

    /// Bytes a second; 0 while the scrub is off.
    var rate: Int64 {
        get { bytesASecond.load(ordering: .relaxed) }
        set {
            bytesASecond.store(newValue, ordering: .relaxed)
            wakeUp.signal()
        }
    }

    /// The thread has to end.
    var isOver: Bool { isClosed.load(ordering: .relaxed) }

    func close() {
        isClosed.store(true, ordering: .relaxed)
        wakeUp.signal()
    }

    /// Waits until an instant or until something changes; nil waits for a change.
    func wait(until deadline: Instant?) {
        if let deadline { _ = wakeUp.wait(until: deadline) } else { wakeUp.wait() }
    }
}
