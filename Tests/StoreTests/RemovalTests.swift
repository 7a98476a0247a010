// Stateless. A response that was removed stays away, wherever its record lay when it was looked up.

import HTTPCaching
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("A removed response stays away while its record is written anew")
struct RemovalTests {
    /// Lengths of a field's value: one fits the record's place; with the other the record is written to another place.
    private static let lengths = [20, 4_000]

    @Test("found before a 304 was written, removed after", arguments: lengths)
    func after(length: Int) async throws {
        let stage = try TestStore()
        await stage.put("/a", sampleBytes(3_000))
        let found = try #require(stage.entry("/a"))
        stage.freshen("/a", found, field: String(repeating: "x", count: length))
        await stage.settle()
        #expect(stage.get("/a") != nil)
        stage.store.remove(found, key: Array("/a".utf8))
        await stage.settle()
        #expect(stage.get("/a") == nil)
        #expect(stage.store.index.rows(of: Array("/a".utf8)).isEmpty)
        stage.store.close()
    }

    @Test("removed while a 304 is written", arguments: lengths)
    func during(length: Int) async throws {
        let stage = try TestStore()
        let body = sampleBytes(2_000_000)
        for round in 0..<60 {
            await stage.put("/a", body)
            let found = try #require(stage.entry("/a"))
            stage.freshen("/a", found, field: String(repeating: "x", count: length))
            // Somewhere in the writer's work, which takes a few milliseconds.
            for _ in 0..<(round * round * 4) { await Task.yield() }
            stage.store.remove(found, key: Array("/a".utf8))
            #expect(stage.entry("/a") == nil)
            await stage.settle()
            #expect(stage.get("/a") == nil, "round \(round)")
            #expect(stage.store.index.rows(of: Array("/a".utf8)).isEmpty, "round \(round)")
        }
        stage.store.close()
    }

    @Test("forgetting a record spares the copy of it that lies elsewhere by now")
    func forgotten() async throws {
        let stage = try TestStore()
        await stage.put("/a", sampleBytes(3_000))
        let found = try #require(stage.entry("/a"))
        stage.freshen("/a", found, field: String(repeating: "x", count: Self.lengths[1]))
        await stage.settle()
        stage.store.forget(found, key: Array("/a".utf8))
        #expect(stage.get("/a") == sampleBytes(3_000))
        stage.store.close()
    }

    @Test("what is made of a record gets into the catalog only while the record is there")
    func madeOf() {
        let catalog = Catalog(memoryLimit: 0)
        let old = entry(7, 100)
        var new = old
        new.move(to: RecordLocation(volume: 2, offset: 64))
        #expect(!catalog.insert(new, madeOf: old.location) { true }.inserted)
        #expect(catalog.insert(old) { true }.inserted)
        #expect(!catalog.insert(new, madeOf: old.location) { false }.inserted)
        let (isIn, replaced) = catalog.insert(new, madeOf: old.location) { true }
        #expect(isIn && replaced?.location == old.location)
    }
}
