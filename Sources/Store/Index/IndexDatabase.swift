// Confined to the index thread. The one SQLite file: its schema and the dozen statements the store needs.
// No SQL stands anywhere else.

/// The index's writing connection.
final class IndexDatabase {
    static let fileName = "index.db"
    /// A file of another version is not read: the index is rebuilt from the volumes.
    private static let schemaVersion = 2

    private let database: Database
    /// The file had no tables yet.
    let isNew: Bool
    private let put: Statement
    private let freshen: Statement
    private let remove: Statement
    private let exact: Statement
    private let range: Statement
    private let after: Statement
    private let orphans: Statement
    /// Which keys are members of which groups.
    var groups: GroupTable
    /// The rules of purges that are not over.
    let bans: BanTable

    /// Opens the file or makes it.
    ///
    /// Throws `.corrupt` where it is no index of this version.
    init(_ path: String) throws(StoreError) {
        database = try Database(path, .readWrite)
        try database.execute(
            """
            PRAGMA auto_vacuum=INCREMENTAL;
            PRAGMA journal_mode=WAL;
            PRAGMA synchronous=NORMAL;
            PRAGMA wal_autocheckpoint=256;
            PRAGMA journal_size_limit=1048576;
            PRAGMA cache_size=-8192;
            """
        )
        isNew = try Self.makeSchema(database)
        groups = try GroupTable(database)
        bans = BanTable(database)
        // A record may be scanned before its own row comes: then the row, which knows its freshness, counts.
        put = try database.prepare(
            """
            INSERT INTO responses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (url, variant) DO UPDATE SET volume = ?3, offset = ?4, header_length = ?5, body_length = ?6,
            born_at = ?7, fresh_until = ?8, plain = ?9, sequence = ?10
            WHERE sequence < ?10 OR (sequence = ?10 AND ?8 > 0)
            """
        )
        freshen = try database.prepare(
            """
            UPDATE responses SET born_at = ?5, fresh_until = ?6, plain = ?7
            WHERE url = ?1 AND variant = ?2 AND volume = ?3 AND offset = ?4
            """
        )
        remove = try database.prepare("DELETE FROM responses WHERE url = ?1 AND volume = ?2 AND offset = ?3")
        exact = try database.prepare("SELECT \(Self.columns) FROM responses WHERE url = ?1")
        range = try database.prepare(
            "SELECT \(Self.columns) FROM responses WHERE url >= ?1 ORDER BY url, variant LIMIT ?2"
        )
        after = try database.prepare(
            "SELECT \(Self.columns) FROM responses WHERE (url, variant) > (?1, ?2) ORDER BY url, variant LIMIT ?3"
        )
        orphans = try database.prepare(
            """
            SELECT \(Self.columns) FROM responses WHERE (url, variant) > (?1, ?2)
            AND NOT EXISTS (SELECT 1 FROM volumes WHERE number = responses.volume)
            ORDER BY url, variant LIMIT ?3
            """
        )
    }

    static let columns =
        "url, variant, volume, offset, header_length, body_length, born_at, fresh_until, plain, sequence"

    /// - Returns: True where there were no tables.
    private static func makeSchema(_ database: Database) throws(StoreError) -> Bool {
        var version = 0
        try database.prepare("PRAGMA user_version").query([]) { (row) throws(StoreError) in
            version = Int(row.integer(0))
            return true
        }
        if version == schemaVersion {
            try checkSchema(database)
            return false
        }
        if version == 1 {
            // A response of that version may have a Set-Cookie that its row does not tell: each hit reads its fields first.
            try database.define("BEGIN; UPDATE responses SET plain = 0; PRAGMA user_version=2; COMMIT;")
            return false
        }
        guard version == 0 else {
            throw StoreError(.corrupt, "open", database.path, detail: "its schema is of version \(version)")
        }
        // Rows of whatever volumes there are are missing, also where a stop comes before anything says so.
        try database.define(
            """
            BEGIN;
            CREATE TABLE responses (
                url TEXT NOT NULL, variant TEXT NOT NULL, volume INTEGER NOT NULL, offset INTEGER NOT NULL,
                header_length INTEGER NOT NULL, body_length INTEGER NOT NULL, born_at INTEGER NOT NULL,
                fresh_until INTEGER NOT NULL, plain INTEGER NOT NULL, sequence INTEGER NOT NULL,
                PRIMARY KEY (url, variant)) WITHOUT ROWID;
            CREATE TABLE volumes (number INTEGER PRIMARY KEY, ring INTEGER NOT NULL, position INTEGER NOT NULL);
            CREATE TABLE bans (kind TEXT NOT NULL, pattern TEXT NOT NULL);
            CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO state VALUES ('\(StateName.isRebuilding.rawValue)', 1);
            PRAGMA user_version=\(schemaVersion);
            COMMIT;
            """
        )
        return true
    }

