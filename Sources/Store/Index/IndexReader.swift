// Confined to whoever holds it: behind a lock in Store. The index's reading connection.

/// Reads rows: of keys that are asked for before the catalog has loaded them, or all of them for `larder verify`.
final class IndexReader {
    private let database: Database
    private let exact: Statement

    /// Opens the index of the running store, beside its writer.
    convenience init(shared path: String) throws(StoreError) { try self.init(Database(path, .shared)) }

    /// Opens an index that no larder uses; nothing in the directory changes, not even the files that readers of a log share.
    convenience init(untouched path: String) throws(StoreError) {
        // A log that a stop left behind has to be read, and cannot without those files.
        let isFrozen = Paths.onDisk(path + "-wal") == 0
        try self.init(Database(path, isFrozen ? .frozen : .read))
    }

    private init(_ database: Database) throws(StoreError) {
        self.database = database
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
