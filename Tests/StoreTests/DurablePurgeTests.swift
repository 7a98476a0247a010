// Stateless. Purges while the index or its disk cannot take them, and what a crash then leaves.

import HTTPCaching
import HTTPMessage
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("A purge holds at once, says whether it is on the disk, and gets there")
struct DurablePurgeTests {
    /// What keeps purges from the disk, until it is mended.
    enum Fault: CaseIterable, Sendable {
        /// Another program writes the index.
        case locked
        /// The mark of purges cannot be written.
        case noMark

        var reason: String {
            switch self {
            case .locked: "database is locked"
            case .noMark: "Is a directory"
            }
        }
    }

    static let rules: [PurgeRule] = [.key("//h/a/1"), .prefix("//h/a/"), .glob("//h/a/*"), .all, .group("g", "//h/")]

    private func filled(_ count: Int = 3) async throws -> TestStore {
        let stage = try TestStore()
        try await stage.loaded()
        for number in 0..<count { await stage.put("//h/a/\(number)", [UInt8(number)], groups: ["g"]) }
        await stage.settle()
        return stage
    }

    /// Makes purges fail; what is returned mends that.
    private func fail(_ stage: TestStore, _ fault: Fault) throws -> @Sendable () throws -> Void {
        let mark = stage.path + "/" + PurgeMark.fileName
        switch fault {
        case .locked:
            let other = HandedOver(try Database(stage.path + "/index.db", .readWrite))
            try other.value.execute("BEGIN IMMEDIATE")
            return { try other.value.execute("ROLLBACK") }
        case .noMark:
            Paths.remove(mark)
            try Paths.makeDirectory(mark)
            return { try Paths.rename(mark, to: mark + ".aside") }
        }
    }

    @Test(
        "whatever keeps it from the disk: it holds, the report says why, and it gets there",
        arguments: Fault.allCases,
        rules
    )
    func undurable(fault: Fault, rule: PurgeRule) async throws {
        let stage = try await filled()
        let mend = try fail(stage, fault)
        let report = await stage.purge(rule)
        #expect(report.obstacle?.contains(fault.reason) == true, "\(report)")
        #expect(stage.entry("//h/a/1") == nil)
        #expect(stage.store.statistics.undurablePurges == 1)
        #expect(await stage.put("//h/a/1", [9]) == nil)
        #expect(stage.get("//h/a/1") == [9])
        try mend()
        try await eventually("it is on the disk") { stage.store.statistics.undurablePurges == 0 }
        try await eventually("its sweep is over") { stage.store.statistics.activeBans == 0 }
        #expect(stage.get("//h/a/1") == [9], "what is newer stays")
        await stage.settle()
        let name = try await stage.crashed()
        stage.store.close()
        let again = try TestStore(stage.directory, name: name)
        try await again.loaded()
        #expect(again.get("//h/a/1") == [9])
        if rule != .key("//h/a/1") { #expect(again.entry("//h/a/2") == nil) }
        again.store.close()
    }

    @Test(
        "a full disk: the purge holds, and is on the disk when there is room",
        .enabled(if: Mount.isPermitted, "needs the right to mount")
    )
    func full() async throws {
        let directory = try TemporaryDirectory()
        let mount = try await Mount(try directory.makeDirectory("disk"), size: "16m")
        let stage = try TestStore(directory, name: "disk/cache", maximumSize: 32 * mebibyte)
        try await stage.loaded()
        await stage.put("/a", [1])
        await stage.settle()
        let ballast = directory.path("disk/ballast")
        _ = try await run(["dd", "if=/dev/zero", "of=\(ballast)", "bs=1M"])
        // The log has a little room that is its own already.
        var report = await stage.purge(.key("/a"))
        for number in 0..<500 where report.isDurable { report = await stage.purge(.prefix("/full/\(number)")) }
        #expect(report.obstacle?.contains("full") == true, "\(report)")
        #expect(stage.entry("/a") == nil && stage.store.statistics.undurablePurges == 1)
        Paths.remove(ballast)
        try await eventually("it is on the disk") { stage.store.statistics.undurablePurges == 0 }
        stage.store.close()
        withExtendedLifetime(mount) {}
    }

    @Test("a broken index is made anew, and has the purge", arguments: rules)
    func broken(rule: PurgeRule) async throws {
        let stage = try await filled()
        try Database(stage.path + "/index.db", .readWrite).execute("DROP TABLE bans; DROP TABLE responses")
        // Not where it was made anew less than a second ago.
        _ = await stage.purge(rule)
        #expect(stage.entry("//h/a/1") == nil)
        try await eventually("it is on the disk") { stage.store.statistics.undurablePurges == 0 }
        let name = try await stage.crashed()
        stage.store.close()
        let again = try TestStore(stage.directory, name: name)
        #expect(again.entry("//h/a/1") == nil)
        try await again.loaded()
        try await eventually("its sweep is over") { again.store.statistics.activeBans == 0 }
        #expect(again.entry("//h/a/1") == nil)
        again.store.close()
    }

    @Test("a crash before it is on the disk: what it had removed is validated, if it comes back", arguments: rules)
    func crash(rule: PurgeRule) async throws {
        let stage = try await filled()
        let mend = try fail(stage, .locked)
        let before = try await run(["cp", "-a", stage.path + "/volumes", stage.directory.path("volumes")])
        #expect(before.status == 0)
        #expect(await !stage.purge(rule).isDurable)
        let name = try await stage.crashed()
        try mend()
        stage.store.close()
        try await putBack("volumes", into: name, of: stage)
        let again = try TestStore(stage.directory, name: name)
        try await again.loaded()
        expectValidated(again, "//h/a/1")
        again.store.close()
    }

    @Test("once it is reported as done a crash does not undo it, whatever became of the volumes", arguments: rules)
    func done(rule: PurgeRule) async throws {
        let stage = try await filled()
        _ = try await run(["cp", "-a", stage.path + "/volumes", stage.directory.path("volumes")])
        #expect(await stage.purge(rule).isDurable)
        let name = try await stage.crashed()
        stage.store.close()
        try await putBack("volumes", into: name, of: stage)
        let again = try TestStore(stage.directory, name: name)
        try await again.loaded()
        #expect(again.entry("//h/a/1") == nil)
        #expect((again.entry("//h/a/2") == nil) == (rule != .key("//h/a/1")))
        again.store.close()
    }

    @Test("a stop tries once more, and is as a crash for what it could not put on the disk")
    func stop() async throws {
        let stage = try await filled()
        let mend = try fail(stage, .noMark)
        #expect(await !stage.purge(.prefix("//h/a/")).isDurable)
        try mend()
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.entry("//h/a/1") == nil)
        again.store.close()
    }

