// File names and what the store asks of directories. All of it blocks; never on an event loop.

import Glibc

enum Paths {
    /// Makes a directory where there is none.
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
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Gives a file another name, in place of the one that has it.
    static func rename(_ path: String, to name: String) throws(StoreError) {
        // because both texts outlive the call
        guard unsafe Glibc.rename(path, name) == 0 else { throw StoreError(errno: errno, "rename", path) }
    }

    /// Removes a file; one that is not there is no error.
    static func remove(_ path: String) {
        unsafe unlink(path)  // because the text outlives the call
    }

    /// What identifies the file that a path names now; nil where there is none.
    static func identity(_ path: String) -> FileIdentity? { information(path).map(FileIdentity.init) }

    /// Bytes that a file takes on disk; 0 where there is none.
    static func onDisk(_ path: String) -> Int64 { information(path).map { Int64($0.st_blocks) * 512 } ?? 0 }

    private static func information(_ path: String) -> stat? {
        var status = stat()
        // because stat fills the struct it is given
        guard unsafe stat(path, &status) == 0 else { return nil }
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
