// Stateless. The offline check finds what is wrong, and changes nothing.

import HTTPCaching
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("larder verify: the offline check")
struct VerificationTests {
    private func filled() async throws -> TestStore {
        let stage = try TestStore()
        for number in 0..<10 { await stage.put("/\(number)", sampleBytes(10_000, seed: UInt64(number))) }
        await stage.put("/1", [1])
        _ = await stage.purge(.key("/2"))
        await stage.settle()
        return stage
    }

    private func contents(_ path: String) throws -> [String: UInt32?] {
        var sums: [String: UInt32?] = [:]
        for name in entries(below: path) {
            guard let file = try? File(name, .read), let length = file.status?.length else { continue }
            var bytes = ByteBuffer()
            sums[name] = file.read(Int(length), at: 0, into: &bytes, mayBlock: true) == .complete ? bytes.crc32c() : nil
        }
        return sums
    }

    @Test("a sound directory, after a clean stop: counted, and not a byte or file of it changed")
    func sound() async throws {
        let stage = try await filled().closed()
        let before = try contents(stage.path)
        var calls = 0
        let report = try Store.verify(directory: stage.path) { _ in calls += 1 }
        #expect(try contents(stage.path) == before)
        #expect(report.isSound)
        #expect(report.records == 11 && report.complete == 9 && report.removed == 2 && report.rows == 9)
        #expect(report.bodyBytes == 8 * 10_000 + 1)
        #expect(report.recordsWithoutRow == 0 && report.rowsOfGoneVolumes == 0 && report.skippedBytes == 0)
        #expect(calls == report.volumes)
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.store.statistics.responses == 9)
        again.store.close()
    }

    @Test("after a crash the index's log is read, too")
    func crashed() async throws {
        let stage = try await filled()
        let name = try await stage.crashed()
        stage.store.close()
        let report = try Store.verify(directory: stage.directory.path(name))
        #expect(report.isSound && report.rows == 9 && report.complete == 9)
    }

    @Test("a broken body, a broken header, a lost row, a row without record, a foreign file")
    func damage() async throws {
        let stage = try await filled()
        let entries = try (3...4).map { try #require(stage.entry("/\($0)")) }
        stage.store.close()
        try flip(stage.volumePath(entries[0]), at: Int64(entries[0].offset) + Int64(entries[0].headerLength) + 5_000)
        try flip(stage.volumePath(entries[1]), at: Int64(entries[1].offset) + 30)
        try overwrite(stage.path + "/volumes/77.volume", with: [1, 2, 3])
        try Database(stage.path + "/index.db", .readWrite).execute(
            """
            DELETE FROM responses WHERE url = '/5';
            INSERT INTO responses VALUES ('/x', '', 99, 64, 200, 1, 0, 0, 0, 1);
            """
        )
        let report = try Store.verify(directory: stage.path)
        #expect(!report.isSound)
        #expect(report.broken == 1 && report.unusableVolumes == 1 && report.complete == 7)
        // The row of the broken body is counted with it.
        #expect(report.rowsWithoutRecord == 1 && report.rowsOfGoneVolumes == 1 && report.recordsWithoutRow == 1)
        #expect(report.skippedBytes > 0)
        let named = Set(report.damage.map { "\($0.kind.rawValue) \($0.key ?? "") \($0.volume)" })
        let number = entries[0].volume
        #expect(
            named == [
                "broken /3 \(number)", "row-without-record /4 \(number)", "unusable-volume  77",
            ]
        )
    }

    @Test("what a crash leaves behind is no damage: a row of a removed record, a lost row, a volume without a byte")
    func leftovers() async throws {
        let stage = try await filled()
        let purged = try #require(stage.entry("/3"))
        _ = await stage.purge(.key("/3"))
        await stage.settle()
        stage.store.close()
        try overwrite(stage.path + "/volumes/77.volume", with: [])
        try Database(stage.path + "/index.db", .readWrite).execute(
            """
            DELETE FROM responses WHERE url = '/5';
            INSERT INTO responses VALUES ('/3', '', \(purged.volume), \(purged.offset), 200, 1, 0, 0, 0, 1);
            INSERT INTO responses VALUES ('/x', '', 99, 64, 200, 1, 0, 0, 0, 1);
            """
        )
        let report = try Store.verify(directory: stage.path)
        #expect(report.isSound)
        #expect(report.rowsOfRemovedRecords == 1 && report.rowsOfGoneVolumes == 1 && report.recordsWithoutRow == 1)
        #expect(report.emptyVolumes == 1 && report.unusableVolumes == 0 && report.rowsWithoutRecord == 0)
    }

    @Test("a row that names another record's place is damage")
    func wrongRow() async throws {
        let stage = try await filled()
        let other = try #require(stage.entry("/3"))
        stage.store.close()
        try Database(stage.path + "/index.db", .readWrite).execute(
            "UPDATE responses SET volume = \(other.volume), offset = \(other.offset) WHERE url = '/4'"
        )
        let report = try Store.verify(directory: stage.path)
        #expect(!report.isSound && report.rowsWithoutRecord >= 1 && report.broken == 0)
    }

    @Test("not while a larder uses the directory, nor elsewhere")
    func refused() async throws {
        let stage = try await filled()
        #expect { try Store.verify(directory: stage.path) } throws: { ($0 as? StoreError)?.kind == .inUse }
        stage.store.close()
        #expect { try Store.verify(directory: stage.directory.path) } throws: { ($0 as? StoreError)?.kind == .missing }
        StoreFiles.removeIndex(stage.path)
        #expect(try !Store.verify(directory: stage.path).isSound)
        #expect(Paths.identity(stage.path + "/index.db") == nil)
    }
}
