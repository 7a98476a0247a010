// Stateless. What a loop may read is what the page cache holds; the rest is left to the disk pool.

import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 6: no event loop blocks")
struct ColdReadTests {
    /// Puts a volume on the disk and takes it out of the page cache; false where some of it is still there.
    private func cool(_ volume: Volume, _ body: Range<Int64>) throws -> Bool {
        try volume.file.synchronize()
        guard posix_fadvise(volume.descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0 else { return false }
        return !volume.isResident(0..<4096) && !volume.isResident(body)
    }

    /// Whether a read of what the page cache lacks is left to the disk pool: by one try of many, since a quick disk may
    /// have it before the kernel looks for it, or bring what a try before has begun to read ahead.
    ///
    /// - Returns: Nil where nothing leaves the page cache: a tmpfs, where there is nothing to wait for.
    private func isLeft(_ volume: Volume, _ body: Range<Int64>, by read: () -> Bool) throws -> Bool? {
        var wasCold = false
        for _ in 0..<200 {
            guard try cool(volume, body) else { continue }
            wasCold = true
            if read() { return true }
        }
        return wasCold ? false : nil
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
        let isRecordLeft = try isLeft(warm.volume, body) {
            if case .wouldBlock = stage.read("/a", entry, mayBlock: false) { true } else { false }
        }
        #expect(isRecordLeft ?? true)
        let isBodyLeft = try isLeft(warm.volume, body) {
            stage.store.readBody(warm.volume, body, mayBlock: false) == nil
        }
        #expect(isBodyLeft ?? true)
        #expect(stage.get("/a") == sampleBytes(size, seed: 9))
    }
}
