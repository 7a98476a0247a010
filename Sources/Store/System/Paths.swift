// Stateless. Names of files, and operations on directories. All of it blocks; never on an event loop.

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
        // An incomplete list of names would be mistaken for a complete one.
        guard errno == 0 else { throw StoreError(errno: errno, "list", path) }
        return names
    }

    /// Renames a file, and replaces the one that has the new name.
    static func rename(_ path: String, to name: String) throws(StoreError) {
        // because both texts outlive the call
        guard unsafe Glibc.rename(path, name) == 0 else { throw StoreError(errno: errno, "rename", path) }
    }

    /// Puts the names in a directory on the disk.
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

    /// Removes a file; a missing one is no error.
    static func remove(_ path: String) {
        unsafe unlink(path)  // because the text outlives the call
    }

    /// The identity of the file at a path; nil if there is none, or it is unknown.
    static func identity(_ path: String) -> FileIdentity? { (try? found(path)) ?? nil }

    /// The same; nil only if there is none.
    ///
    /// - Throws: If it is unknown: the disk fails, or a directory above may not be searched.
    static func found(_ path: String) throws(StoreError) -> FileIdentity? {
        do throws(StoreError) {
            return FileIdentity(try information(path))
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
            return nil
        }
    }

    /// Bytes that a file uses on disk; 0 if there is none.
    static func onDisk(_ path: String) -> Int64 { (try? information(path)).map { Int64($0.st_blocks) * 512 } ?? 0 }

    /// Whether a name in a directory is a regular file, or a symbolic link to one.
    ///
    /// - Throws: If that is unknown, or a link leads nowhere.
    static func isRegularFile(_ path: String) throws(StoreError) -> Bool {
        try information(path).st_mode & S_IFMT == S_IFREG
    }

    /// True if a directory has the name, whatever kind of file it is; also if that is unknown.
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

/// Distinguishes a file from another that has its name later.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
