// Shared. How many bytes of bodies under way are in memory, all fills together.

import Synchronization

final class HeldBytes: Sendable {
    private let value = Atomic<Int>(0)
    func add(_ amount: Int) { value.add(amount, ordering: .relaxed) }
    func subtract(_ amount: Int) { value.subtract(amount, ordering: .relaxed) }
    var now: Int { value.load(ordering: .relaxed) }
}
