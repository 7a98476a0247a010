// Shared. What the last fills came to and which origins they asked: for `explain`, which wants to know of one key. A ring of
// fixed length; fills end rarely enough that one lock is fine.

import HTTPCaching
import HTTPMessage
import Origins
import Runtime
import Store
import Synchronization

final class FillHistory: Sendable {
    /// Fills that are remembered.
    private static let limit = 1024

    private struct Ring {
        var records: [FillRecord] = []
        var next = 0
    }

    private let ring = Lock(Ring())

    func add(_ record: FillRecord) {
        ring.withLock { ring in
            if ring.records.count < Self.limit {
                ring.records.append(record)
            } else {
                ring.records[ring.next] = record
            }
            ring.next = (ring.next + 1) % Self.limit
        }
    }

    /// The fills of a key that are remembered, the latest first.
    ///
    /// O(limit).
    func records(of keyHash: UInt64) -> [FillRecord] {
        ring.withLock { ring in
            // The oldest is where the next goes, once the ring is full.
            let start = ring.records.count < Self.limit ? 0 : ring.next
            let inOrder = ring.records[start...] + ring.records[..<start]
            return inOrder.reversed().filter { $0.keyHash == keyHash }
        }
    }
}
