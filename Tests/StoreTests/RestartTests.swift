// Stateless. What a restart finds, after a clean stop, after a crash, and with an index that is lost or broken.

import HTTPCaching
import HTTPMessage
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 12: a crash loses at most unindexed fills, and never serves a wrong byte")
struct RestartTests {
    private func filled(_ count: Int = 30) async throws -> TestStore {
        let stage = try TestStore()
        for number in 0..<count { await stage.put("/\(number)", body(number)) }
        await stage.settle()
        return stage
    }

    private func body(_ number: Int) -> [UInt8] { sampleBytes(1_000 + number * 9_000, seed: UInt64(number + 1)) }

    @Test("after a clean stop the first request is a hit, loaded or not; only longer bodies have yet to be checked")
    func clean() async throws {
        let stage = try await filled().closed()
        let again = try TestStore(stage.directory)
        for number in 0..<30 {
            let key = "/\(number)"
            guard case .one(let candidate) = again.store.find(key: Array(key.utf8)) else {
                Issue.record("\(key) is not found")
                continue
            }
            #expect(candidate.entry.isUnverified == (body(number).count > Store.readAlong))
            #expect(candidate.entry.isPlain && candidate.entry.freshUntil == far)
            #expect(again.get(key) == body(number))
        }
        try await again.loaded()
        #expect(again.store.statistics.responses == 30)
        again.store.close()
    }

    @Test("a store that is closed right after its first start keeps the freshness of what it stored", arguments: 0..<8)
    func closedAtOnce(round: Int) async throws {
        let stage = try TestStore()
        await stage.put("/a", body(round))
        let again = try TestStore(stage.closed().directory)
        _ = again.store.find(key: Array("/a".utf8))
        #expect(again.entry("/a")?.freshUntil == far)
        #expect(again.entry("/a")?.isPlain == true)
        again.store.close()
    }

    @Test("an index of version 1 is taken over, and none of its rows is plain: a record of it may have a Set-Cookie")
    func firstVersion() async throws {
        let stage = try await filled(3).closed()
        do {
            let database = try Database("\(stage.path)/\(IndexDatabase.fileName)", .readWrite)
            try database.execute("PRAGMA user_version=1")
        }
        let again = try TestStore(stage.directory)
        try await again.loaded()
        for number in 0..<3 {
            let entry = try #require(again.entry("/\(number)"))
            #expect(!entry.isPlain && entry.freshUntil == far)
            #expect(again.get("/\(number)") == body(number))
        }
        again.store.close()
    }

