// Stateless. Bytes of volumes that change on the disk, each kind of them, at rest and while the store runs.

import Glibc
import HTTPCaching
import HTTPMessage
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Flipped bits in stored pictures")
struct FlippedBitTests {
    /// What of a record is changed.
    enum Place: CaseIterable, Sendable {
        case magic, version, state, headerLength, keyLength, headLength, status, flags, bodyLength, hash, sequence
        case bornAt, freshUntil, bodyChecksum, origin, headerChecksum, key, head, bodyStart, bodyMiddle, bodyEnd

        /// Where, from the record's start.
        func offset(in entry: CatalogEntry) -> Int64 {
            let body = Int64(entry.headerLength)
            return switch self {
            case .magic: 1
            case .version: 4
            case .state: 5
            case .headerLength: 8
            case .keyLength: 12
            case .headLength: 16
            case .status: 20
            case .flags: 22
            case .bodyLength: 24
            case .hash: 33
            case .sequence: 41
            case .bornAt: 48
            case .freshUntil: 53
            case .bodyChecksum: 68
            case .origin: 72
            case .headerChecksum: 76
            case .key: 81
            case .head: 100
            case .bodyStart: body
            case .bodyMiddle: body + entry.bodyLength / 2
            case .bodyEnd: body + entry.bodyLength - 1
            }
        }

        var isOfBody: Bool { [.bodyStart, .bodyMiddle, .bodyEnd].contains(self) }
    }

    /// When it is changed.
    enum Moment: CaseIterable, Sendable {
        case afterCleanStop, afterKill, running
    }

    /// Room for all of them.
    private static let space: Int64 = 1 << 30
    private static let sizes = [1, 12_000, Int(Store.readAlong), Int(Store.readAlong) + 1, 3_000_000]

    private func flip(_ entry: CatalogEntry, _ place: Place, in directory: String, mask: UInt8 = 0x10) throws {
        let path = "\(directory)/volumes/\(Volume.name(entry.volume))"
        try StoreTests.flip(path, at: Int64(entry.offset) + place.offset(in: entry), mask: mask)
    }

