// Shared. A number that rises and falls, such as the bytes of all bodies that fills hold in memory.

import Synchronization

final class Gauge: Sendable {
    private let value = Atomic<Int>(0)

    var now: Int { value.load(ordering: .relaxed) }

    func add(_ amount: Int) { value.add(amount, ordering: .relaxed) }
    func subtract(_ amount: Int) { value.subtract(amount, ordering: .relaxed) }
}
