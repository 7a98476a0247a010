// Confined to one thread at a time. SQLite's C interface, the only place that calls it.
//
// Opened in multi-thread mode (SQLITE_OPEN_NOMUTEX): "can be safely used by multiple threads provided that no single
// database connection nor any object derived from it … is used in two or more threads at the same time".
//
// The index that is in use is opened by the VFS `unix-excl`: it keeps other processes out and has the index of the
// write-ahead log in its own memory, where the connections of this process share it. The usual VFS maps the file `-shm`,
// and whoever shortens that file ends the process with SIGBUS (decision 71).

import CSQLite

/// A connection.
@safe final class Database {  // because the handle never leaves this file
    private let connection: OpaquePointer
    let path: String

    enum Access {
        /// The file is made where it is missing; other processes are kept out.
        case readWrite
        /// Beside a connection of this process that writes.
        case shared
        /// Beside writers of any process.
        case read
        /// The file does not change and nothing is made beside it: its log must be empty.
        case frozen
    }

    init(_ path: String, _ access: Access) throws(StoreError) {
        // SQLite would wait for a pipe's other end.
        if try Paths.found(path) != nil {
            guard try Paths.isRegularFile(path) else {
                throw StoreError(.corrupt, "open", path, detail: "not a regular file")
            }
        }
        var connection: OpaquePointer?
        let (name, flags, vfs): (String, Int32, String?) =
            switch access {
            case .readWrite: (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, Self.exclusive)
            // Read-only, it would lock and map the file as other processes do.
            case .shared: (path, SQLITE_OPEN_READWRITE, Self.exclusive)
            case .read: (path, SQLITE_OPEN_READONLY, nil)
            case .frozen: ("file:" + Self.escaped(path) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil)
            }
        // because SQLite fills the handle it is given, and closes over a failed one take it back
        let result = unsafe sqlite3_open_v2(name, &connection, flags | SQLITE_OPEN_NOMUTEX, vfs)
        guard result == SQLITE_OK, let opened = unsafe connection else {
            unsafe sqlite3_close_v2(connection)
            throw StoreError(.index, "open", path, code: result)
        }
        unsafe self.connection = opened
        self.path = path
        // because the handle is open, here and in every call below, until deinit
        unsafe sqlite3_extended_result_codes(opened, 1)
        unsafe sqlite3_busy_timeout(opened, 2_000)
    }

    private static let exclusive = "unix-excl"
    /// `SQLITE_IOERR_SHORT_READ`, whose macro Swift cannot import.
    private static let shortRead = SQLITE_IOERR | 2 << 8

    /// A path as SQLite's URIs have it.
    private static func escaped(_ path: String) -> String {
        path.reduce(into: "") { text, character in
            switch character {
            case "%": text += "%25"
            case "?": text += "%3f"
            case "#": text += "%23"
            default: text.append(character)
            }
        }
    }

    deinit { unsafe sqlite3_close_v2(connection) }  // because every statement is finalized before its database goes

    /// Runs statements that answer nothing.
    func execute(_ sql: String) throws(StoreError) {
        let result = unsafe sqlite3_exec(connection, sql, nil, nil, nil)  // because the handle is open
        guard result == SQLITE_OK else { throw error(result, sql) }
    }

    /// Runs statements that make tables, or need those that are there; `.corrupt` where these are other ones.
    func define(_ sql: String) throws(StoreError) {
        let result = unsafe sqlite3_exec(connection, sql, nil, nil, nil)  // because the handle is open
        guard result == SQLITE_OK else { throw error(result, sql, ofStatement: true) }
    }

    func prepare(_ sql: String) throws(StoreError) -> Statement {
        var statement: OpaquePointer?
        // because the handle is open and SQLite copies the text
        let result = unsafe sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let prepared = unsafe statement else { throw error(result, sql, ofStatement: true) }
        return unsafe Statement(prepared, of: self, sql)
    }

    /// Rows changed by the last statement.
    var changes: Int { Int(unsafe sqlite3_changes(connection)) }  // because the handle is open

    /// What a result code means.
    ///
    /// larder's statements are right for its own schema: one that SQLite does not understand finds a table or a column missing.
    fileprivate func error(_ code: CInt, _ sql: String, ofStatement: Bool = false) -> StoreError {
        let primary = code & 0xff
        let kind: StoreError.Kind =
            switch primary {
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_ERROR where ofStatement, SQLITE_SCHEMA: .corrupt
            // The log ends before what SQLite knows to be in it: it was cut from outside.
            case SQLITE_IOERR where code == Self.shortRead: .corrupt
            case SQLITE_FULL: .full
            case SQLITE_READONLY: .readOnly
            default: .index
            }
        var message = unsafe String(cString: sqlite3_errmsg(connection))  // because the handle is open
        if primary == SQLITE_BUSY { message += ": another process has it open, such as an sqlite3 shell; end that" }
        return StoreError(kind, sql, path, code: code, detail: message)
    }
}

/// A prepared statement, used again and again on its database's thread.
@safe final class Statement {  // because the handle never leaves this file
    private let statement: OpaquePointer
    private let database: Database
    private let sql: String

    fileprivate init(_ statement: OpaquePointer, of database: Database, _ sql: String) {
        unsafe self.statement = statement  // because the caller gives the handle away
        self.database = database
        self.sql = sql
    }

    deinit { unsafe sqlite3_finalize(statement) }  // because the statement is ours and used no more

    enum Value {
        case integer(Int64)
        case text([UInt8])
    }

    /// Runs the statement to its end.
    func run(_ values: [Value]) throws(StoreError) {
        try query(values) { (_) throws(StoreError) in false }
    }

    /// Steps through the rows until `row` says that it has enough.
    func query(_ values: [Value], _ row: (borrowing Row) throws(StoreError) -> Bool) throws(StoreError) {
        // because statement and connection are open, and texts are copied as they are bound
        defer { unsafe sqlite3_reset(statement) }
        for (index, value) in values.enumerated() {
            switch value {
            case .integer(let number): unsafe sqlite3_bind_int64(statement, Int32(index + 1), number)
            case .text(let text):
                _ = unsafe text.withUnsafeBufferPointer { bytes in
                    unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                        unsafe csqlite_bind_text(
                            statement,
                            Int32(index + 1),
                            characters.baseAddress,
                            Int32(characters.count)
                        )
                    }
                }
            }
        }
        while true {
            let result = unsafe sqlite3_step(statement)  // because the statement is open
            guard result == SQLITE_ROW else {
                guard result == SQLITE_DONE else { throw database.error(result, sql, ofStatement: true) }
                return
            }
            guard try row(unsafe Row(statement: statement)) else { return }
        }
    }

    /// The row a query stands on; only valid inside its closure.
    @safe struct Row: ~Copyable {  // because it cannot leave the closure that borrows it
        fileprivate let statement: OpaquePointer

        func integer(_ column: Int32) -> Int64 {
            unsafe sqlite3_column_int64(statement, column)  // because the statement stands on a row
        }

        func text(_ column: Int32) -> [UInt8] {
            // because the bytes are SQLite's until the next step, and are copied here; text, then length: their order
            guard let bytes = unsafe sqlite3_column_text(statement, column) else { return [] }
            let count = Int(unsafe sqlite3_column_bytes(statement, column))
            return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        }
    }
}
