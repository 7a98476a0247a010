// Stateless. A stored response is looked at without a trace.

import HTTPMessage
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("looking at what is stored changes nothing")
struct InspectionTests {
    private func bytes(_ key: String) -> [UInt8] { Array(key.utf8) }

    @Test("no access is counted, no copy in memory counts as hit or is made")
    func traces() async throws {
        let stage = try TestStore(memory: 1 << 20)
        try await stage.loaded()
        await stage.put("/a", [1, 2, 3])
        await stage.put("/b", [4, 5])
        await stage.settle()
        let entry = try #require(stage.entry("/a"))
        let response = try #require(stage.response("/a", entry))
        let body = try #require(response.body)
        let item = MemoryItem(key: bytes("/a"), head: response.head, body: body, facts: response.facts)
        stage.store.admit(item, for: entry)
        let before = stage.store.core.catalog.peek(entry.hash).map(\.entry)
        let statistics = stage.store.statistics
        for _ in 0..<3 {
            let found = stage.store.inspect(key: bytes("/a"))
            #expect(found.count == 1 && found[0].isInMemory && found[0].response.facts == response.facts)
            #expect(found[0].response.head == response.head && found[0].response.body == nil)
            #expect(stage.store.inspect(key: bytes("/b")).map(\.isInMemory) == [false])
            #expect(stage.store.inspect(key: bytes("/c")).isEmpty)
        }
        #expect(stage.store.core.catalog.peek(entry.hash).map(\.entry) == before)
        #expect(before[0].accesses.eighths == 20, "the fill, and the test's own look")
        #expect(stage.store.statistics == statistics)
        stage.store.close()
    }

    @Test("every variant is found, and what a purge fell on is not")
    func variants() async throws {
        let stage = try TestStore()
        try await stage.loaded()
        for type in ["a", "b"] {
            let variant = try #require(stage.store.variant(names: ["accept"], selecting: "accept=\(type)"))
            await stage.put("/a", bytes(type), variant: variant)
        }
        await stage.settle()
        let found = stage.store.inspect(key: bytes("/a"))
        #expect(
            Set(found.map { String(decoding: $0.response.variant, as: UTF8.self) }) == [
                "accept\naccept=a", "accept\naccept=b",
            ]
        )
        // A purge whose sweep has not begun: look-ups refuse what is still in the directory.
        _ = stage.store.core.fence.raise(.key("/a"))
        #expect(stage.store.inspect(key: bytes("/a")).isEmpty)
        #expect(stage.store.core.catalog.peek(found[0].candidate.entry.hash).count == 2)
        stage.store.close()
    }

    @Test("what is not verified yet stays so, and what is broken is neither told nor dropped")
    func broken() async throws {
        let stage = try TestStore()
        try await stage.loaded()
        await stage.put("/a", sampleBytes(100_000))
        await stage.put("/b", [1, 2, 3])
        await stage.settle()
        let again = try TestStore(stage.directory, name: try await stage.crashed())
        stage.store.close()
        try await again.loaded()
        let entry = try #require(again.entry("/a"))
        #expect(again.store.inspect(key: bytes("/a")).map(\.candidate.entry.isUnverified) == [true])
        #expect(again.entry("/a")?.isUnverified == true)
        try flip(again.volumePath(entry), at: Int64(entry.offset) + 70)
        #expect(again.store.inspect(key: bytes("/a")).isEmpty)
        #expect(again.entry("/a") != nil && again.store.statistics.corrupt == 0)
        again.store.close()
    }

    @Test("what the directory has not loaded yet is found in the index, and stays there")
    func loading() async throws {
        let stage = try TestStore()
        try await stage.loaded()
        await stage.put("/a", [1, 2, 3])
        await stage.settle()
        let entry = try #require(stage.entry("/a"))
        _ = stage.store.core.catalog.remove(entry.hash)
        #expect(stage.store.inspect(key: bytes("/a")).isEmpty)
        stage.store.core.isLoaded.store(false, ordering: .releasing)
        #expect(stage.store.inspect(key: bytes("/a")).map(\.candidate.entry.offset) == [entry.offset])
        #expect(stage.store.core.catalog.peek(entry.hash).isEmpty)
        stage.store.close()
    }
}
