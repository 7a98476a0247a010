// Confined to whoever holds it: behind a lock in Store. The index's reading connection.

/// Reads rows: of keys that are asked for before the directory has loaded them, or all of them for `larder verify`.
final class IndexReader {
    private let database: Database
    private let exact: Statement

    /// Opens the file; with `isUntouched` nothing in the directory changes, not even the files that readers of a log share.
    init(_ path: String, isUntouched: Bool = false) throws(StoreError) {
        // A log that a stop left behind has to be read, and cannot without those files.
        let isFrozen = isUntouched && Paths.onDisk(path + "-wal") == 0
        database = try Database(path, isFrozen ? .frozen : .read)
        exact = try database.prepare("SELECT \(IndexDatabase.columns) FROM responses WHERE url = ?1")
    }

    func rows(of key: [UInt8]) throws(StoreError) -> [IndexRow] {
        var rows: [IndexRow] = []
        try exact.query([.text(key)]) { (row) throws(StoreError) in
            rows.append(IndexDatabase.indexRow(row))
            return true
        }
        return rows
    }

    /// Calls `body` with every row, in no order.
    func visit(_ body: (IndexRow) -> Void) throws(StoreError) {
        let all = try database.prepare("SELECT \(IndexDatabase.columns) FROM responses")
        try all.query([]) { (row) throws(StoreError) in
            body(IndexDatabase.indexRow(row))
            return true
        }
    }
}
