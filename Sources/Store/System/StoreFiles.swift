// Stateless. The files of a cache directory besides volumes and index: the format file, and the lock.

import CLinux
import Glibc
import Logging
import NIOCore

enum StoreFiles {
    private static let formatName = "larder.store"
    private static let formatLength = 24
    private static let magic: UInt32 = 0x3153_524C  // "LRS1" in the file

    /// Opens a cache directory, which is made if it is missing, and holds its lock.
    ///
    /// Throws if another larder uses it, or it has another format; such a directory is not changed.
    static func open(_ path: String, logger: Logger) throws(StoreError) -> (keyHash: KeyHash, lock: File) {
        try Paths.makeDirectory(path)
        _ = try read(path)
        let lock = try lock(path)
        guard let keyHash = try read(path) else {
            var generator = SystemRandomNumberGenerator()
            let keyHash = KeyHash(secret0: generator.next(), secret1: generator.next())
            try make(path, keyHash, logger: logger)
            return (keyHash, lock)
        }
        try Paths.makeDirectory(path + "/volumes")
        return (keyHash, lock)
    }

    /// The hash function of a directory's keys; nil if it has no format file yet.
    static func read(_ path: String) throws(StoreError) -> KeyHash? {
        let file: File
        do throws(StoreError) {
            file = try File(path + "/" + formatName, .read)
        } catch  where error.code == ENOENT && !Paths.isTaken(path + "/" + formatName) {
            // Only ENOENT without a dangling link means that the file is missing: without the file the volumes are
            // removed.
            return nil
        }
        var buffer = ByteBuffer()
        switch file.read(formatLength, at: 0, into: &buffer, mayBlock: true) {
        case .failed(let code): throw StoreError(errno: code, "read", file.path)
        case .complete, .short, .wouldBlock: break
        }
        guard buffer.readInteger(endianness: .little, as: UInt32.self) == magic,
            buffer.readInteger(endianness: .little, as: UInt32.self) == UInt32(Record.formatVersion),
            let secret0 = buffer.readInteger(endianness: .little, as: UInt64.self),
            let secret1 = buffer.readInteger(endianness: .little, as: UInt64.self)
        else {
            throw StoreError(.corrupt, "read", file.path, detail: "not a store of this format; empty the directory")
        }
        return KeyHash(secret0: secret0, secret1: secret1)
    }

    /// Makes an empty cache directory from one whose lock is held.
    ///
    /// Volumes use hashes with their format file's secret: without the file they and their index are useless.
    static func make(_ path: String, _ keyHash: KeyHash, logger: Logger) throws(StoreError) {
        try Paths.makeDirectory(path + "/volumes")
        let volumes = try Paths.names(in: path + "/volumes").filter { Volume.number(ofName: $0) != nil }
        if !volumes.isEmpty {
            logger.warning(
                "\(formatName) is missing or belongs to another directory; the volumes cannot be used without it and are removed",
                metadata: ["path": "\(path)", "volumes": "\(volumes.count)"]
            )
        }
        for name in volumes { Paths.remove(path + "/volumes/" + name) }
        removeIndex(path)
        Paths.remove(path + "/" + formatName)
        try writeFormat(path, keyHash)
    }

    /// Writes the format file again if it was deleted or changed from outside: without it the next start would find
    /// nothing.
    static func keepFormat(_ path: String, _ keyHash: KeyHash) throws(StoreError) {
        var stored: KeyHash?
        do throws(StoreError) {
            stored = try read(path)
        } catch  where error.kind != .corrupt && error.kind != .missing {
            // A failing disk says nothing about its contents.
            throw error
        } catch {}
        if stored != keyHash { try writeFormat(path, keyHash) }
    }

    private static func writeFormat(_ path: String, _ keyHash: KeyHash) throws(StoreError) {
        var buffer = ByteBuffer()
        buffer.writeInteger(magic, endianness: .little)
        buffer.writeInteger(UInt32(Record.formatVersion), endianness: .little)
        buffer.writeInteger(keyHash.secret0, endianness: .little)
        buffer.writeInteger(keyHash.secret1, endianness: .little)
        // Written completely or not at all: a torn file would be mistaken for another format's.
        let temporary = path + "/" + formatName + ".new"
        Paths.remove(temporary)
        let file = try File(temporary, .create)
        try file.write(buffer, at: 0)
        try file.synchronize()
        try Paths.rename(temporary, to: path + "/" + formatName)
    }

    static func removeIndex(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { Paths.remove(path + "/" + IndexDatabase.fileName + suffix) }
    }

    /// Bytes that the index's files use on disk.
    static func indexSize(_ path: String) -> Int64 {
        ["", "-wal", "-shm"].reduce(0) { sum, suffix in
            sum + Paths.onDisk(path + "/" + IndexDatabase.fileName + suffix)
        }
    }

    static func lockPath(_ path: String) -> String { path + "/lock" }

    /// Keeps larders from using a directory that is only read; nil if no larder ever used it.
    ///
    /// Throws if one uses it.
    static func sharedLock(_ path: String) throws(StoreError) -> File? {
        let file: File
        do throws(StoreError) {
            file = try File(lockPath(path), .read)
        } catch  where error.kind == .missing {
            return nil
        }
        guard lock(file, LOCK_SH) else {
            throw StoreError(.inUse, "lock", lockPath(path), code: errno, detail: "a larder uses this directory")
        }
        return file
    }

    /// Keeps a second larder from using a directory as long as the file is held.
    static func lock(_ path: String) throws(StoreError) -> File {
        let name = lockPath(path)
        let file: File
        do throws(StoreError) {
            file = try File(name, .readWrite)
        } catch  where error.kind == .missing {
            file = try File(name, .create)
        }
        guard lock(file, LOCK_EX) else {
            throw StoreError(
                .inUse,
                "lock",
                name,
                code: errno,
                detail: "another larder uses this directory; give each its own"
            )
        }
        return file
    }

    /// How often to try for a lock.
    ///
    /// A lock that is being released may last a little longer: in a child process before it starts its program, or in a
    /// larder that is about to end.
    private static let lockTries = 20
    private static let lockPause: UInt32 = 50_000

    private static func lock(_ file: File, _ mode: Int32) -> Bool {
        for tried in 1...lockTries {
            if flock(file.descriptor, mode | LOCK_NB) == 0 { return true }
            if tried < lockTries { usleep(lockPause) }
        }
        return false
    }
}
