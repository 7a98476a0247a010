// Loop-confined. The records that one loop has read from volumes in this second. A picture that is requested again and
// again then needs no new read of its head, and no new question to the page cache about its body, which for 100 kB is
// an eighth of a hit's cost. Invariant: nothing outlives the loop's sweep, which comes every second, and a record is
// used only for the very entry that the catalog has now.

import HTTPMessage
import NIOCore
import Store

/// A record that was read from its volume.
final class RecentRecord {
    fileprivate let key: [UInt8]
    let stored: StoredResponse
    /// Whether the whole body was in the page cache.
    var isResident = false

    init(_ stored: StoredResponse, key: [UInt8]) {
        self.stored = stored.detached
        self.key = key
    }
}

/// The records read most recently, few of them.
struct RecentRecords {
    /// The least size of bodies for which it pays; smaller ones are read and checked whole each time.
    static let leastLength = Store.readAlong + 1
    private static let count = 1024
    /// Places for records whose hashes collide: with one each, a tenth of a hundred pictures would keep replacing each
    /// other.
    private static let ways = 4

    /// The records read once in this second: only a second read justifies a copy of the head.
    private var seen = [UInt64](repeating: 0, count: count)
    private var slots = [RecentRecord?](repeating: nil, count: count)
    private var isEmpty = true

    /// The record of an entry, if it was read since the last sweep; O(length of the key).
    func find(_ entry: CatalogEntry, key: RawSpan) -> RecentRecord? {
        for slot in Self.slots(entry) {
            if let recent = slots[slot], recent.stored.entry.isSameResponse(as: entry),
                recent.key.withRawSpan({ $0.equals(key) })
            {
                return recent
            }
        }
        return nil
    }

    /// Keeps a record, from its second read in this second on, until another replaces it or the second is over.
    mutating func keep(_ stored: StoredResponse, key: @autoclosure () -> [UInt8], isResident: Bool) {
        let hash = stored.entry.hash
        let note = Int(truncatingIfNeeded: hash % UInt64(Self.count))
        isEmpty = false
        guard seen[note] == hash else {
            seen[note] = hash
            return
        }
        let record = RecentRecord(stored, key: key())
        record.isResident = isResident
        // Concurrent reads of one record end in the same place.
        let place = Self.slots(stored.entry).first { slots[$0]?.stored.entry.isSameResponse(as: stored.entry) ?? true }
        slots[place ?? note] = record
    }

    /// Drops all records, because each keeps its volume open.
    mutating func removeAll() {
        guard !isEmpty else { return }
        for index in slots.indices { (slots[index], seen[index]) = (nil, 0) }
        isEmpty = true
    }

    private static func slots(_ entry: CatalogEntry) -> Range<Int> {
        let first = Int(truncatingIfNeeded: entry.hash % UInt64(count)) & ~(ways - 1)
        return first..<first + ways
    }
}