    @Test("what is removed while the index loads is not loaded again from the row that it still has")
    func removedInLoading() async throws {
        let stage = try await filled()
        try await stage.loaded()
        let core = stage.store.core
        core.isLoaded.store(false, ordering: .releasing)
        for number in 0..<30 {
            let (key, entry) = ("/\(number)", try #require(stage.entry("/\(number)")))
            let rows = stage.store.index.rows(of: Array(key.utf8))
            #expect(rows.count == 1)
            stage.store.remove(entry, key: Array(key.utf8))
            for row in rows { core.load(row) }
            #expect(core.catalog.entry(entry.hash, at: entry.location) == nil)
        }
        core.isLoaded.store(true, ordering: .releasing)
        #expect(stage.store.statistics.responses == 0)
        stage.store.close()
    }

    @Test(
        "in every run, longer bodies are checked before their first reuse, and not on a loop",
        arguments: [true, false]
    )
    func firstReuse(afterCrash: Bool) async throws {
        let stage = try await filled()
        let name = afterCrash ? try await stage.crashed() : "cache"
        stage.store.close()
        let again = try TestStore(stage.directory, name: name)
        try await again.loaded()
        for number in 0..<30 {
            let key = "/\(number)"
            let entry = try #require(again.entry(key))
            let isLong = body(number).count > Store.readAlong
            #expect(entry.isUnverified == isLong)
            if isLong {
                guard case .wouldBlock = again.read(key, entry, mayBlock: false) else {
                    Issue.record("\(key) was served unseen on an event loop")
                    continue
                }
            }
            #expect(again.get(key) == body(number))
            #expect(try !#require(again.entry(key)).isUnverified)
        }
        again.store.close()
    }

    @Test("what was torn by a crash is a miss, also after a clean stop that came between", arguments: [false, true])
    func torn(isStoppedBetween: Bool) async throws {
        let stage = try await filled()
        let name = try await stage.crashed()
        let entry = try #require(stage.entry("/20"))
        stage.store.close()
        let volume = stage.directory.path("\(name)/volumes/\(entry.volume).volume")
        if isStoppedBetween {
            let between = try TestStore(stage.directory, name: name)
            try await between.loaded()
            between.store.close()
        }
        try flip(volume, at: Int64(entry.offset) + Int64(entry.headerLength) + 70_000)
        let again = try TestStore(stage.directory, name: name)
        try await again.loaded()
        #expect(again.get("/20") == nil)
        #expect(again.store.statistics.corrupt == 1)
        #expect(again.entry("/20") == nil)
        #expect(again.get("/19") == body(19))
        again.store.close()
    }

    enum Damage: CaseIterable, Sendable {
        case deleted, truncated, garbage, otherVersion, halfRebuilt
    }

    @Test(
        "a lost or broken index is rebuilt: to be validated, the newest of a key, nothing removed",
        arguments: Damage.allCases
    )
    func rebuild(damage: Damage) async throws {
        let stage = try await filled()
        await stage.put("/1", [1, 2, 3])
        _ = await stage.purge(.key("/2"))
        stage.store.remove(try #require(stage.response("/3")).entry, key: Array("/3".utf8))
        _ = await stage.purge(.prefix("/29"))
        await stage.settle()
        stage.store.close()
        try await hurt(stage.path + "/index.db", damage)
        let again = try TestStore(stage.directory)
        try await again.loaded()
        for number in 0..<30 {
            let key = "/\(number)"
            if [2, 3, 29].contains(number) {
                #expect(again.entry(key) == nil, "\(key)")
                continue
            }
            #expect(again.get(key) == (number == 1 ? [1, 2, 3] : body(number)), "\(key)")
            let response = try #require(again.response(key))
            #expect(!response.facts.isFresh(at: WallTime(secondsSinceEpoch: 1_700_000_001)))
            #expect(!response.entry.isPlain)
        }
        #expect(again.store.statistics.responses == 27)
        // What is stored from now on is newer than what was rebuilt.
        await again.put("/4", [9])
        await again.settle()
        again.store.close()
        let third = try TestStore(stage.directory)
        try await third.loaded()
        #expect(third.get("/4") == [9])
        #expect(third.get("/2") == nil)
        third.store.close()
    }

    private func hurt(_ path: String, _ damage: Damage) async throws {
        switch damage {
        case .deleted:
            for suffix in ["", "-wal", "-shm"] { Paths.remove(path + suffix) }
        case .truncated: #expect(try await run(["truncate", "-s", "5000", path]).status == 0)
        case .garbage: try overwrite(path, with: sampleBytes(20_000))
        case .otherVersion: try Database(path, .readWrite).execute("PRAGMA user_version=99")
        case .halfRebuilt:
            let database = try Database(path, .readWrite)
            try database.execute("DELETE FROM responses; INSERT OR REPLACE INTO state VALUES ('rebuilding', 1)")
        }
    }

    @Test("the rows of a volume that went while nobody looked go from the index, and no others")
    func volumeGone() async throws {
        let stage = try TestStore()
        for number in 0..<30 { await stage.put("/\(number)", sampleBytes(2_000)) }
        // A volume of its own, for what is long.
        let long = sampleBytes(3_000_000)
        #expect(await stage.put("/long", long) == nil)
        await stage.settle()
        let path = stage.volumePath(try #require(stage.entry("/0")))
        let kept = try #require(stage.entry("/long")).volume
        stage.store.close()
        Paths.remove(path)
        // What the index has not heard of yet is not gone.
        try Database(stage.path + "/index.db", .readWrite).execute("DELETE FROM volumes WHERE number = \(kept)")
        #expect(try Store.verify(directory: stage.path).rowsOfGoneVolumes == 30)
        let again = try TestStore(stage.directory)
        try await again.loaded()
        // What the index has to do beside is done between two batches.
        for _ in 0..<2 { await again.settle() }
        #expect(again.get("/0") == nil)
        #expect(again.get("/long") == long)
        again.store.close()
        let report = try Store.verify(directory: stage.path)
        #expect(report.rows == 1 && report.rowsOfGoneVolumes == 0 && report.isSound)
    }

    @Test("flipped bits anywhere in the index: misses, never wrong bytes, never a crash")
    func brokenIndex() async throws {
        let stage = try await filled().closed()
        let index = stage.path + "/index.db"
        var generator = SeededGenerator()
        for round in 0..<12 {
            // Where the store was closed before it had made the new index, there is none: the next start makes it.
            let length = (try? File(index, .read))?.status?.length ?? 0
            for _ in 0...round where length > 0 {
                try flip(index, at: Int64.random(in: 0..<length, using: &generator), mask: 1 << (round & 7))
            }
            let again = try TestStore(stage.directory)
            try await eventually(within: .seconds(5)) { again.store.statistics.isLoaded || round > 6 }
            for number in 0..<30 {
                if let found = again.get("/\(number)") { #expect(found == body(number)) }
            }
            again.store.close()
        }
    }

    @Test(
        "rows that no record can have are left out",
        arguments: [
            "header_length = -8", "header_length = 1000000", "body_length = -1", "body_length = 9223372036854775807",
            "volume = -1", "offset = -64", "offset = 9223372036854775807", "fresh_until = -5", "sequence = -1",
        ]
    )
    func impossibleRows(change: String) async throws {
        let stage = try await filled(3).closed()
        do {
            let database = try Database(stage.path + "/index.db", .readWrite)
            try database.execute("UPDATE responses SET \(change) WHERE url = '/1'")
            try database.execute("INSERT INTO volumes VALUES (4294967295, 7, 9223372036854775807)")
            try database.execute("INSERT OR REPLACE INTO state VALUES ('sequence', -1), ('highest_volume', -1)")
        }
        let again = try TestStore(stage.directory)
        try await again.loaded()
        if let found = again.get("/1") { #expect(found == body(1)) }
        #expect(again.get("/2") == body(2))
        #expect(await again.put("/4", [4]) == nil)
        again.store.close()
    }

    @Test("a row that points into another's body is a miss, and not a byte of that body changes")
    func misplacedRow() async throws {
        let stage = try await filled(6)
        let other = try #require(stage.entry("/5"))
        await stage.settle()
        stage.store.close()
        let inside = Int(other.offset) + 64 * 64
        try Database(stage.path + "/index.db", .readWrite).execute(
            "UPDATE responses SET volume = \(other.volume), offset = \(inside) WHERE url = '/1'"
        )
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.get("/1") == nil)
        _ = await again.purge(.prefix("/1"))
        await again.settle()
        #expect(again.get("/5") == body(5))
        again.store.close()
    }

    @Test("a volume's number is not used again, though its rows outlive it")
    func volumeNumbers() async throws {
        let stage = try await filled(1)
        await stage.put("/large", sampleBytes(3_000_000))
        let entry = try #require(stage.entry("/large"))
        await stage.settle()
        stage.store.close()
        Paths.remove(stage.path + "/volumes/\(entry.volume).volume")
        try Database(stage.path + "/index.db", .readWrite).execute("DELETE FROM volumes")
        let again = try TestStore(stage.directory)
        try await again.loaded()
        await again.put("/other", sampleBytes(3_000_000, seed: 3))
        #expect(try #require(again.entry("/other")).volume > entry.volume)
        #expect(again.get("/large") == nil)
        again.store.close()
    }
}
