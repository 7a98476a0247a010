// Stateless. The members of a group go together, whatever happens to the index in between.

import HTTPCaching
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("RFC 9875 §3: a group's members become unusable together")
struct GroupTests {
    /// Members of two hosts, and others.
    private func filled() async throws -> TestStore {
        let stage = try TestStore()
        try await stage.loaded()
        await stage.put("//a/1", [1], head: head("g"), groups: ["g"])
        await stage.put("//a/2", [2], head: head("g\", \"h"), groups: ["g", "h"])
        await stage.put("//a/3", [3], head: head("h"), groups: ["h"])
        await stage.put("//b/1", [4], head: head("g"), groups: ["g"])
        await stage.put("//a/4", [5])
        await stage.settle()
        return stage
    }

    private func head(_ groups: String) -> String { "HTTP/1.1 200 OK\r\nCache-Groups: \"\(groups)\"\r\n" }

    private let keys = ["//a/1", "//a/2", "//a/3", "//b/1", "//a/4"]

    private func left(_ stage: TestStore) -> [String] { keys.filter { stage.entry($0) != nil } }

    @Test("those of one origin, and no others; they are gone when it is over, and after a restart")
    func members() async throws {
        let stage = try await filled()
        #expect(await stage.purge(.group("g", "//a/")) == PurgeReport(responses: 2, bytes: 2))
        #expect(left(stage) == ["//a/3", "//b/1", "//a/4"])
        #expect(await stage.purge(.group("g", "//a/")) == PurgeReport())
        #expect(await stage.purge(.group("nobody's", "")) == PurgeReport())
        await stage.settle()
        stage.store.close()
        let again = try TestStore(stage.directory)
        #expect(left(again) == ["//a/3", "//b/1", "//a/4"])
        try await again.loaded()
        #expect(await again.purge(.group("h", "//a/")).responses == 1)
        #expect(left(again) == ["//b/1", "//a/4"])
        again.store.close()
    }

    @Test("a response that replaces a member of before a restart belongs to no group")
    func replacedAfterRestart() async throws {
        let stage = try await filled()
        await stage.settle()
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        await again.put("//b/1", [9])
        await again.settle()
        #expect(await again.purge(.group("g", "//b/")) == PurgeReport())
        #expect(again.get("//b/1") == [9])
        again.store.close()
    }

    @Test("a response that replaces a member, or is freshened, is what it says it is")
    func changedMembership() async throws {
        let stage = try await filled()
        await stage.put("//a/1", [9])
        let entry = try #require(stage.entry("//a/4"))
        stage.store.freshen(
            entry,
            key: Array("//a/4".utf8),
            head: ByteBuffer(string: head("g")),
            facts: facts(),
            epoch: stage.store.epoch,
            groups: ["g"]
        )
        await stage.settle()
        #expect(await stage.purge(.group("g", "//a/")).responses == 2)
        #expect(left(stage) == ["//a/1", "//a/3", "//b/1"])
        stage.store.close()
    }

    @Test("all variants of a member's key go")
    func variants() async throws {
        let stage = try TestStore()
        try await stage.loaded()
        let webp = try #require(stage.store.variant(names: ["accept"], selecting: "accept=image/webp"))
        let jpeg = try #require(stage.store.variant(names: ["accept"], selecting: "accept=image/jpeg"))
        await stage.put("/a", [1], variant: webp, groups: ["g"])
        await stage.put("/a", [2], variant: jpeg)
        #expect(await stage.purge(.group("g")).responses == 2)
        #expect(stage.entry("/a") == nil)
        stage.store.close()
    }

    @Test(
        "invariant 4: a member whose fill began before is not stored; one of another group is",
        arguments: [100, 300_000]
    )
    func fills(count: Int) async throws {
        let stage = try TestStore()
        try await stage.loaded()
        let before = stage.store.epoch
        _ = await stage.purge(.group("g", "/a"))
        #expect(await stage.put("/a/1", sampleBytes(count), epoch: before, groups: ["f", "g"]) == .purged)
        #expect(await stage.put("/a/2", sampleBytes(count), epoch: before, groups: ["f"]) == nil)
        #expect(await stage.put("/b/1", sampleBytes(count), epoch: before, groups: ["g"]) == nil)
        #expect(await stage.put("/a/1", sampleBytes(count), groups: ["g"]) == nil)
        await stage.settle()
        #expect(["/a/1", "/a/2", "/b/1"].allSatisfy { stage.entry($0) != nil })
        stage.store.close()
    }

    @Test("a rebuilt index knows the groups by the records' heads")
    func rebuilt() async throws {
        let stage = try await filled()
        stage.store.close()
        for suffix in ["", "-wal", "-shm"] { Paths.remove(stage.path + "/index.db" + suffix) }
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(left(again) == keys)
        #expect(await again.purge(.group("g", "//a/")).responses == 2)
        #expect(left(again) == ["//a/3", "//b/1", "//a/4"])
        again.store.close()
    }

    @Test("while the index is being rebuilt, all that may be members go")
    func unfinishedIndex() async throws {
        let stage = try await filled()
        stage.store.close()
        for suffix in ["", "-wal", "-shm"] { Paths.remove(stage.path + "/index.db" + suffix) }
        let again = try TestStore(stage.directory)
        // Before, while or after the volumes are read: what is left is never a member.
        _ = await again.purge(.group("g", "//a/"))
        #expect(!left(again).contains("//a/1") && !left(again).contains("//a/2"))
        try await again.loaded()
        try await eventually { again.store.statistics.activeBans == 0 }
        #expect(!left(again).contains("//a/1") && !left(again).contains("//a/2"))
        #expect(left(again).contains("//b/1"))
        again.store.close()
    }
}
