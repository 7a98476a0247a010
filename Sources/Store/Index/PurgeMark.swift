// A value. What is known of purges outside the index: how many there were, in a small file of its own that is on the disk
// before a purge is answered. An index that has fewer of them lost some: its log was deleted, or it is an older one. A mark that
// is not where and when it was written belongs to a copy of the directory, and nobody knows what was purged since.

import Glibc
import NIOCore
import Runtime

struct PurgeMark: Equatable {
    static let fileName = "purges"
    private static let magic: UInt32 = 0x3150_524C  // "LRP1" in the file
    private static let length = 44
    /// Nanoseconds between the time that is written and the file's change: the kernel's clock is coarse, and a thread may wait.
    private static let tolerance: UInt64 = 100_000_000
    private static let tries = 3

    /// Purges, and batches of them, since the directory was made.
    let number: UInt64

    /// Finds out whether an index has all purges that there were; one that was just made needs none: what it will have is validated.
    ///
    /// - Throws: `corrupt` where it has not, or where that cannot be told.
    static func check(_ database: IndexDatabase, in directory: String, atLeast least: UInt64 = 0) throws(StoreError) {
        guard !database.isNew else { return }
        func lacking(_ detail: String) -> StoreError { StoreError(.corrupt, "open", directory, detail: detail) }
        let mark: PurgeMark?
        do throws(StoreError) {
            mark = try read(in: directory)
        } catch {
            throw lacking("purges may be missing in it: \(error)")
        }
        let known = try database.purges()
        if mark == nil, known != nil { throw lacking("purges may be missing in it: the file \(fileName) is gone") }
        guard known ?? 0 >= max(mark?.number ?? 0, least) else {
            throw lacking("purges are missing in it: its log was lost, or it is an older one")
        }
    }

    /// The mark of a directory; nil where there is none.
    ///
    /// - Throws: `corrupt` where it is torn, or was copied.
    static func read(in directory: String) throws(StoreError) -> PurgeMark? {
        let path = directory + "/" + fileName
        guard try Paths.found(path) != nil else { return nil }
        let file = try File(path, .read)
        guard let found = content(of: file) else {
            throw StoreError(.corrupt, "read", path, detail: "no mark of purges")
        }
        guard found.isOf(file) else { throw StoreError(.corrupt, "read", path, detail: "the directory was copied") }
        return PurgeMark(number: found.number)
    }

    /// Puts the mark on the disk.
    ///
    /// Blocks for one or two writes of the disk.
    func write(in directory: String) throws(StoreError) {
        let path = directory + "/" + Self.fileName
        if let file = try? File(path, .readWrite), Self.content(of: file)?.isOf(file) == true {
            return try write(into: file)
        }
        let temporary = path + ".new"
        Paths.remove(temporary)
        let file = try File(temporary, .create)
        try write(into: file)
        try Paths.rename(temporary, to: path)
        try Paths.synchronize(directory)
        // The other name is a change of its attributes, maybe long after what was written.
        try write(into: file)
    }

    /// Takes the mark away: the index beside it is not believed at the next start.
    static func remove(in directory: String) {
        Paths.remove(directory + "/" + fileName)
        try? Paths.synchronize(directory)
    }

    private func write(into file: File) throws(StoreError) {
        for tried in 1...Self.tries {
            guard let origin = file.origin else { throw StoreError(errno: errno, "stat", file.path) }
            // A clock of the file system that is not this one's tells nothing.
            let time = tried < Self.tries ? Self.now : 0
            let content = Content(number: number, inode: origin.inode, madeAt: origin.madeAt, writtenAt: time)
            try file.write(content.encoded, at: 0)
            if content.isOf(file) { break }
        }
        try file.synchronize()
    }

    private static func content(of file: File) -> Content? {
        var buffer = ByteBuffer()
        guard file.read(length, at: 0, into: &buffer, mayBlock: true) == .complete else { return nil }
        return Content(buffer)
    }

    /// The machine's, in nanoseconds since 1970: it is compared with times of the file system.
    private static var now: Int64 { Clock.system.nanosecondsSinceEpoch }

    /// What the file says.
    private struct Content {
        let number: UInt64
        let inode: UInt64
        let madeAt: Int64
        /// Nanoseconds since 1970; 0 where it is not compared.
        let writtenAt: Int64

        /// Whether it was written into this very file, and nothing wrote over it since, or changed its attributes.
        func isOf(_ file: File) -> Bool {
            guard let origin = file.origin, origin.inode == inode, origin.madeAt == madeAt else { return false }
            return writtenAt == 0
                || origin.changedAt.subtractingReportingOverflow(writtenAt).partialValue.magnitude <= tolerance
        }

        var encoded: ByteBuffer {
            var buffer = ByteBuffer()
            buffer.writeInteger(magic, endianness: .little)
            buffer.writeInteger(number, endianness: .little)
            buffer.writeInteger(inode, endianness: .little)
            buffer.writeInteger(madeAt, endianness: .little)
            buffer.writeInteger(writtenAt, endianness: .little)
            buffer.writeInteger(UInt32(0), endianness: .little)
            buffer.writeInteger(buffer.crc32c(), endianness: .little)
            return buffer
        }

        init(number: UInt64, inode: UInt64, madeAt: Int64, writtenAt: Int64) {
            self.number = number
            self.inode = inode
            self.madeAt = madeAt
            self.writtenAt = writtenAt
        }

        init?(_ bytes: ByteBuffer) {
            var buffer = bytes
            guard let covered = buffer.getSlice(at: buffer.readerIndex, length: length - 4),
                buffer.readInteger(endianness: .little, as: UInt32.self) == magic,
                let number = buffer.readInteger(endianness: .little, as: UInt64.self),
                let inode = buffer.readInteger(endianness: .little, as: UInt64.self),
                let madeAt = buffer.readInteger(endianness: .little, as: Int64.self),
                let writtenAt = buffer.readInteger(endianness: .little, as: Int64.self),
                buffer.readInteger(endianness: .little, as: UInt32.self) == 0,
                buffer.readInteger(endianness: .little, as: UInt32.self) == covered.crc32c()
            else { return nil }
            self.init(number: number, inode: inode, madeAt: madeAt, writtenAt: writtenAt)
        }
    }
}
