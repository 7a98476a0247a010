// File names and what the store asks of directories. All of it blocks; never on an event loop.

import CLinux
import Glibc

enum Paths {
    /// Makes a directory if there is none.
    static func makeDirectory(_ path: String) throws(StoreError) {
        // because the text outlives the call
        guard unsafe mkdir(path, 0o750) != 0, errno != EEXIST else { return }
        throw StoreError(errno: errno, "create directory", path)
    }

    /// The names in a directory, in no order.
    static func names(in path: String) throws(StoreError) -> [String] {
        // because `stream` is open until this function returns, and an entry is read before the next call
        guard let stream = unsafe opendir(path) else { throw StoreError(errno: errno, "list", path) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        // A part of the names would be taken for all of them.
        guard errno == 0 else { throw StoreError(errno: errno, "list", path) }
        return names
    }

    /// Gives a file another name, in place of the one that has it.
    static func rename(_ path: String, to name: String) throws(StoreError) {
        // because both texts outlive the call
        guard unsafe Glibc.rename(path, name) == 0 else { throw StoreError(errno: errno, "rename", path) }
    }

    /// Puts the names of a directory on the disk.
    ///
    /// Blocks, for long.
    static func synchronize(_ path: String) throws(StoreError) {
        // because the text outlives the call
        let descriptor = unsafe clinux_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "open", path) }
        defer { close(descriptor) }
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw StoreError(errno: errno, "fsync", path) }
        }
    }

    /// Removes a file; one that is not there is no error.
    static func remove(_ path: String) {
        unsafe unlink(path)  // because the text outlives the call
    }

    /// What identifies the file that a path names now; nil if there is none, or it cannot be told.
    static func identity(_ path: String) -> FileIdentity? { (try? found(path)) ?? nil }

    /// The same; nil only if there is none.
    ///
    /// - Throws: Where it cannot be told: the disk fails, or a directory above may not be searched.
    static func found(_ path: String) throws(StoreError) -> FileIdentity? {
        do throws(StoreError) {
            return FileIdentity(try information(path))
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
            return nil
        }
    }

    /// Bytes that a file takes on disk; 0 if there is none.
    static func onDisk(_ path: String) -> Int64 { (try? information(path)).map { Int64($0.st_blocks) * 512 } ?? 0 }

    /// What a name in a directory stands for; a symbolic link stands for what it leads to.
    ///
    /// - Throws: Where it cannot be told, or a link leads nowhere.
    static func isRegularFile(_ path: String) throws(StoreError) -> Bool {
        try information(path).st_mode & S_IFMT == S_IFREG
    }

    /// True if a directory has the name, whatever it stands for; also where that cannot be told.
    static func isTaken(_ path: String) -> Bool {
        var status = stat()
        // because lstat fills the struct it is given
        return unsafe lstat(path, &status) == 0 || errno != ENOENT
    }

    private static func information(_ path: String) throws(StoreError) -> stat {
        var status = stat()
        // because stat fills the struct it is given
        guard unsafe stat(path, &status) == 0 else { throw StoreError(errno: errno, "stat", path) }
        return status
    }
}

/// What tells a file from another that has its name later.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
