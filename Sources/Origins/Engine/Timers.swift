// Value. A binary heap of deadlines. An entry stays when its subject ends or its deadline moves: the owner checks each
// due entry against its subject, so moving a deadline later costs nothing.

import Runtime

/// Deadlines, soonest first.
struct Timers {
    /// The subject of a deadline.
    enum Subject: Equatable {
        case attempt(UInt64)
        /// A fetch asks the next origin as well.
        case hedge(UInt64)
        /// An origin whose circuit breaker is open is probed.
        case probe(Int)
        /// An origin is probed as configured.
        case check(Int)
        /// An origin that could not be reached is looked at.
        case look(Int)
        /// More of the held-up transfers may be ended.
        case room(Int)
        /// A look at an origin's directory has taken long enough.
        case lookOver(Int)
    }

    private struct Entry {
        var time: Instant
        var subject: Subject
    }

    private var heap: [Entry] = []

    /// The soonest deadline; O(1).
    var first: Instant? { heap.first?.time }

    /// Adds a deadline; O(log n).
    mutating func add(_ subject: Subject, at deadline: Instant) {
        heap.append(Entry(time: deadline, subject: subject))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].time < heap[parent].time else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes the soonest deadline if it is due; O(log n).
    mutating func removeDue(at now: Instant) -> (subject: Subject, deadline: Instant)? {
        guard !heap.isEmpty, heap[0].time <= now else { return nil }
        let soonest = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
        return (soonest.subject, soonest.time)
    }

    /// Replaces the soonest entry, and moves the new one to its place in the heap.
    private mutating func sink(_ entry: Entry) {
        var place = 0
        while true {
            let left = 2 * place + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && heap[right].time < heap[left].time ? right : left
            guard heap[child].time < entry.time else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = entry
    }
}
