// A value, inside a fill's lock. The readers of a fill, in no order, and how far each has read.
//
// Invariant: a reader's `place` is its index here, or `FillReader.nowhere`; so all is found without a search.

import Synchronization

struct FillReaders {
    private(set) var all: [FillReader] = []

    var count: Int { all.count }
    var isEmpty: Bool { all.isEmpty }

    /// How far the one has read that is furthest behind; nil where there is none.
    ///
    /// O(readers).
    var slowest: Int64? { all.lazy.map { $0.position.load(ordering: .relaxed) }.min() }

    /// How far the one has read that is furthest ahead; 0 where there is none.
    ///
    /// O(readers).
    var fastest: Int64 { all.lazy.map { $0.position.load(ordering: .relaxed) }.max() ?? 0 }

    /// Lets one in that is in no fill.
    mutating func add(_ reader: FillReader) {
        reader.place.store(all.count, ordering: .relaxed)
        reader.position.store(0, ordering: .relaxed)
        all.append(reader)
    }

    /// Takes one out, if it is in; the last one takes its place.
    mutating func remove(_ reader: FillReader) {
        let place = reader.place.exchange(FillReader.nowhere, ordering: .relaxed)
        guard place != FillReader.nowhere, let last = all.popLast(), last !== reader else { return }
        all[place] = last
        last.place.store(place, ordering: .relaxed)
    }

    /// Takes out those that have not read up to an offset.
    ///
    /// O(readers).
    mutating func removeAll(before offset: Int64) -> [FillReader] {
        let removed = all.filter { $0.position.load(ordering: .relaxed) < offset }
        for reader in removed { remove(reader) }
        return removed
    }

    /// A reader reads on at an offset; false where it is not in.
    func note(_ reader: FillReader, at offset: Int64) -> Bool {
        guard reader.place.load(ordering: .relaxed) != FillReader.nowhere else { return false }
        reader.position.store(offset, ordering: .relaxed)
        return true
    }
}
