// Shared. One open file: the only place in which the store passes pointers to the kernel.

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
    /// Blocks; never on an event loop. It does not wait for a pipe in the place of a file: reading it fails.
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
        /// All requested bytes were read.
        case complete
        /// The file ends before the requested bytes do.
        case short
        /// It cannot be read without waiting for the disk (only without `mayBlock`).
        case wouldBlock
        case failed(Int32)
    }

    /// Appends `count` bytes from `offset` to `buffer`; if it fails, `buffer` is as before.
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
                // Some file systems refuse RWF_NOWAIT altogether: then the blocking read finds out what the disk says.
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

    /// Writes the readable bytes of several buffers, one after the other, at `offset`; in one call if the disk accepts
    /// it.
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
                // An interruption, a full disk, or an error: the simple way finds out which.
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

    /// The result of comparing bytes with their checksum.
    enum Checked: Equatable {
        case right
        /// The bytes differ, or the file ends before them.
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

    /// Turns reading ahead off, so that reads bring nothing else into the page cache.
    func readNothingAhead() { _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM) }

    /// The pages that are in the page cache, of up to 64 from a page boundary on: bit n is page n.
    func residentPages(at offset: Int64, count: Int) -> UInt64 {
        clinux_resident_pages(descriptor, Int(offset), count)
    }

    /// Removes whole pages from the page cache, unless they still have to be written.
    func dropFromPageCache(_ range: Range<Int64>) {
        _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_DONTNEED)
    }

    /// Puts the written bytes on the disk.
    ///
    /// Blocks, for long.
    func synchronize() throws(StoreError) {
        while fdatasync(descriptor) != 0 {
            guard errno == EINTR else { throw StoreError(errno: errno, "fdatasync", path) }
        }
    }

    /// The file's length and its number of names; nil if the file system no longer responds.
    var status: (length: Int64, links: Int)? { information.map { (Int64($0.st_size), Int($0.st_nlink)) } }

    /// Bytes that it uses on the disk, including those reserved behind its end; nil if the file system no longer
    /// responds.
    var bytesOnDisk: Int64? { information.map { Int64($0.st_blocks) * 512 } }

    /// Data that distinguish the file from a copy: the inode, and when it was made and last changed, in nanoseconds
    /// since 1970.
    ///
    /// Nil if the file system no longer responds.
    var origin: (inode: UInt64, madeAt: Int64, changedAt: Int64)? {
        information.map { status in
            let changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
            return (UInt64(status.st_ino), clinux_birth(descriptor), changed)
        }
    }

    /// The identity of the file.
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
    /// Less than 0.1 ns for a byte in a cache of the processor.
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
