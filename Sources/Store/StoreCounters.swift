// Shared. The store's counters; statistics read them at any time.

import Runtime
import Synchronization

final class StoreCounters: Sendable {
    let evictions = Atomic<Int>(0)
    let evictedBytes = Atomic<Int>(0)
    let survivors = Atomic<Int>(0)
    let survivorBytes = Atomic<Int>(0)
    let stored = Atomic<Int>(0)
    let storedBytes = Atomic<Int>(0)
    let corrupt = Atomic<Int>(0)
    let purged = Atomic<Int>(0)
    let undurablePurges = Atomic<Int>(0)
    let purgesWidened = Atomic<Int>(0)
    let scrubbedBytes = Atomic<Int>(0)
    let scrubRounds = Atomic<Int>(0)
    let scrubCorrupt = Atomic<Int>(0)
    let writeErrors = Atomic<Int>(0)
    let readErrors = Atomic<Int>(0)
    let indexErrors = Atomic<Int>(0)
    let directoryLost = Atomic<Int>(0)
    let volumeBytes = Atomic<Int>(0)
    let indexBytes = Atomic<Int>(0)
    private let refusals = Lock<[StoreRefusal: Int]>([:])

    func count(_ refusal: StoreRefusal) { refusals.withLock { $0[refusal, default: 0] += 1 } }
    var refused: [StoreRefusal: Int] { refusals.withLock { $0 } }
}

extension Atomic where Value == Int {
    func add(_ amount: Int) { add(amount, ordering: .relaxed) }
    var value: Int { load(ordering: .relaxed) }
}