    @Test("names that are purged together take one transaction; a list of any length takes one for each 256")
    func together() async throws {
        let stage = try await filled(20)
        func batches(_ count: Int) async throws -> UInt64 {
            let before = try PurgeMark.read(in: stage.path)?.number ?? 0
            let left = Countdown(count)
            await withCheckedContinuation { done in
                let rules = (0..<count).map { PurgeRule.key("//h/a/\($0)") }
                stage.store.purge(rules) { _, report in
                    #expect(report.isDurable)
                    if left.count() { done.resume() }
                }
            }
            return try (PurgeMark.read(in: stage.path)?.number ?? 0) - before
        }
        #expect(try await batches(250) == 1)
        #expect(stage.store.statistics.responses == 0)
        #expect(try await batches(1000) == 4)
        stage.store.close()
    }

    @Test("a row that is written before its entry comes is not taken by the sweep of an older purge", arguments: rules)
    func lateEntry(rule: PurgeRule) async throws {
        let stage = try await filled()
        let core = stage.store.core
        let key = "//h/a/1"
        await withCheckedContinuation { done in
            // Between the row and the entry of what was stored after the purge.
            let sweep = core.raise(rule) { _ in done.resume() }
            Task {
                await stage.put(key, [9])
                await stage.settle()
                if let entry = stage.entry(key) { _ = core.catalog.remove(entry.hash) { $0.isAt(entry.location) } }
                _ = core.post([sweep])
            }
        }
        #expect(stage.store.index.rows(of: Array(key.utf8)).count == 1)
        stage.store.close()
    }

    @Test("past 10,000 purges that cannot be put on the disk, everything is purged instead")
    func bound() async throws {
        let stage = try await filled()
        let mend = try fail(stage, .noMark)
        let rules = (0..<1000).map { PurgeRule.key("/other/\($0)") }
        for _ in 0..<10 {
            await withCheckedContinuation { done in
                let left = Countdown(rules.count)
                stage.store.invalidate(rules) { _, _ in if left.count() { done.resume() } }
            }
        }
        #expect(stage.store.statistics.undurablePurges == 10_000)
        #expect(stage.get("//h/a/1") == [1])
        _ = await stage.purge(.key("/one-more"))
        #expect(stage.store.statistics.purgesWidened == 1 && stage.store.statistics.undurablePurges == 1)
        #expect(stage.entry("//h/a/1") == nil)
        try mend()
        try await eventually("it is on the disk") { stage.store.statistics.undurablePurges == 0 }
        stage.store.close()
    }
}

/// Puts a directory that was set aside in the place of a crash's own.
func putBack(_ name: String, into crashed: String, of stage: TestStore) async throws {
    let (from, to) = (stage.directory.path(name), stage.directory.path("\(crashed)/\(name)"))
    #expect(try await run(["sh", "-c", "rm -r '\(to)' && mv '\(from)' '\(to)'"]).status == 0)
}

/// What is found is stale, and is not served stale either.
func expectValidated(_ stage: TestStore, _ key: String, _ location: SourceLocation = #_sourceLocation) {
    guard let response = stage.response(key) else { return }
    #expect(!response.entry.isPlain && response.facts.freshUntil.secondsSinceEpoch == 0, sourceLocation: location)
    #expect(response.facts.flags.contains(.mustRevalidate), sourceLocation: location)
}

/// Counts down; tells the last.
final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    func count() -> Bool { left.subtract(1, ordering: .relaxed).newValue == 0 }
}

/// A value that one thread at a time has.
@safe private final class HandedOver<Value>: @unchecked Sendable {  // because tests use it in turn
    let value: Value

    init(_ value: Value) { self.value = value }
}
