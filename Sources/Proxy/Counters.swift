// Shared, one set for each loop. A loop adds to its own set without contention; statistics sum the sets.

import Synchronization

final class Counters: Sendable {
    private final class Cell: Sendable {
        let value = Atomic<Int>(0)
    }

    private let cells = Counter.allCases.map { _ in Cell() }

    /// Adds to a counter.
    ///
    /// About a nanosecond if no other loop adds to the same set.
    @inline(__always)
    func add(_ counter: Counter, _ amount: Int = 1) { cells[counter.rawValue].value.add(amount, ordering: .relaxed) }

    func value(_ counter: Counter) -> Int { cells[counter.rawValue].value.load(ordering: .relaxed) }
}
