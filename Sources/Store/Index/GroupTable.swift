// Confined to the index thread. Which keys are members of which groups (RFC 9875), in the index's file.
//
// Invariant: a member that is stored has its row; a row without a member, or of a member that has left the group, costs a
// response no more than being asked for again.

/// The `groups` table.
struct GroupTable {
    private let put: Statement
    private let remove: Statement
    private let removeOrphan: Statement
    private let members: Statement
    /// Where nobody uses groups, nothing is looked for with each response.
    private var mayHaveRows = false

    /// Makes the table where it is missing.
    init(_ database: Database) throws(StoreError) {
        try database.define(
            """
            CREATE TABLE IF NOT EXISTS groups (
                name TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (name, url)) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS groups_by_url ON groups (url);
            """
        )
        put = try database.prepare("INSERT OR IGNORE INTO groups VALUES (?1, ?2)")
        remove = try database.prepare("DELETE FROM groups WHERE url = ?1")
        removeOrphan = try database.prepare(
            "DELETE FROM groups WHERE url = ?1 AND NOT EXISTS (SELECT 1 FROM responses WHERE url = ?1)"
        )
        members = try database.prepare(
            "SELECT url FROM groups WHERE name = ?1 AND url > ?2 ORDER BY url LIMIT ?3"
        )
        var isEmpty = true
        try database.prepare("SELECT 1 FROM groups LIMIT 1").query([]) { (_) throws(StoreError) in
            isEmpty = false
            return false
        }
        mayHaveRows = !isEmpty
    }

    /// Notes the groups of a response that has just got its row.
    ///
    /// Where its key has variants, the groups of all of them are the key's.
    mutating func put(_ row: IndexRow, in groups: [String]) throws(StoreError) {
        if !groups.isEmpty { mayHaveRows = true }
        guard mayHaveRows else { return }
        if row.variant.isEmpty { try remove.run([.text(row.key)]) }
        for name in groups { try put.run([.text(Array(name.utf8)), .text(row.key)]) }
    }

    /// Forgets the groups of a key none of whose responses has a row any more.
    func removeOrphan(_ key: [UInt8]) throws(StoreError) {
        if mayHaveRows { try removeOrphan.run([.text(key)]) }
    }

    /// Up to `limit` members whose key comes after another and begins with `scope`, in the order of their keys.
    func members(
        of name: [UInt8],
        scope: [UInt8],
        after last: [UInt8]?,
        limit: Int
    ) throws(StoreError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        try members.query([.text(name), .text(last ?? scope), .integer(Int64(limit))]) { (row) throws(StoreError) in
            let key = row.text(0)
            if key.starts(with: scope) { keys.append(key) }
            return key.starts(with: scope)
        }
        return keys
    }
}
