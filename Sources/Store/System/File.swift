// Shared. One open file: the only place where the store hands pointers to the kernel.

import CISAL
import CLinux
import Glibc
import NIOCore

/// An open file, closed when its last user lets go: a volume may be unlinked while a response still reads from it.
final class File: Sendable {
    let descriptor: CInt
    let path: String

    enum Access {
        case read
        case readWrite
        case create
    }

    /// Opens or creates a file.
    ///
    /// Blocks; never on an event loop. A pipe in the place of a file is not waited for: reading it fails.
    init(_ path: String, _ access: Access) throws(StoreError) {
        let flags =
            switch access {
            case .read: O_RDONLY | O_CLOEXEC | O_NONBLOCK
            case .readWrite: O_RDWR | O_CLOEXEC | O_NONBLOCK
            case .create: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
            }
        let descriptor = unsafe clinux_open(path, flags, 0o640)  // because the text outlives the call
        guard descriptor >= 0 else { throw StoreError(errno: errno, "open", path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    enum Read: Equatable {
        /// All bytes asked for were read.
        case complete
        /// The file ends before.
        case short
        /// It cannot be read without waiting for the disk (only without `mayBlock`).
        case wouldBlock
        case failed(Int32)
    }

    /// Appends `count` bytes from `offset` to `buffer`; where it fails, `buffer` is as before.
    ///
    /// Without `mayBlock`, as on an event loop, only the page cache is read.
    func read(_ count: Int, at offset: Int64, into buffer: inout ByteBuffer, mayBlock: Bool) -> Read {
        let before = buffer.writerIndex
        var missing = count
        while missing > 0 {
            var result = 0
            // because the kernel writes at most `missing` bytes into room of at least that size
            unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: missing) { room in
                guard let base = room.baseAddress else { return 0 }
                let at = Int(offset) + count - missing
                result =
                    unsafe mayBlock
                    ? clinux_pread(descriptor, base, missing, at) : clinux_pread_nowait(descriptor, base, missing, at)
                return max(result, 0)
            }
            if result > 0 {
                missing -= result
            } else if result != -Int(EINTR) {
                buffer.moveWriterIndex(to: before)
                if result == 0 { return .short }
                // Some file systems refuse RWF_NOWAIT altogether: what the disk says, the blocking read finds out.
                return mayBlock ? .failed(Int32(-result)) : .wouldBlock
            }
        }
        return .complete
    }

    /// Writes all readable bytes at `offset`.
    ///
    /// Blocks.
    func write(_ buffer: ByteBuffer, at offset: Int64) throws(StoreError) {
        var failure: Int32 = 0
        // because the pointer is used inside the closure only
        unsafe buffer.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var written = 0
            while written < bytes.count {
                let result = unsafe clinux_pwrite(
                    descriptor,
                    base + written,
                    bytes.count - written,
                    Int(offset) + written
                )
                if result > 0 {
                    written += result
                } else if result != -Int(EINTR) {
                    failure = result == 0 ? ENOSPC : Int32(-result)
                    return
                }
            }
        }
        guard failure == 0 else { throw StoreError(errno: failure, "write", path) }
    }

    /// Writes the readable bytes of buffers, one behind the other, at `offset`; in one call where the disk takes them all.
    ///
    /// Blocks.
    func write(_ buffers: [ByteBuffer], at offset: Int64) throws(StoreError) {
        var at = offset
        var rest = buffers[...]
        while !rest.isEmpty {
            let next = rest.prefix(Self.mostPieces)
            // because the buffers, which are held until the call is over, do not move their bytes
            var pieces = unsafe next.map { buffer in
                unsafe buffer.withUnsafeReadableBytes { bytes in
                    unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
                }
            }
            let length = next.reduce(0) { $0 + $1.readableBytes }
            // because as above
            let written = withExtendedLifetime(next) {
                unsafe clinux_pwritev(descriptor, &pieces, CInt(pieces.count), Int(at))
            }
            if written != length {
                // An interruption, a full disk, an error: the plain way finds out which.
                var each = at
                for buffer in next {
                    try write(buffer, at: each)
                    each += Int64(buffer.readableBytes)
                }
            }
            at += Int64(length)
            rest = rest.dropFirst(next.count)
        }
    }

    private static let mostPieces = 1024  // IOV_MAX

    /// What comparing bytes with their checksum comes to.
    enum Checked: Equatable {
        case right
        /// They are other bytes, or the file ends before.
        case wrong
        case unreadable
    }

    /// Compares a part of the file, read piece by piece, with its CRC-32C.
    ///
    /// Blocks.
    func check(at offset: Int64, length: Int64, against checksum: UInt32) -> Checked {
        var found: UInt32 = 0
        var done: Int64 = 0
        var buffer = ByteBuffer()
        while done < length {
            buffer.clear()
            let count = Int(min(256 << 10, length - done))
            switch read(count, at: offset + done, into: &buffer, mayBlock: true) {
            case .complete: break
            case .short: return .wrong
            case .wouldBlock, .failed: return .unreadable
            }
            found = buffer.crc32c(from: found)
            done += Int64(count)
        }
        return found == checksum ? .right : .wrong
    }

    /// What is read brings nothing beside it into the page cache.
    func readNothingAhead() { _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM) }

    /// The pages that the page cache has of up to 64, from the beginning of one: bit n is page n.
    func residentPages(at offset: Int64, count: Int) -> UInt64 {
        clinux_resident_pages(descriptor, Int(offset), count)
    }

    /// Takes whole pages out of the page cache, unless they have yet to be written.
    func dropFromPageCache(_ range: Range<Int64>) {
        _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_DONTNEED)
    }

    /// Puts what was written on the disk.
    ///
    /// Blocks, for long.
    func synchronize() throws(StoreError) {
        while fdatasync(descriptor) != 0 {
            guard errno == EINTR else { throw StoreError(errno: errno, "fdatasync", path) }
        }
    }

    /// The file's length and how many names it has; nil if the file system no longer answers.
    var status: (length: Int64, links: Int)? { information.map { (Int64($0.st_size), Int($0.st_nlink)) } }

    /// Bytes that it takes on the disk, with what is reserved behind its end; nil if the file system no longer answers.
    var bytesOnDisk: Int64? { information.map { Int64($0.st_blocks) * 512 } }

    /// What tells the file from a copy of it, and when its bytes or its attributes changed last, in nanoseconds since 1970.
    ///
    /// Nil if the file system no longer answers.
    var origin: (inode: UInt64, madeAt: Int64, changedAt: Int64)? {
        information.map { status in
            let changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
            return (UInt64(status.st_ino), clinux_birth(descriptor), changed)
        }
    }

    /// What identifies the file.
    var identity: FileIdentity? { information.map(FileIdentity.init) }

    private var information: stat? {
        var status = stat()
        // because fstat fills the struct it is given
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        return status
    }
}

extension ByteBuffer {
    /// CRC-32C of the readable bytes, continued from `crc`.
    ///
    /// Less than 0.1 ns a byte that is in a cache of the processor.
    func crc32c(from crc: UInt32 = 0) -> UInt32 { readableBytesSpan.crc32c(from: crc) }
}

extension RawSpan {
    /// CRC-32C of the bytes, as above.
    func crc32c(from crc: UInt32 = 0) -> UInt32 {
        // because the pointer is used inside the closure only, with its own count
        unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return crc }
            return unsafe cisal_crc32c(crc, base, bytes.count)
        }
    }
}
