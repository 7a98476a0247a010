// Shared. A directory that lives as long as the test that owns it. Removed with everything in it at deinit, also where
// the test took away permissions.

import Glibc

/// A new directory that is removed with all its contents when the last reference goes away.
package final class TemporaryDirectory: Sendable {
    /// The directory's absolute path, without a slash at the end.
    package let path: String

    /// Makes a directory under the system's directory for temporary files.
    package init() throws {
        // because getenv answers a C string that is copied at once
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/larder-test.XXXXXX".utf8CString)
        // because mkdtemp fills in the template in place
        guard unsafe mkdtemp(&template) != nil else { throw Socket.failure("mkdtemp in \(parent)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { removeTree(path) }

    /// The absolute path of something in the directory.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, making the directories above it, and returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        try makeDirectories(above: name)
        let target = path(name)
        // because open takes a C string, which Swift makes for its duration
        let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Socket.failure("open \(target)") }
        defer { close(descriptor) }
        try Descriptor.write(descriptor, bytes)
        return target
    }

    /// Writes a text file, making the directories above it, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    /// Reads a whole file.
    package func read(_ name: String) throws -> [UInt8] {
        let target = path(name)
        // because open takes a C string, which Swift makes for its duration
        let descriptor = unsafe open(target, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Socket.failure("open \(target)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while case let piece = try Descriptor.read(descriptor, atMost: 65_536), !piece.isEmpty { bytes += piece }
        return bytes
    }

    /// Makes a directory in this one, with those above it, and returns its path.
    @discardableResult
    package func makeDirectory(_ name: String) throws -> String {
        try makeDirectories(above: "\(name)/.")
        return path(name)
    }

    private func makeDirectories(above name: String) throws {
        var directory = path
        for part in name.split(separator: "/").dropLast() {
            directory += "/\(part)"
            // because as in open
            if unsafe mkdir(directory, 0o755) != 0, errno != EEXIST { throw Socket.failure("mkdir \(directory)") }
        }
    }
}
