// Stateless. An index that is not as larder made it.

import TestSupport
import Testing

@testable import Store

@Suite("An index with missing tables or columns counts as broken and is rebuilt")
struct IndexSchemaTests {
    static let changes = [
        "DROP TABLE responses", "DROP TABLE volumes", "DROP TABLE bans", "DROP TABLE state", "DROP TABLE groups",
        "ALTER TABLE responses DROP COLUMN plain", "ALTER TABLE responses RENAME COLUMN url TO address",
        "ALTER TABLE responses ADD COLUMN more INTEGER", "ALTER TABLE volumes DROP COLUMN position",
        "ALTER TABLE bans DROP COLUMN pattern", "ALTER TABLE state RENAME COLUMN value TO number",
        // Other versions of the schema, and none.
        "PRAGMA user_version = 0", "PRAGMA user_version = 9", "PRAGMA user_version = 1; DROP TABLE responses",
        "PRAGMA user_version = 1; DROP TABLE groups; CREATE TABLE groups (name TEXT)",
        "DROP INDEX groups_by_url; ALTER TABLE groups RENAME COLUMN url TO address",
    ]

    private let keys = (0..<20).map { "//a/\($0)" }

    private func filled() async throws -> TestStore {
        let stage = try TestStore()
        try await stage.loaded()
        for key in keys {
            await stage.put(key, Array(key.utf8), head: "HTTP/1.1 200 OK\r\nCache-Groups: \"g\"\r\n", groups: ["g"])
        }
        await stage.settle()
        return stage
    }

    private func change(_ stage: TestStore, _ sql: String) throws {
        try Database(stage.path + "/index.db", .readWrite).execute(sql)
    }

    private func expectWhole(_ stage: TestStore) async throws {
        try await stage.loaded()
        for key in keys { #expect(stage.get(key) == Array(key.utf8)) }
        #expect(await stage.purge(.group("g", "//a/")).responses == keys.count)
        #expect(stage.store.statistics.isIndexWritable)
    }

    @Test("at the start", arguments: changes)
    func atStart(sql: String) async throws {
        let stage = try await filled()
        stage.store.close()
        try change(stage, sql)
        let again = try TestStore(stage.directory)
        try await expectWhole(again)
        #expect(again.store.statistics.indexErrors > 0)
        again.store.close()
    }

    @Test("an index of the file that is missing is made again; nothing is rebuilt")
    func missingIndex() async throws {
        let stage = try await filled()
        stage.store.close()
        try change(stage, "DROP INDEX groups_by_url")
        let again = try TestStore(stage.directory)
        try await expectWhole(again)
        #expect(again.store.statistics.indexErrors == 0)
        again.store.close()
    }

    @Test(
        "while larder runs, or at the next start where nothing needed it before",
        arguments: changes.filter { $0.hasPrefix("DROP") }
    )
    func whileRunning(sql: String) async throws {
        let stage = try await filled()
        try change(stage, sql)
        await stage.put("//a/0", Array("//a/0".utf8), head: "HTTP/1.1 200 OK\r\n", groups: ["g"])
        await stage.settle()
        for key in keys { #expect(stage.get(key) == Array(key.utf8)) }
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        for key in keys { #expect(again.get(key) == Array(key.utf8)) }
        again.store.close()
    }
}
