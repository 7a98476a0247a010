// Stateless. What is stored is what is read, by size, by variant, from memory and from disk.

import HTTPCaching
import HTTPMessage
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 1: bytes served for a key were stored for that key")
struct RoundTripTests {
    @Test(
        "every size, with and without a told length",
        arguments: [0, 1, 63, 5_000, 16_000, 16_001, 64 << 10, (64 << 10) + 1, 300_000, 2_000_000, 6_000_000],
        [true, false]
    )
    func sizes(count: Int, isLengthTold: Bool) async throws {
        let stage = try TestStore()
        let body = sampleBytes(count, seed: 7)
        #expect(await stage.put("/a", body, isLengthTold: isLengthTold) == nil)
        let response = try #require(stage.response("/a"))
        #expect(stage.body(response) == body)
        #expect(response.facts == facts())
        #expect(String(buffer: response.head) == "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n")
        #expect(response.bodyLength == Int64(count))
        // The same from the index.
        await stage.settle()
        _ = stage.store.core.catalog.removeAll { _ in true }
        guard case .one = stage.store.find(key: Array("/a".utf8)) else {
            Issue.record("not found in the index")
            return
        }
        #expect(stage.get("/a") == body)
        stage.store.close()
    }

    @Test("variants under Vary live side by side and are replaced one by one")
    func variants() async throws {
        let stage = try TestStore()
        let store = stage.store
        func variant(_ text: String) -> Variant? { store.variant(names: ["accept", "x"], selecting: text) }
        let webp = try #require(variant("webp"))
        let jpeg = try #require(variant("jpeg"))
        await stage.put("/a", [1], variant: webp)
        await stage.put("/a", [2], variant: jpeg)
        await stage.put("/a", [3], variant: webp)
        await stage.settle()
        guard case .several(let candidates) = stage.look("/a") else {
            Issue.record("expected two variants")
            return
        }
        #expect(candidates.count == 2)
        for (variant, body) in [(webp, [3] as [UInt8]), (jpeg, [2])] {
            let entry = try #require(candidates.map(\.entry).first { store.matches($0, variant) })
            #expect(store.varyNames(of: entry) == ["accept", "x"])
            let response = try #require(stage.response("/a", entry))
            #expect(response.variant == variant.text)
            #expect(stage.body(response) == body)
        }
        #expect(await stage.purge(.key("/a")) == PurgeReport(responses: 2, bytes: 2))
        #expect(stage.entry("/a") == nil)
        store.close()
    }

    @Test("a collision of hashes is a miss, and harms neither")
    func collision() async throws {
        let stage = try TestStore()
        await stage.put("/a", [1, 2, 3])
        var entry = try #require(stage.entry("/a"))
        let other = Array("/b".utf8)
        entry.hash = stage.store.core.keyHash(other)
        _ = stage.store.core.catalog.insert(entry) { true }
        #expect(stage.get("/b") == nil)
        // As a true collision looks: the record's hash is the entry's.
        let real = try #require(stage.entry("/a"))
        if case .found = stage.read("/b", real) { Issue.record("another key's response was served") }
        await stage.settle()
        #expect(stage.get("/a") == [1, 2, 3])
        stage.store.close()
    }

    @Test("the memory tier answers with the item, is bounded in bytes, and forgets with the directory")
    func memory() async throws {
        let stage = try TestStore(memory: 32 * 64 << 10)
        let store = stage.store
        for number in 0..<200 {
            let key = "/\(number)"
            await stage.put(key, sampleBytes(5_000, seed: UInt64(number)))
            let response = try #require(stage.response(key))
            let item = MemoryItem(
                key: Array(key.utf8),
                head: response.head,
                body: try #require(response.body),
                facts: response.facts
            )
            store.admit(item, for: response.entry)
        }
        let statistics = store.statistics
        #expect(statistics.memoryBytes <= 32 * 64 << 10)
        #expect(statistics.memoryResponses > 0)
        for number in 0..<200 {
            guard case .one(let candidate) = stage.look("/\(number)") else { continue }
            if let item = candidate.item {
                #expect(Array(item.body.readableBytesView) == sampleBytes(5_000, seed: UInt64(number)))
            }
        }
        _ = await stage.purge(.all)
        #expect(store.statistics.memoryBytes == 0)
        #expect(store.statistics.responses == 0)
        store.close()
    }

    @Test("an item read before a freshening is not taken in after it")
    func staleItem() async throws {
        let stage = try TestStore(memory: 32 << 20)
        await stage.put("/a", [1], facts: facts(freshUntil: WallTime(secondsSinceEpoch: 1_800_000_000)))
        let old = try #require(stage.response("/a"))
        let item = MemoryItem(key: Array("/a".utf8), head: old.head, body: try #require(old.body), facts: old.facts)
        stage.store.freshen(
            old.entry,
            key: Array("/a".utf8),
            head: ByteBuffer(string: "HTTP/1.1 200 OK\r\nETag: \"b\"\r\n"),
            facts: facts(),
            epoch: stage.store.epoch
        )
        await stage.settle()
        stage.store.admit(item, for: old.entry)
        #expect(stage.store.statistics.memoryResponses == 0)
        let new = try #require(stage.response("/a"))
        #expect(new.facts.freshUntil == far)
        #expect(String(buffer: new.head).contains("\"b\""))
        stage.store.close()
    }

    @Test("a head freshened by a 304 replaces the old one, in place or where it outgrew its place")
    func freshen() async throws {
        let stage = try TestStore()
        let body = sampleBytes(9_000)
        await stage.put("/a", body, facts: facts(freshUntil: WallTime(secondsSinceEpoch: 1_700_000_001)))
        for length in [20, 3_000] {
            let entry = try #require(stage.entry("/a"))
            let head = "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: length))\r\n"
            stage.store.freshen(
                entry,
                key: Array("/a".utf8),
                head: ByteBuffer(string: head),
                facts: facts(),
                epoch: stage.store.epoch
            )
            await stage.settle()
            let response = try #require(stage.response("/a"))
            #expect(String(buffer: response.head) == head)
            #expect(response.facts == facts())
            #expect(stage.body(response) == body)
            #expect((response.entry.location == entry.location) == (length == 20))
        }
        stage.store.close()
    }

    @Test("what is too large, or its head, is refused by name")
    func refusals() async throws {
        let stage = try TestStore(maximumSize: 32 * mebibyte)
        #expect(await stage.put("/a", [1], head: String(repeating: "x", count: 70_000)) == .headTooLarge)
        let largest = Int(stage.store.core.largestBody.load(ordering: .relaxed))
        #expect(await stage.put("/b", sampleBytes(largest + 1)) == .tooLarge)
        #expect(await stage.put("/c", sampleBytes(largest + 1), isLengthTold: false) == .tooLarge)
        #expect(stage.store.statistics.refused["too-large"] == 2)
        stage.store.close()
    }
}
