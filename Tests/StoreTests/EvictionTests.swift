// Stateless. Disk use within its limit, and what is worth keeping.

import HTTPCaching
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 7: disk use never passes max_size")
struct EvictionTests {
    /// Sizes as pictures have them: many small, some large.
    private func size(_ generator: inout SeededGenerator) -> Int {
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<60: Int.random(in: 2_000...16_000, using: &generator)
        case ..<90: Int.random(in: 16_001...48_000, using: &generator)
        case ..<98: Int.random(in: 48_001...400_000, using: &generator)
        default: Int.random(in: 400_001...2_000_000, using: &generator)
        }
    }

    @Test("several times as much as fits, told and untold lengths; what stays is right", arguments: [32, 40])
    func bounded(mebibytes: Int64) async throws {
        let limit = mebibytes * mebibyte
        let stage = try TestStore(maximumSize: limit)
        var generator = SeededGenerator()
        let sample = sampleBytes(2_100_000)
        var most = 0
        for number in 0..<3_000 {
            let body = Array(sample[number..<number + size(&generator)])
            let refusal = await stage.put("/\(number)", body, isLengthTold: number % 7 != 0)
            #expect(refusal == nil || refusal == .tooLarge)
            if number % 10 == 0 { most = max(most, diskUse(of: stage.path)) }
            if number % 3 == 0 { _ = stage.look("/\(number - number % 40)") }
        }
        await stage.settle()
        most = max(most, diskUse(of: stage.path))
        #expect(most <= limit, "seed \(generator.seed)")
        #expect(most > limit / 2)
        let statistics = stage.store.statistics
        #expect(statistics.evictions > 0 && statistics.survivors > 0)
        for number in 0..<3_000 {
            guard let found = stage.get("/\(number)") else { continue }
            #expect(found.elementsEqual(sample[number..<number + found.count]))
        }
        stage.store.close()
        // The index forgets what went with its volume, now and then, and nothing else.
        let report = try Store.verify(directory: stage.path)
        #expect(report.isSound)
        #expect(report.rows == statistics.responses + report.rowsOfGoneVolumes)
        #expect(report.rowsOfGoneVolumes < statistics.evictions / 4)
    }

    @Test("disk space is taken ahead of what is written, and charged, also after a restart")
    func ahead() async throws {
        let limit = 1024 * mebibyte
        let stage = try TestStore(maximumSize: limit)
        await stage.put("/first", sampleBytes(5_000))
        await stage.settle()
        let volume = stage.volumePath(try #require(stage.entry("/first")))
        let taken = diskUse(of: volume)
        #expect(taken >= 4 * Int(mebibyte))
        // The step is used up before the next is taken.
        for number in 0..<30 { await stage.put("/\(number)", sampleBytes(100_000)) }
        await stage.settle()
        #expect(diskUse(of: volume) == taken)
        try await eventually("what is charged") { stage.store.statistics.volumeBytes >= taken }
        stage.store.close()
        let next = try TestStore(stage.directory, maximumSize: limit)
        try await eventually("what is charged") { next.store.statistics.volumeBytes >= taken }
        #expect(try #require(next.get("/29")).elementsEqual(sampleBytes(100_000)))
        next.store.close()
    }

    @Test("responses that are stored at the same time, while volumes are reclaimed, lie where the catalog says")
    func together() async throws {
        let limit = 32 * mebibyte
        let stage = try TestStore(maximumSize: limit)
        var generator = SeededGenerator()
        let sample = sampleBytes(200_000)
        for round in 0..<250 {
            // Some were there before: then they go to the ring to which what survives is copied as well.
            let puts = (0..<24).map { place in
                let number = place % 3 == 0 ? place : round * 24 + place
                let length = Int.random(in: 2_000...90_000, using: &generator)
                return (key: "/\(number)", body: Array(sample[number % 100_000..<number % 100_000 + length]))
            }
            await withTaskGroup(of: Void.self) { group in
                for put in puts { group.addTask { _ = await stage.put(put.key, put.body) } }
            }
            for place in 0..<24 { _ = stage.look("/\(place)") }
        }
        await stage.settle()
        #expect(diskUse(of: stage.path) <= limit, "seed \(generator.seed)")
        #expect(stage.store.statistics.survivors > 0)
        var found = 0
        for number in 0..<6_000 {
            guard let entry = stage.entry("/\(number)") else { continue }
            let body = try #require(stage.get("/\(number)"), "seed \(generator.seed): \(entry)")
            #expect(body.elementsEqual(sample[number % 100_000..<number % 100_000 + body.count]))
            found += 1
        }
        #expect(found > 100)
        stage.store.close()
    }

    @Test("what is asked for again and again outlives what was asked for once", arguments: [8_000, 30_000, 600_000])
    func survivors(count: Int) async throws {
        let stage = try TestStore(maximumSize: 40 * mebibyte)
        let sample = sampleBytes(count + 10_000)
        for hot in 0..<3 { await stage.put("/hot/\(hot)", Array(sample[hot..<hot + count])) }
        let writes = max(60_000_000 / count, 300)
        for number in 0..<writes {
            await stage.put("/once/\(number)", Array(sample[number % 10_000..<number % 10_000 + count]))
            for look in 0..<60 { _ = stage.look("/hot/\(look % 3)") }
        }
        for hot in 0..<3 {
            let isThere = stage.get("/hot/\(hot)") == Array(sample[hot..<hot + count])
            #expect(isThere)
        }
        #expect(stage.entry("/once/0") == nil)
        #expect(stage.store.statistics.evictions > 0)
        stage.store.close()
    }

    @Test("a smaller limit holds at once, also at a restart; what is left is right")
    func shrinking() async throws {
        let stage = try TestStore(maximumSize: 128 * mebibyte)
        let sample = sampleBytes(220_000)
        // More than the smaller limits leave.
        func body(_ number: Int) -> [UInt8] {
            let count = number < 1_000 ? 15_800 : number < 1_350 ? 47_800 : 200_000
            return Array(sample[number..<number + count])
        }
        for number in 0..<1_450 { await stage.put("/\(number)", body(number)) }
        await stage.settle()
        #expect(diskUse(of: stage.path) > 40 << 20)
        stage.store.setMaximumSize(40 * mebibyte)
        await stage.settle()
        #expect(diskUse(of: stage.path) <= 40 << 20)
        stage.store.close()
        // The index counts from the start, too.
        try Database(stage.path + "/index.db", .readWrite).execute(
            "CREATE TABLE ballast (bytes); INSERT INTO ballast VALUES (zeroblob(11000000))"
        )
        let again = try TestStore(stage.directory, maximumSize: 32 * mebibyte)
        #expect(diskUse(of: stage.path) <= 32 << 20)
        try await again.loaded()
        #expect(again.store.statistics.responses > 0)
        for number in 0..<1_450 {
            if let found = again.get("/\(number)") { #expect(found == body(number)) }
        }
        again.store.close()
    }
}

@Suite("SIEVE, globs, the catalog")
struct RuleTests {
    @Test("SIEVE: the hand spares what was visited since it last passed, old to new")
    func sieve() {
        var shard = MemoryShard(limit: 4_000)
        func item(_ number: UInt8) -> MemoryItem {
            MemoryItem(
                key: [],
                head: ByteBuffer(),
                body: ByteBuffer(repeating: number, count: 1_000 - 256),
                facts: facts()
            )
        }
        var slots: [UInt32] = []
        for number in 0..<4 { slots += shard.admit(item(UInt8(number)), entry: UInt32(number)).map { [$0.slot] } ?? [] }
        #expect(shard.used == 4_000 && shard.count == 4)
        _ = shard.hit(slots[0])
        _ = shard.hit(slots[2])
        let evicted = (4...6).map { shard.admit(item($0), entry: UInt32($0))?.evicted }
        // 0 and 2 were visited and are spared; then the hand goes on to what came last.
        #expect(evicted == [[1], [3], [4]])
        #expect(shard.used == 4_000 && shard.evictions == 3)
        let large = MemoryItem(key: [], head: ByteBuffer(), body: ByteBuffer(repeating: 0, count: 800), facts: facts())
        let refused = shard.admit(large, entry: 9)
        #expect(refused == nil)
        shard.remove(slots[0])
        #expect(shard.count == 3 && shard.used == 3_000)
    }

    @Test(
        "globs",
        arguments: [
            ("*", "/a", true), ("*", "", true), ("/a", "/a", true), ("/a", "/ab", false), ("/a*", "/a", true),
            ("/*/b", "/x/y/b", true), ("/*/b", "/b", false), ("/?/b", "/x/b", true), ("/?/b", "/xx/b", false),
            ("*.jpg", "/a.jpg", true), ("*.jpg", "/a.jpg.png", false), ("*a*b*", "xaxxbx", true),
            ("*a*b*", "xbxxax", false),
            ("", "", true), ("", "x", false), ("?", "", false), ("a**b", "ab", true), ("*aab", "aaaab", true),
        ]
    )
    func glob(pattern: String, key: String, matches: Bool) {
        #expect(PurgeRule.glob(pattern).matches(Array(key.utf8)) == matches)
    }

    @Test(
        "prefixes and keys",
        arguments: [
            (PurgeRule.prefix("/a"), "/a", true), (.prefix("/a"), "/ab", true), (.prefix("/a"), "/", false),
            (.prefix(""), "/", true), (.key("/a"), "/a", true), (.key("/a"), "/ab", false), (.all, "", true),
        ]
    )
    func rule(_ rule: PurgeRule, key: String, matches: Bool) {
        #expect(rule.matches(Array(key.utf8)) == matches)
        #expect(PurgeRule(kind: rule.kind, pattern: rule.pattern) == rule)
        if matches { #expect(Array(key.utf8).starts(with: rule.commonPrefix)) }
    }

    @Test("the catalog: insert, replace, remove, look up, against a dictionary")
    func catalog() {
        var generator = SeededGenerator()
        let catalog = Catalog(memoryLimit: 0)
        var model: [UInt64: UInt32] = [:]
        for step in 0..<20_000 {
            let hash = UInt64.random(in: 0..<3_000, using: &generator) &* 0x9e37_79b9_7f4a_7c15
            if Int.random(in: 0..<3, using: &generator) > 0 {
                let new = entry(hash, 100, volume: UInt32(step))
                let (_, replaced) = catalog.insert(new) { true }
                #expect(replaced?.volume == model[hash])
                model[hash] = UInt32(step)
            } else {
                #expect(catalog.remove(hash).map(\.volume) == (model.removeValue(forKey: hash).map { [$0] } ?? []))
            }
        }
        #expect(catalog.totals.responses == model.count)
        #expect(catalog.totals.bodyBytes == Int64(model.count) * 100)
        for (hash, volume) in model {
            guard case .one(let found) = catalog.look(up: hash) else {
                Issue.record("lost, seed \(generator.seed)")
                return
            }
            #expect(found.entry.volume == volume)
        }
        #expect(catalog.removeAll { _ in true }.count == model.count)
        #expect(catalog.totals.responses == 0)
    }
}