    /// Finds what opening and preparing the other statements would not: tables that are used later, and columns in another order.
    private static func checkSchema(_ database: Database) throws(StoreError) {
        for (table, columns) in [
            ("responses", Self.columns), ("volumes", "number, ring, position"), ("bans", "kind, pattern"),
            ("state", "name, value"), ("groups", "name, url"),
        ] {
            var found: [String] = []
            try database.prepare("SELECT name FROM pragma_table_info('\(table)')").query([]) {
                (row) throws(StoreError) in
                found.append(String(decoding: row.text(0), as: UTF8.self))
                return true
            }
            guard found.joined(separator: ", ") == columns else {
                throw StoreError(
                    .corrupt,
                    "open",
                    database.path,
                    detail: "its table \(table) is missing or another one"
                )
            }
        }
    }

    /// Runs `body` in one transaction; where it throws, nothing of it stays.
    func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try database.execute("BEGIN IMMEDIATE")
        do throws(StoreError) {
            try body()
            try database.execute("COMMIT")
        } catch {
            // A failed COMMIT may have rolled back by itself; then this fails, and nothing is lost by it.
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    /// Runs `body` in one transaction that survives a loss of power once this returns.
    func durableTransaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try database.execute("PRAGMA synchronous=FULL")
        defer { try? database.execute("PRAGMA synchronous=NORMAL") }
        try transaction(body)
    }

    func put(_ row: IndexRow) throws(StoreError) {
        try put.run([
            .text(row.key), .text(row.variant), .integer(Int64(row.location.volume)),
            .integer(Int64(row.location.offset)), .integer(Int64(row.headerLength)), .integer(row.bodyLength),
            .integer(Int64(row.bornAt)), .integer(Int64(row.freshUntil)), .integer(row.isPlain ? 1 : 0),
            .integer(Int64(bitPattern: row.sequence)),
        ])
    }

    func freshen(_ row: IndexRow) throws(StoreError) {
        try freshen.run([
            .text(row.key), .text(row.variant), .integer(Int64(row.location.volume)),
            .integer(Int64(row.location.offset)), .integer(Int64(row.bornAt)), .integer(Int64(row.freshUntil)),
            .integer(row.isPlain ? 1 : 0),
        ])
    }

    func remove(_ key: [UInt8], at location: RecordLocation) throws(StoreError) {
        try remove.run([.text(key), .integer(Int64(location.volume)), .integer(Int64(location.offset))])
        try groups.removeOrphan(key)
    }

    /// The rows of a key.
    func rows(of key: [UInt8]) throws(StoreError) -> [IndexRow] { try collect(exact, [.text(key)]) }

    /// Up to `limit` rows in the order of their keys: from a key on, or after a place.
    func rows(from key: [UInt8], after last: ListPlace?, limit: Int) throws(StoreError) -> [IndexRow] {
        if let last { return try collect(after, [.text(last.key), .text(last.variant), .integer(Int64(limit))]) }
        return try collect(range, [.text(key), .integer(Int64(limit))])
    }

    /// Up to `limit` rows of volumes that are in no ring, in the order of their keys: the first ones, or those after a row.
    ///
    /// Reads all rows until it has found so many, less than a microsecond each.
    func orphans(after last: IndexRow?, limit: Int) throws(StoreError) -> [IndexRow] {
        try collect(orphans, [.text(last?.key ?? []), .text(last?.variant ?? []), .integer(Int64(limit))])
    }

