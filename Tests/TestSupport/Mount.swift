// Shared. A small file system in memory, which a test can fill or make read-only.

import Glibc

/// A file system of its own, unmounted at the end.
package final class Mount: Sendable {
    /// Where it is mounted.
    package let path: String

    /// Mounts a file system.
    /// - Parameters:
    ///   - path: A directory.
    ///   - size: Its size, as mount(8) reads it.
    /// - Throws: What `mount` says.
    package init(_ path: String, size: String) async throws {
        self.path = path
        let result = try await run(["mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path])
        guard result.status == 0 else { throw TestError(.system, result.errorOutput) }
    }

    /// Mounts it again with another option, such as `ro`.
    package func remount(_ option: String) async throws {
        let result = try await run(["mount", "-o", "remount,\(option)", path])
        guard result.status == 0 else { throw TestError(.system, result.errorOutput) }
    }

    deinit { unsafe umount2(path, CInt(MNT_DETACH)) }  // because the text outlives the call

    /// Whether this user may mount file systems.
    package static let isPermitted: Bool = {
        guard geteuid() == 0, let directory = try? TemporaryDirectory() else { return false }
        // because the texts outlive the calls
        guard unsafe mount("tmpfs", directory.path, "tmpfs", 0, "size=64k") == 0 else { return false }
        return unsafe umount2(directory.path, CInt(MNT_DETACH)) == 0
    }()
}
