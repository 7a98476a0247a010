// Shared (immutable). One regular file opened for reading, and what it was like then; read at offsets, so that any
// thread may.

import CCurl
import Glibc
import NIOCore

/// An open file of an origin.
final class OpenFile: Sendable {
    let size: Int64
    let modifiedSeconds: Int64
    let modifiedNanoseconds: Int64
    private let descriptor: Descriptor
    private let counters: OriginCounters

    init(_ descriptor: Descriptor, _ status: origins_file_status, counters: OriginCounters) {
        self.descriptor = descriptor
        self.counters = counters
        size = status.size
        modifiedSeconds = status.modified_seconds
        modifiedNanoseconds = status.modified_nanoseconds
        counters.update { $0.connections += 1 }
    }

    deinit {
        counters.update { $0.connections -= 1 }
    }

    /// A strong validator: it changes with every write that the file system's clock can tell apart.
    var entityTag: String {
        let nanoseconds = modifiedSeconds &* 1_000_000_000 &+ modifiedNanoseconds
        return "\"\(String(UInt64(bitPattern: nanoseconds), radix: 16))-\(String(size, radix: 16))\""
    }

    /// Whether the file still is as it was when it was opened.
    func isUnchanged() -> Bool {
        let status = origins_status_of(descriptor.number)
        return status.error == 0 && status.size == size && status.modified_seconds == modifiedSeconds
            && status.modified_nanoseconds == modifiedNanoseconds
    }

    /// Reads until `count` bytes are there or the file ends.
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
                // Either the end or an error, which a second read tells without bytes in between.
                var byte: UInt8 = 0
                let again = unsafe pread(descriptor.number, &byte, 1, off_t(position))  // because one local byte
                if again < 0, errno != EINTR { return .failure(SystemError(code: errno)) }
                if again == 0 { break }
            }
        }
        return .success(buffer)
    }
}

/// An errno.
struct SystemError: Error, Equatable {
    var code: Int32
}
