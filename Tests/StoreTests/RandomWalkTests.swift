// Stateless. A seeded walk over everything a store can be asked for, against a model of what may be found.

import HTTPCaching
import HTTPMessage
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Invariants 1, 2, 4, 12 together: a random walk")
struct RandomWalkTests {
    /// Bodies are parts of it: making each anew would take most of the time.
    private static let sample = sampleBytes(1_400_000)
    private static let keys = (0..<60).map { "/\($0 % 4)/\($0)" }

    private struct Walk {
        var generator: SeededGenerator
        var stage: TestStore
        /// The version that may be found for a key; a key that is not here must not be.
        var may: [String: UInt64] = [:]
        var version: UInt64 = 0
        var restarts = 0

        func body(_ version: UInt64) -> [UInt8] {
            let sizes = [10, 3_000, 20_000, 70_000, 400_000, 1_300_000]
            let start = Int(version % 2_000) * 8
            return Array(RandomWalkTests.sample[start..<start + sizes[Int(version % 6)] + Int(version)])
        }

        mutating func step() async throws {
            let key = RandomWalkTests.keys.randomElement(using: &generator) ?? ""
            switch Int.random(in: 0..<100, using: &generator) {
            case ..<55:
                version += 1
                let refusal = await stage.put(key, body(version), isLengthTold: version % 5 != 0)
                if refusal == nil { may[key] = version }
            case ..<70: freshen(key)
            case ..<74: await purge(.key(key)) { $0 == key }
            case ..<76: await purge(.prefix("/1/")) { $0.hasPrefix("/1/") }
            case ..<78: await purge(.glob("/*7")) { $0.hasSuffix("7") }
            case ..<79: await purge(.all) { _ in true }
            case ..<84:
                guard let response = stage.response(key) else { return }
                stage.store.remove(response.entry, key: Array(key.utf8))
                may[key] = nil
            case ..<86: try await restart()
            case ..<87: try await loseIndex()
            default: check(key)
            }
        }

        private func freshen(_ key: String) {
            guard let entry = stage.entry(key) else { return }
            stage.freshen(key, entry, field: "\(version)" + String(repeating: "x", count: Int(version % 3) * 60))
        }

        private mutating func purge(_ rule: PurgeRule, _ matches: (String) -> Bool) async {
            for key in may.keys where matches(key) { may[key] = nil }
            guard Bool.random(using: &generator) else {
                stage.store.purge([rule]) { _, _ in }
                return check()
            }
            _ = await stage.purge(rule)
        }

        /// Everything is written, every purge swept, and what it removed marked in the volumes.
        ///
        /// Where the index is lost before that, what was purged is found again and has to be validated; a walk cannot tell it from what
        /// may be found.
        private func settle() async throws {
            await stage.settle()
            try await eventually("the sweeps") { stage.store.statistics.activeBans == 0 }
            await stage.settle()
        }

        private mutating func restart() async throws {
            restarts += 1
            let directory = stage.directory
            try await settle()
            let name: String
            if Bool.random(using: &generator) {
                name = try await stage.crashed("walk\(restarts)")
                stage.store.close()
                removeTree(stage.path)
            } else {
                stage.store.close()
                name = "walk\(restarts)"
                try directory.rename(String(stage.path.dropFirst(directory.path.count + 1)), to: name)
                if Bool.random(using: &generator) { StoreFiles.removeIndex(directory.path(name)) }
            }
            stage = try TestStore(directory, name: name, maximumSize: 40 * mebibyte)
            check()
            try await stage.loaded()
            check()
        }

        private func loseIndex() async throws {
            try await settle()
            StoreFiles.removeIndex(stage.path)
            try await eventually { Paths.identity(stage.path + "/index.db") != nil && stage.store.statistics.isLoaded }
        }

        func check(_ key: String) {
            guard let found = stage.get(key) else { return }
            guard let version = may[key] else {
                Issue.record("\(key) was purged and is found; seed \(generator.seed), version \(version)")
                return
            }
            if !equal(found, body(version)) {
                Issue.record("\(key) has wrong bytes; seed \(generator.seed), version \(version)")
            }
        }

        func check() { for key in RandomWalkTests.keys { check(key) } }
    }

    @Test("store, freshen, purge, remove, restart, crash, lose the index: never wrong bytes, never what was purged")
    func walk() async throws {
        let generator = SeededGenerator()
        var walk = Walk(generator: generator, stage: try TestStore(maximumSize: 40 * mebibyte))
        for _ in 0..<800 { try await walk.step() }
        walk.check()
        #expect(diskUse(of: walk.stage.path) <= 40 << 20)
        walk.stage.store.close()
        let report = try Store.verify(directory: walk.stage.path)
        #expect(report.broken == 0 && report.unusableVolumes == 0 && report.isIndexReadable)
        #expect(report.rowsWithoutRecord == 0, "\(report)")
    }
}