    @Test(
        "never served: of what is read whole at any time, of longer bodies once larder has started",
        arguments: Moment.allCases,
        sizes
    )
    func neverServed(moment: Moment, size: Int) async throws {
        let stage = try TestStore(maximumSize: Self.space)
        try await stage.loaded()
        let places = Place.allCases
        let body = sampleBytes(size, seed: 3)
        for place in places { await stage.put("/\(place)", body) }
        await stage.put("/well", body)
        await stage.settle()
        // A hit before it: what was right once is not taken on trust for that.
        for place in places { #expect(stage.get("/\(place)") == body) }
        let entries = try places.map { try #require(stage.entry("/\($0)")) }
        let name = moment == .afterKill ? try await stage.crashed() : "cache"
        if moment != .running { stage.store.close() }
        for (place, entry) in zip(places, entries) { try flip(entry, place, in: stage.directory.path(name)) }
        let again = moment == .running ? stage : try TestStore(stage.directory, name: name, maximumSize: Self.space)
        try await again.loaded()
        for place in places {
            // A longer body that is right once goes out without being read: the scrub finds it.
            if moment == .running, place.isOfBody, size > Store.readAlong { continue }
            #expect(again.get("/\(place)") == nil, "\(place)")
            #expect(again.entry("/\(place)") == nil, "\(place) is forgotten")
        }
        // A copy of a store that runs may have an index that has to be rebuilt: then no row tells of a damaged header.
        #expect(again.store.statistics.corrupt >= (moment == .afterKill ? 1 : places.count - 4))
        #expect(again.get("/well") == body)
        // The next fill takes its place.
        for place in places { #expect(await again.put("/\(place)", body) == nil) }
        for place in places { #expect(again.get("/\(place)") == body, "\(place)") }
        again.store.close()
    }

    @Test("the scrub finds each of them while the store runs, and drops it and nothing else", arguments: sizes)
    func scrubbed(size: Int) async throws {
        let stage = try TestStore(maximumSize: Self.space)
        try await stage.loaded()
        let body = sampleBytes(size, seed: 4)
        let places = Place.allCases
        for place in places {
            await stage.put("/\(place)", body)
            await stage.put("/well/\(place)", body)
        }
        await stage.settle()
        for place in places { try flip(try #require(stage.entry("/\(place)")), place, in: stage.path) }
        stage.store.setScrubRate(1 << 40)
        try await eventually("a round of the scrub") { stage.store.statistics.scrubRounds > 1 }
        await stage.settle()
        let statistics = stage.store.statistics
        // A state byte says of itself that the record is removed, or is no state at all.
        #expect(statistics.scrubCorrupt >= places.count - 1 && statistics.scrubCorrupt == statistics.corrupt)
        #expect(statistics.scrubbedBytes > places.count * size)
        for place in places {
            #expect(stage.get("/\(place)") == nil, "\(place)")
            #expect(stage.get("/well/\(place)") == body, "\(place)")
        }
        stage.store.close()
        let report = try Store.verify(directory: stage.path)
        #expect(report.complete == places.count)
    }

    @Test("a body that is read whole to be completed or copied is checked first")
    func readWhole() async throws {
        let stage = try TestStore()
        let body = sampleBytes(300_000)
        await stage.put("/a", body)
        let response = try #require(stage.response("/a"))
        #expect(stage.store.readWhole(response, key: Array("/a".utf8)).map { Array($0.readableBytesView) } == body)
        try flip(response.entry, .bodyMiddle, in: stage.path)
        #expect(stage.store.readWhole(response, key: Array("/a".utf8)) == nil)
        #expect(stage.store.statistics.corrupt == 1 && stage.entry("/a") == nil)
        stage.store.close()
    }

    @Test("a read that fails says nothing of the record: it stays")
    func unreadable() async throws {
        let stage = try TestStore()
        await stage.put("/a", sampleBytes(300_000))
        await stage.settle()
        let entry = try #require(stage.entry("/a"))
        let volume = try #require(stage.store.core.volumes[entry.volume])
        try blind(volume)
        #expect(stage.get("/a") == nil)
        #expect(stage.store.statistics.corrupt == 0 && stage.store.statistics.readErrors > 0)
        #expect(stage.entry("/a") != nil)
        stage.store.close()
    }

    /// Lets a volume not be read any more: the same file, for writing alone.
    private func blind(_ volume: Volume) throws {
        let other = unsafe open(volume.file.path, O_WRONLY | O_CLOEXEC)  // because the text outlives the call
        #expect(other >= 0 && dup2(other, volume.descriptor) == volume.descriptor)
        close(other)
    }

    @Test("an index that older builds left: what it says of unclean stops is not needed any more")
    func olderIndex() async throws {
        let stage = try TestStore()
        await stage.put("/a", sampleBytes(100_000))
        await stage.settle()
        stage.store.close()
        do {
            let database = try Database("\(stage.path)/\(IndexDatabase.fileName)", .readWrite)
            try database.execute("INSERT OR REPLACE INTO state VALUES ('unverified_below', 7)")
        }
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.get("/a") == sampleBytes(100_000))
        again.store.close()
    }

    @Test(
        "a row that says more of a hit than the record does not make it plain",
        arguments: ["fresh_until = 4100000000", "born_at = 1600000000", "plain = 1"]
    )
    func index(change: String) async throws {
        let stage = try TestStore()
        var told = facts(freshUntil: .init(secondsSinceEpoch: 3_900_000_000))
        if change == "plain = 1" { told.flags.insert(.noCache) }
        await stage.put("/a", [1, 2, 3], facts: told)
        await stage.settle()
        stage.store.close()
        do {
            let database = try Database("\(stage.path)/\(IndexDatabase.fileName)", .readWrite)
            try database.execute("UPDATE responses SET \(change)")
        }
        let again = try TestStore(stage.directory)
        try await again.loaded()
        let response = try #require(again.response("/a"))
        #expect(!response.agreesWithEntry)
        #expect(response.facts.freshUntil <= told.freshUntil)
        again.store.close()
    }
}
