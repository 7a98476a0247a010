// Value. What makes the response that a connection sends: a task, a hit whose body the socket has not taken, or the disk pool,
// which reads a hit. `ClientConnection` owns it.
// Invariant: at most one of the three; while there is one, no other request is served.

struct ResponseInProgress {
    private(set) var task: RequestTask?
    private(set) var unsentHit: UnsentHit?
    private var waitsForDisk = false
    /// The task is to be called when everything written is out.
    private var awaitsDrain = false

    /// A hit is being read from the disk, or sent.
    var isHit: Bool { waitsForDisk || unsentHit != nil }

    var isNone: Bool { task == nil && !isHit }

    mutating func begin(_ task: RequestTask) { self.task = task }

    mutating func waitForDisk() { waitsForDisk = true }

    mutating func endWaitForDisk() { waitsForDisk = false }

    mutating func hold(_ hit: UnsentHit) { unsentHit = hit }

    mutating func awaitDrain() { awaitsDrain = true }

    /// The task is over.
    @inline(__always)
    mutating func endTask() { task = nil }

    /// Gives out the hit whose body is not sent.
    mutating func takeHit() -> UnsentHit? {
        defer { unsentHit = nil }
        return unsentHit
    }

    /// Gives out the task of a client that has left; nothing is in progress then but what the disk pool reads.
    mutating func abandon() -> RequestTask? {
        defer { (task, unsentHit) = (nil, nil) }
        return task
    }

    /// Everything written is out.
    ///
    /// - Returns: Whether what is in progress goes on from here.
    @inline(__always)
    mutating func drained() -> Bool {
        guard awaitsDrain || unsentHit != nil else { return false }
        awaitsDrain = false
        return true
    }
}
