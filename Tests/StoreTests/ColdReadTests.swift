// Stateless: what a loop may read is what the page cache holds; the rest is left to the disk pool.

import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 6: no event loop blocks")
struct ColdReadTests {
    /// Puts a volume on the disk and takes it out of the page cache; false where the file system has no disk below it.
    private func cool(_ volume: Volume) throws -> Bool {
        try volume.file.synchronize()
        guard posix_fadvise(volume.descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0 else { return false }
        return !volume.isResident(0..<4096)
    }

    @Test("what the page cache lacks is not read on a loop, but on the disk pool", arguments: [2_000, 300_000])
    func cold(size: Int) async throws {
        let stage = try TestStore()
        defer { stage.store.close() }
        await stage.put("/a", sampleBytes(size, seed: 9))
        await stage.settle()
        let entry = try #require(stage.entry("/a"))
        guard case .found(let warm) = stage.read("/a", entry, mayBlock: false) else {
            Issue.record("what was just written is in the page cache")
            return
        }
        let body = warm.bodyOffset..<warm.bodyOffset + Int64(size)
        #expect(warm.volume.isResident(body))
        // A tmpfs keeps everything in memory: there is nothing to wait for.
        guard try cool(warm.volume) else { return }
        guard case .wouldBlock = stage.read("/a", entry, mayBlock: false) else {
            Issue.record("a cold record was read without waiting")
            return
        }
        // The try has begun to read ahead: cold again for the next.
        guard try cool(warm.volume) else { return }
        #expect(!warm.volume.isResident(body))
        #expect(stage.store.readBody(warm.volume, body, mayBlock: false) == nil)
        #expect(stage.get("/a") == sampleBytes(size, seed: 9))
    }
}
