// Value. A binary heap of deadlines. Entries are not taken out when what they are for ends or its deadline moves: the
// owner checks each due entry against its subject, so moving a deadline later costs nothing.

/// Deadlines, soonest first.
struct Timers {
    /// What is to be done at a deadline.
    enum Subject: Equatable {
        case attempt(UInt64)
        /// An exchange asks the next origin as well.
        case hedge(UInt64)
        /// An origin that is left alone is tried.
        case probe(Int)
        /// An origin is asked whether it is well, as configured.
        case check(Int)
    }

    struct Entry: Equatable {
        var deadline: ContinuousClock.Instant
        var subject: Subject
    }

    private var heap: [Entry] = []

    /// The soonest deadline; O(1).
    var first: ContinuousClock.Instant? { heap.first?.deadline }

    /// Adds a deadline; O(log n).
    mutating func add(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the soonest deadline if it is due; O(log n).
    mutating func removeDue(at now: ContinuousClock.Instant) -> Entry? {
        guard let soonest = heap.first, soonest.deadline <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return soonest }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return soonest }
            let right = left + 1
            let child = right < heap.count && heap[right].deadline < heap[left].deadline ? right : left
            guard heap[child].deadline < heap[parent].deadline else { return soonest }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
