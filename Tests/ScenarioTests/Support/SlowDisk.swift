// A larder's disk as tests make it slow: nothing of it in the page cache, and a disk pool that stands still.

import Foundation
import Glibc
import LarderHarness
import Origins
import Runtime
import Store
import TestSupport
import Testing

extension Larder {
    /// Takes what the volumes have from an offset on out of the page cache.
    func cool(from offset: Int = 0) throws {
        let folder = directory.path + "/cache/volumes"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let file = try #require(FileHandle(forUpdatingAtPath: "\(folder)/\(name)"))
            try file.synchronize()
            #expect(posix_fadvise(file.fileDescriptor, off_t(offset), 0, POSIX_FADV_DONTNEED) == 0)
            try file.close()
        }
    }

    /// Lets the disk pool do nothing until the gate opens, as where each read takes for ever.
    func stallDisk() async throws -> Gate {
        let gate = Gate()
        for _ in 0..<StoreConfiguration(directory: "", maximumSize: 0, memory: 0).diskThreads {
            let isHeld = Gate()
            _ = store.disk.submit {
                isHeld.open()
                try? gate.wait(within: .seconds(120))
            }
            try await isHeld.waitAsync()
        }
        return gate
    }

    /// Takes all tokens that the retry budget has.
    func useUpBudget() { while origins.spendRetry() {} }
}
