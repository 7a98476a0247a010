// Stateless. The walk that looks at everything stored, beside what else a store does.

import Glibc
import HTTPCaching
import NIOCore
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("The scrub disturbs nothing and drops nothing that is intact")
struct ScrubTests {
    /// Quick enough not to be waited for, and slow enough to leave the disk to others.
    private static let quick: Int64 = 200 << 20

    @Test("it reads no more than its rate: pauses are not made up for, and a rate of 0 does not wait forever")
    func pace() {
        var pace = ScrubPace()
        func second(_ count: Double) -> Instant { Instant(nanoseconds: Int64(count * 1e9)) }
        pace.note(10_000_000, at: second(5), rate: 10_000_000)
        #expect(pace.next == second(6))
        pace.note(5_000_000, at: second(6), rate: 10_000_000)
        #expect(pace.next == second(6.5))
        // Behind its time, as after a pause.
        pace.note(1_000_000, at: second(100), rate: 1_000_000)
        #expect(pace.next == second(101))
        // Ahead of it: what was read before has its time first.
        pace.note(1_000_000, at: second(100), rate: 1_000_000)
        #expect(pace.next == second(102))
        pace.note(1 << 40, at: second(102), rate: 0)
        #expect(pace.next <= second(1102))
    }

    @Test("while pictures are stored, replaced, freshened, purged and evicted, it finds no damage, and none is lost")
    func besides() async throws {
        let stage = try TestStore(maximumSize: 40 * mebibyte, scrubRate: Self.quick)
        try await stage.loaded()
        var generator = SeededGenerator()
        for round in 0..<150 {
            let key = "/\(Int.random(in: 0..<40, using: &generator))"
            let size = [3_000, 60_000, 150_000, 1_500_000].randomElement(using: &generator) ?? 1
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: _ = await stage.purge(.key(key))
            case 1: if round % 7 == 0 { _ = await stage.purge(.prefix("/1")) }
            case 2, 3:
                guard let entry = stage.entry(key) else { continue }
                let head = ByteBuffer(string: "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nX: \(round)\r\n")
                stage.store.freshen(entry, key: Array(key.utf8), head: head, facts: facts(), epoch: stage.store.epoch)
            default: await stage.put(key, sampleBytes(size, seed: UInt64(round + 1)), isLengthTold: round % 3 > 0)
            }
        }
        await stage.settle()
        let rounds = stage.store.statistics.scrubRounds
        try await eventually("two more rounds") { stage.store.statistics.scrubRounds > rounds + 1 }
        #expect(stage.store.statistics.corrupt == 0)
        #expect(stage.store.statistics.readErrors == 0)
        stage.store.close()
        #expect(try Store.verify(directory: stage.path).isSound)
    }

    @Test("volumes that are deleted or cut from outside end no round")
    func gone() async throws {
        let stage = try TestStore()
        for number in 0..<6 { await stage.put("/\(number)", sampleBytes(3_000_000, seed: UInt64(number + 1))) }
        await stage.settle()
        let entries = try (0..<6).map { try #require(stage.entry("/\($0)")) }
        Paths.remove(stage.volumePath(entries[0]))
        // because the text outlives the call
        #expect(unsafe truncate(stage.volumePath(entries[1]), 1_000_000) == 0)
        try overwrite(stage.volumePath(entries[2]), with: sampleBytes(3_000_000))
        stage.store.setScrubRate(Self.quick)
        try await eventually("a round") { stage.store.statistics.scrubRounds > 1 }
        #expect(stage.store.statistics.scrubCorrupt == 1, "the one that was cut")
        #expect(stage.entry("/1") == nil)
        for number in 3..<6 { #expect(stage.get("/\(number)") == sampleBytes(3_000_000, seed: UInt64(number + 1))) }
        stage.store.close()
    }

    @Test("longer bodies that it has found right need no check at their first reuse")
    func verifies() async throws {
        let stage = try TestStore()
        await stage.put("/a", sampleBytes(500_000))
        await stage.settle()
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.entry("/a")?.isUnverified == true)
        again.store.setScrubRate(Self.quick)
        try await eventually("the check") { again.entry("/a")?.isUnverified == false }
        again.store.close()
    }

    @Test("what was not in the page cache is not there afterwards, and what was stays")
    func pageCache() async throws {
        let stage = try TestStore()
        for key in ["/a", "/b"] { await stage.put(key, sampleBytes(3_000_000)) }
        await stage.settle()
        let (cold, warm) = (try #require(stage.response("/a")), try #require(stage.response("/b")))
        for response in [cold, warm] { try response.volume.file.synchronize() }
        cold.volume.file.dropFromPageCache(0..<4_000_000)
        let body = cold.bodyOffset..<cold.bodyOffset + 3_000_000
        // A tmpfs has nothing but its page cache.
        guard !cold.volume.isResident(body) else { return }
        stage.store.setScrubRate(Self.quick)
        try await eventually("a round") { stage.store.statistics.scrubRounds > 0 }
        stage.store.setScrubRate(0)
        #expect(stage.store.statistics.scrubbedBytes >= 6_000_000)
        func resident(_ response: StoredResponse) -> Int {
            stride(from: 0, to: body.upperBound, by: 262_144).reduce(0) {
                $0 + response.volume.file.residentPages(at: $1, count: 262_144).nonzeroBitCount
            }
        }
        // The block that it was reading goes as well.
        try await eventually("the last block") { resident(cold) == 0 }
        #expect(resident(warm) > 700)
        stage.store.close()
    }

    @Test("a store that closes does not wait for it", arguments: [1, 10_000, 1 << 40] as [Int64])
    func closing(rate: Int64) async throws {
        let stage = try TestStore(scrubRate: rate)
        for number in 0..<5 { await stage.put("/\(number)", sampleBytes(1_000_000)) }
        let clock = ContinuousClock()
        let time = clock.measure { stage.store.close() }
        #expect(time < .seconds(10))
    }
}
