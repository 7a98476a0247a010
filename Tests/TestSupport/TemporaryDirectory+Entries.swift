// Stateless: what tests do to entries of a temporary directory, so that the C calls need no repeating there.

import Glibc

extension TemporaryDirectory {
    // because all of these calls take C strings, which Swift makes for their duration

    /// Whether there is something of that name; a dangling symbolic link counts.
    public func exists(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path(name), &status) == 0
    }

    /// Makes a symbolic link.
    public func link(_ name: String, to target: String) throws {
        guard unsafe symlink(target, path(name)) == 0 else { throw Socket.failure("symlink \(path(name))") }
    }

    /// Sets the permissions of an entry; for root they hold nothing back.
    public func setPermissions(_ mode: UInt32, of name: String = ".") throws {
        guard unsafe chmod(path(name), mode) == 0 else { throw Socket.failure("chmod \(path(name))") }
    }

    /// Moves an entry, in one step, over what has the new name.
    public func rename(_ name: String, to newName: String) throws {
        guard unsafe Glibc.rename(path(name), path(newName)) == 0 else { throw Socket.failure("rename \(path(name))") }
    }

    /// Removes an entry with everything in it.
    public func remove(_ name: String) {
        if unsafe unlink(path(name)) != 0 { removeTree(path(name)) }
    }
}
