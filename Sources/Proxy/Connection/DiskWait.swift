// Loop-confined. One wait for the disk pool. When it takes longer than `cache.read_timeout`, who waits may go on in another way;
// else it goes on waiting, and is asked again each time that this passes.
// Invariant: of `late` returning true and `done`, one comes, once; neither comes where the pool did not take the work.

import NIOCore
import Runtime
import Store

private final class DiskWait<Result: Sendable>: Alarm {
    private(set) var isOff = false
    private let state: LoopState
    private let patience: Duration
    private let began = Instant.now
    private var late: (() -> Bool)?
    private var done: ((Result) -> Void)?
    private var isLate = false

    init(
        _ state: LoopState,
        patience: Duration,
        late: @escaping () -> Bool,
        done: @escaping (Result) -> Void
    ) {
        self.state = state
        self.patience = patience
        self.late = late
        self.done = done
    }

    func start() {
        state.diskReads += 1
        state.loop.ring(self, after: patience)
        // What so many reads before it waited for in vain is not waited for first.
        if state.store.isSlow { offer() }
    }

    func finish(_ result: Result) {
        isOff = true
        state.diskReads -= 1
        if Instant.now - began <= patience { state.store.noteRead(inTime: true) }
        let done = done
        forget()
        done?(result)
    }

    func ring() {
        if !isLate {
            isLate = true
            state.counters.add(.readsLate)
            state.store.noteRead(inTime: false)
        }
        guard late != nil else { return }
        offer()
        if late != nil { state.loop.ring(self, after: patience) }
    }

    private func offer() {
        if let late, late() { forget() }
    }

    private func forget() { (late, done) = (nil, nil) }
}

extension LoopState {
    /// What is read in one `cache.read_timeout` at least, in bytes: longer reads have more time.
    private static let bytesInTime: Int64 = 16 << 20

    /// Does what may block on the disk pool.
    ///
    /// - Parameters:
    ///   - length: Bytes that are read, about.
    ///   - isBounded: False for what is bounded by who asks for it.
    ///   - work: What is done there.
    ///   - late: Asked on the loop when the work takes too long, and at once where the disk is slow: true where its result is
    ///     not needed any more.
    ///   - done: Gets the result on the loop.
    /// - Returns: False where too much waits for the pool already: then nothing is called.
    func onDisk<Result: Sendable>(
        reading length: Int64,
        isBounded: Bool = true,
        _ work: @escaping @Sendable () -> Result,
        late: @escaping () -> Bool,
        done: @escaping (Result) -> Void
    ) -> Bool {
        let patience = settings.readTimeout * (1 + Int(length / Self.bytesInTime))
        let wait = DiskWait(self, patience: patience, late: late, done: done)
        let bound = LoopBound(wait, on: loop)
        let loop = loop
        let isTaken = store.disk.submit(isBounded: isBounded) {
            let result = work()
            loop.execute { bound.value.finish(result) }
        }
        guard isTaken else {
            counters.add(.limitDiskQueue)
            return false
        }
        wait.start()
        return true
    }
}