    private func collect(_ statement: Statement, _ values: [Statement.Value]) throws(StoreError) -> [IndexRow] {
        var rows: [IndexRow] = []
        try statement.query(values) { (row) throws(StoreError) in
            rows.append(Self.indexRow(row))
            return true
        }
        return rows
    }

    static func indexRow(_ row: borrowing Statement.Row) -> IndexRow {
        IndexRow(
            key: row.text(0),
            variant: row.text(1),
            location: RecordLocation(
                volume: UInt32(truncatingIfNeeded: row.integer(2)),
                offset: UInt32(truncatingIfNeeded: row.integer(3))
            ),
            headerLength: Int(row.integer(4)),
            bodyLength: row.integer(5),
            bornAt: UInt32(clamping: row.integer(6)),
            freshUntil: UInt32(clamping: row.integer(7)),
            isPlain: row.integer(8) != 0,
            sequence: UInt64(bitPattern: row.integer(9))
        )
    }

    // MARK: Volumes, bans, state

    func put(_ volume: VolumeRow) throws(StoreError) {
        try database.prepare("INSERT OR REPLACE INTO volumes VALUES (?1, ?2, ?3)")
            .run([.integer(Int64(volume.number)), .integer(Int64(volume.ring)), .integer(volume.order)])
        // Rows may outlive their volume, so its number must not come back even where it was the highest.
        if try Int64(volume.number) > state(.highestVolume) ?? 0 {
            try setState(.highestVolume, Int64(volume.number))
        }
    }

    func removeVolume(_ number: UInt32) throws(StoreError) {
        try database.prepare("DELETE FROM volumes WHERE number = ?1").run([.integer(Int64(number))])
    }

    /// The volumes, oldest first; numbers and places that cannot be right are left out.
    func volumes() throws(StoreError) -> [VolumeRow] {
        var rows: [VolumeRow] = []
        let statement = try database.prepare("SELECT number, ring, position FROM volumes ORDER BY position")
        try statement.query([]) { (row) throws(StoreError) in
            let order = row.integer(2)
            if let number = UInt32(exactly: row.integer(0)), number <= Volume.maximumNumber,
                (0..<Int64(Record.maximumSequence)).contains(order)
            {
                rows.append(VolumeRow(number: number, ring: Int(row.integer(1)), order: order))
            }
            return true
        }
        return rows
    }

    /// The numbers of the `state` table.
    enum StateName: String {
        /// 1 after a clean stop.
        case isClean = "clean"
        /// 1 while rows of some volumes are missing.
        case isRebuilding = "rebuilding"
        /// Above the sequence numbers of all records, at a clean stop.
        case sequence
        /// The highest number that a volume had.
        case highestVolume = "highest_volume"
        /// Batches of purges so far: see `PurgeMark`.
        case purges
    }

    /// Reads a number of the `state` table; nil where it was never set.
    func state(_ name: StateName) throws(StoreError) -> Int64? {
        var value: Int64?
        let statement = try database.prepare("SELECT value FROM state WHERE name = '\(name.rawValue)'")
        try statement.query([]) { (row) throws(StoreError) in
            value = row.integer(0)
            return false
        }
        return value
    }

    func setState(_ name: StateName, _ value: Int64) throws(StoreError) {
        try database.prepare("INSERT OR REPLACE INTO state VALUES (?1, ?2)")
            .run([.text(Array(name.rawValue.utf8)), .integer(value)])
    }

    /// Batches of purges so far; nil where an earlier larder made the file.
    func purges() throws(StoreError) -> UInt64? { try state(.purges).map { UInt64(max(0, $0)) } }

    /// Gives back a few pages of a file that shrank, and empties the write-ahead log where nobody reads.
    func tidy() throws(StoreError) {
        try database.execute("PRAGMA incremental_vacuum(256)")
    }

    /// Puts everything into the main file and empties the write-ahead log.
    func checkpoint() throws(StoreError) { try database.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
}
