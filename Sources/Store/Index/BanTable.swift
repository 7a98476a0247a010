// Confined to the index thread. The rules of purges that are not over, in the index's file.

/// The `bans` table.
struct BanTable {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func put(_ rule: PurgeRule) throws(StoreError) {
        try database.prepare("INSERT INTO bans VALUES (?1, ?2)").run([
            .text(Array(rule.kind.utf8)), .text(rule.pattern),
        ])
    }

    func remove(_ rule: PurgeRule) throws(StoreError) {
        try database.prepare("DELETE FROM bans WHERE kind = ?1 AND pattern = ?2")
            .run([.text(Array(rule.kind.utf8)), .text(rule.pattern)])
    }

    func all() throws(StoreError) -> [PurgeRule] {
        var rules: [PurgeRule] = []
        try database.prepare("SELECT kind, pattern FROM bans").query([]) { (row) throws(StoreError) in
            if let rule = PurgeRule(kind: String(decoding: row.text(0), as: UTF8.self), pattern: row.text(1)) {
                rules.append(rule)
            }
            return true
        }
        return rules
    }
}
