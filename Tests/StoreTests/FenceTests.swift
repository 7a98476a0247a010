// Stateless. Purges against fills, look-ups, loading and restarts.

import HTTPCaching
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 4: a response purged before it was stored stays purged")
struct FenceTests {
    static let rules: [PurgeRule] = [.key("/a/1"), .prefix("/a/"), .glob("/?/*1"), .all]

    @Test(
        "a fill that began before the purge is not stored, one that began after is",
        arguments: rules,
        [100, 300_000]
    )
    func fills(rule: PurgeRule, count: Int) async throws {
        let stage = try TestStore()
        let before = stage.store.epoch
        _ = await stage.purge(rule)
        #expect(await stage.put("/a/1", sampleBytes(count), epoch: before) == .purged)
        await stage.settle()
        #expect(stage.entry("/a/1") == nil)
        if rule != .all { #expect(await stage.put("/b/2", [2], epoch: before) == nil) }
        #expect(await stage.put("/a/1", sampleBytes(count)) == nil)
        #expect(stage.get("/a/1") == sampleBytes(count))
        await stage.settle()
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.get("/a/1") == sampleBytes(count))
        again.store.close()
    }

    @Test("a fill from before a purge that comes home last does not hide a newer response from the next purge")
    func lateFill() async throws {
        let stage = try TestStore()
        defer { stage.store.close() }
        let before = stage.store.epoch
        _ = await stage.purge(.key("/a/1"))
        #expect(await stage.put("/a/1", [2]) == nil)
        #expect(await stage.put("/a/1", [1], epoch: before) == .purged)
        #expect(stage.get("/a/1") == [2])
        await stage.settle()
        #expect(await stage.purge(.prefix("/a/")).responses == 1)
        #expect(stage.entry("/a/1") == nil)
    }

    @Test("a purge holds at once, before its sweep, and reports what it removed", arguments: rules)
    func atOnce(rule: PurgeRule) async throws {
        let stage = try TestStore()
        await stage.put("/a/1", [1, 2])
        await stage.put("/b/3", [3])
        let core = stage.store.core
        // Only the rule: as between raising it and the sweep.
        let epoch = core.fence.raise(rule)
        #expect(stage.entry("/a/1") == nil)
        #expect((stage.entry("/b/3") == nil) == (rule == .all))
        #expect(await stage.put("/a/1", [5, 5, 5]) == nil)
        #expect(stage.get("/a/1") == [5, 5, 5])
        let report = await withCheckedContinuation { done in
            _ = core.post([Sweep(rule: rule, epoch: epoch) { done.resume(returning: $0) }])
        }
        #expect(report.responses == (rule == .all ? 1 : 0))
        #expect(stage.get("/a/1") == [5, 5, 5])
        #expect(core.fence.activeBans == 0)
        #expect(await stage.purge(rule) == PurgeReport(responses: 1, bytes: 3))
        #expect(stage.entry("/a/1") == nil)
        stage.store.close()
    }

    @Test("what was found before a sweep ended is refused after it", arguments: rules)
    func sweepEnds(rule: PurgeRule) async throws {
        let stage = try TestStore()
        await stage.put("/a/1", [1])
        let key = Array("/a/1".utf8)
        // because any byte is defined as raw memory
        let found = unsafe stage.store.core.catalog.look(up: stage.store.hash(key.span.bytes))
        _ = await stage.purge(rule)
        if case .one = found {} else { Issue.record("it is not there") }
        if case .miss = unsafe stage.store.allowed(of: found, key: key.span.bytes) {
        } else {
            Issue.record("it is found")
        }
        stage.store.close()
    }

    @Test("a freshening that began before the purge does not bring the response back")
    func freshening() async throws {
        let stage = try TestStore()
        await stage.put("/a/1", [1])
        let entry = try #require(stage.entry("/a/1"))
        let before = stage.store.epoch
        _ = await stage.purge(.key("/a/1"))
        for length in [1, 4_000] {
            stage.store.freshen(
                entry,
                key: Array("/a/1".utf8),
                head: ByteBuffer(string: String(repeating: "h", count: length)),
                facts: facts(),
                epoch: before
            )
        }
        await stage.settle()
        #expect(stage.entry("/a/1") == nil)
        stage.store.close()
    }

    @Test("a purge finds what was copied forward while it was swept")
    func moved() async throws {
        let stage = try TestStore()
        await stage.put("/a/1", [1])
        await stage.settle()
        let core = stage.store.core
        let entry = try #require(stage.entry("/a/1"))
        // The index still has the old place; the directory already the new one.
        _ = core.catalog.update(entry.hash, at: entry.location) {
            $0.move(to: RecordLocation(volume: entry.volume, offset: entry.offset + 64))
        }
        _ = await stage.purge(.prefix("/a/"))
        #expect(core.catalog.totals.responses == 0)
        stage.store.close()
    }

    @Test(
        "a purge survives a restart, clean or not, and a sweep that a stop interrupted is made up",
        arguments: [true, false]
    )
    func restart(isInterrupted: Bool) async throws {
        let stage = try TestStore()
        for number in 0..<20 { await stage.put("/a/\(number)", [UInt8(number)]) }
        await stage.put("/b", [1])
        await stage.settle()
        if !isInterrupted { _ = await stage.purge(.prefix("/a/")) }
        let name = try await stage.crashed()
        stage.store.close()
        if isInterrupted {
            try IndexDatabase(stage.directory.path(name) + "/index.db").bans.put(.prefix("/a/"))
        }
        let again = try TestStore(stage.directory, name: name)
        for number in 0..<20 { #expect(again.entry("/a/\(number)") == nil) }
        try await again.loaded()
        try await eventually { again.store.statistics.activeBans == 0 }
        for number in 0..<20 { #expect(again.entry("/a/\(number)") == nil) }
        #expect(again.get("/b") == [1])
        again.store.close()
    }

    @Test("a purge while the directory loads")
    func loading() async throws {
        let stage = try TestStore()
        for number in 0..<300 { await stage.put("/a/\(number)", [1]) }
        await stage.settle()
        stage.store.close()
        let again = try TestStore(stage.directory)
        again.store.purge([.prefix("/a/")]) { _, _ in }
        for number in 0..<300 { #expect(again.entry("/a/\(number)") == nil) }
        try await again.loaded()
        try await eventually { again.store.statistics.activeBans == 0 }
        #expect(again.store.statistics.responses == 0)
        again.store.close()
    }

    @Test("past the purges that are remembered, fills older than those are refused whatever their key")
    func forgotten() {
        let fence = Fence()
        let before = fence.epoch
        var last: UInt32 = 0
        for number in 0..<5_000 {
            last = fence.raise(.key("/\(number)"))
            fence.retire(last)
        }
        #expect(!fence.allowsStoring(Array("/other".utf8), since: before))
        #expect(fence.allowsStoring(Array("/other".utf8), since: last))
        #expect(!fence.isActive)
    }
}
