// Stateless. What tests do to entries of a temporary directory, so that the C calls need no repeating there.

import Glibc

extension TemporaryDirectory {
    // because all of these calls take C strings, which Swift makes for their duration

    /// Whether there is something of that name; a dangling symbolic link counts.
    package func exists(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path(name), &status) == 0
    }

    /// The length of a file in bytes; nil if there is no such file.
    package func size(of name: String) -> Int? {
        var status = stat()
        return unsafe stat(path(name), &status) == 0 ? Int(status.st_size) : nil
    }

    /// Makes a symbolic link.
    package func link(_ name: String, to target: String) throws {
        guard unsafe symlink(target, path(name)) == 0 else { throw Socket.failure("symlink \(path(name))") }
    }

    /// Sets the permissions of an entry; for root they hold nothing back.
    package func setPermissions(_ mode: UInt32, of name: String = ".") throws {
        guard unsafe chmod(path(name), mode) == 0 else { throw Socket.failure("chmod \(path(name))") }
    }

    /// Moves an entry, in one step, over what has the new name.
    package func rename(_ name: String, to newName: String) throws {
        guard unsafe Glibc.rename(path(name), path(newName)) == 0 else { throw Socket.failure("rename \(path(name))") }
    }

    /// Gives a file another name as well.
    package func hardLink(_ name: String, to newName: String) throws {
        guard unsafe Glibc.link(path(name), path(newName)) == 0 else { throw Socket.failure("link \(path(newName))") }
    }

    /// Sets when a file was last modified, in seconds since 1970.
    package func setModified(_ seconds: Int, of name: String) throws {
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        guard unsafe utimensat(AT_FDCWD, path(name), times, 0) == 0 else {
            throw Socket.failure("utimensat \(path(name))")
        }
    }

    /// Writes over the beginning of a file, which keeps the rest.
    package func overwrite(_ name: String, with bytes: [UInt8]) throws {
        let descriptor = unsafe open(path(name), O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Socket.failure("open \(path(name))") }
        defer { close(descriptor) }
        try Descriptor.write(descriptor, bytes)
    }

    /// Writes a file whose path beneath this directory is octets in no particular encoding.
    package func write(_ bytes: [UInt8], toOctets name: [UInt8]) throws {
        let descriptor = unsafe open(path(octets: name), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Socket.failure("open \(name)") }
        defer { close(descriptor) }
        try Descriptor.write(descriptor, bytes)
    }

    /// Moves an entry to a path that is octets.
    package func rename(_ name: String, toOctets newName: [UInt8]) throws {
        guard unsafe Glibc.rename(path(name), path(octets: newName)) == 0 else { throw Socket.failure("rename") }
    }

    private func path(octets name: [UInt8]) -> [CChar] {
        (Array("\(path)/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
    }

    /// Removes an entry with everything in it.
    package func remove(_ name: String) {
        if unsafe unlink(path(name)) != 0 { removeTree(path(name)) }
    }
}
