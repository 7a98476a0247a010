// Shared, immutable. One regular file opened for reading, and its version at that time. It is read at offsets, so that
// any thread may read.

import CLinux
import Glibc
import NIOCore
import Runtime

/// An open file of an origin.
final class OpenFile: Sendable {
    /// The version when it was opened.
    let version: FileVersion
    /// Whether its writer had finished by then.
    let isSettled: Bool
    private let descriptor: SharedDescriptor
    private let counters: OriginCounters

    /// Takes ownership of an open file.
    ///
    /// - Parameters:
    ///   - descriptor: The file.
    ///   - version: Its version, read after opening.
    ///   - isSettled: Whether that version is finished.
    ///   - counters: They count it among the origin's connections while it lives.
    init(_ descriptor: SharedDescriptor, _ version: FileVersion, isSettled: Bool, counters: OriginCounters) {
        self.descriptor = descriptor
        self.version = version
        self.isSettled = isSettled
        self.counters = counters
        counters.update { $0.connections += 1 }
    }

    deinit {
        counters.update { $0.connections -= 1 }
    }

    /// Bytes.
    var size: Int64 { version.size }

    /// Whether the file still has the content it had when it was opened.
    ///
    /// Called after bytes were read, because a write changes the time before the bytes.
    ///
    /// - Parameter isLast: Whether nothing more is to be read: then a file server is asked, which costs a call to it.
    /// - Returns: False also if that is unknown.
    func isUnchanged(isLast: Bool) -> Bool {
        let number = descriptor.number
        let status = isLast ? clinux_synchronized_status_of(number) : clinux_status_of(number)
        guard status.error == 0 else { return false }
        return version.isContinued(by: FileVersion(status, keepsChangeTime: version.keepsChangeTime))
    }

    /// Reads until it has `count` bytes or the file ends.
    ///
    /// - Returns: The bytes, or errno.
    func read(_ count: Int, at offset: Int64) -> Result<ByteBuffer, SystemError> {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let missing = count - buffer.readableBytes
            let position = offset + Int64(buffer.readableBytes)
            // because pread gets the buffer's own free space and its size
            let read = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: missing) { space in
                max(0, unsafe pread(descriptor.number, space.baseAddress, missing, off_t(position)))
            }
            if read == 0 {
                // Either the end or an error; a second read without bytes in between shows which.
                var byte: UInt8 = 0
                let again = unsafe pread(descriptor.number, &byte, 1, off_t(position))  // because one local byte
                if again < 0, errno != EINTR { return .failure(SystemError("read", code: errno)) }
                if again == 0 { break }
            }
        }
        return .success(buffer)
    }
}

extension FileVersion {
    /// The version according to a status.
    init(_ status: clinux_file_status, keepsChangeTime: Bool) {
        size = status.size
        modified = FileTime(seconds: status.modified_seconds, nanoseconds: status.modified_nanoseconds)
        changed = FileTime(seconds: status.changed_seconds, nanoseconds: status.changed_nanoseconds)
        self.keepsChangeTime = keepsChangeTime
        links = status.links
    }
}
