// Confined to the index thread. Writes changes of rows in transactions, and keeps the number that the next run begins above.

import Runtime
import Synchronization

final class RowWriter {
    /// Sequences that are noted in advance.
    ///
    /// A run is ahead of the clock by as many after a crash, 4 ms, which is less than a restart takes: a run that finds no index
    /// begins by the clock alone.
    private static let reserve: UInt64 = 1 << 16

    /// Rows of one transaction.
    ///
    /// Their keys may lie all over the file, a page each: the log has to stay within what is set aside, and what the kernel does
    /// for the commit within a time slice or a few.
    static let transactionLimit = 128

    private let core: StoreCore
    /// Above it, sequences are not noted yet.
    private var reserved: UInt64 = 0
    private var slice = TimeSlice()
    /// Rows and volumes that are of no use any more, about, since they were collected.
    private(set) var garbage = 0

    init(_ core: StoreCore) { self.core = core }

    func noteGarbage() { garbage += 1 }
    func forgetGarbage() { garbage = 0 }

    /// Writes changes in one transaction.
    ///
    /// - Parameter isBehind: The thread does not yield: it needs its share of a processor that all others want, and who yields is
    ///   served last.
    func write(
        _ changes: some Collection<RowChange>,
        to database: IndexDatabase,
        isBehind: Bool
    ) throws(StoreError) {
        try database.transaction { () throws(StoreError) in
            try reserveSequences(in: database)
            for change in changes {
                try apply(change, to: database)
                if !isBehind { slice.yieldIfOver() }
            }
        }
    }

    /// Removes rows in one transaction.
    func remove(_ rows: [IndexRow], from database: IndexDatabase) throws(StoreError) {
        try database.transaction { () throws(StoreError) in
            for row in rows {
                try database.remove(row.key, at: row.location)
                slice.yieldIfOver()
            }
        }
    }

    private func apply(_ change: RowChange, to database: IndexDatabase) throws(StoreError) {
        switch change {
        case .put(let row, let groups):
            try database.put(row)
            if let groups { try database.groups.put(row, in: groups) }
        case .supersede(let row, let groups):
            guard try markOlder(than: row, in: database) else { return }
            try database.put(row)
            try database.groups.put(row, in: groups)
        case .freshen(let row, let groups):
            try database.freshen(row)
            try database.groups.put(row, in: groups)
        case .remove(let key, let location): try database.remove(key, at: location)
        case .volume(let row): try database.put(row)
        case .removeVolume(let number):
            try database.removeVolume(number)
            garbage += 1
        }
    }

    /// Marks the older record of a key and variant as removed; false where that is the row's own.
    private func markOlder(than row: IndexRow, in database: IndexDatabase) throws(StoreError) -> Bool {
        let other = try database.rows(of: row.key).first { $0.variant == row.variant && $0.location != row.location }
        guard let other else { return true }
        let isNewer = row.sequence > other.sequence
        core.post(.markRemoved(isNewer ? other.location : row.location, hash: core.keyHash(row.key)))
        return isNewer
    }

    // MARK: Sequences

    /// Notes a number above the sequences that come next: where the clock is behind after a crash, the next run begins above it.
    ///
    /// A row of a lower sequence than the one that it replaces would be dropped.
    func reserveSequences(in database: IndexDatabase) throws(StoreError) {
        let next = core.nextSequence.load(ordering: .relaxed)
        guard next + Self.reserve / 2 > reserved else { return }
        try database.setState(.sequence, Int64(bitPattern: next + Self.reserve))
        reserved = next + Self.reserve
    }

    /// The database is another one, or did not take what was written.
    func forgetReserve() { reserved = 0 }
}
