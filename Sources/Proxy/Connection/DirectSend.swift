// Stateless. System calls that send an answer from where its pieces lie, past the channel: a channel's queue, flush and
// promise cost as much as a third of a hit's own work, and a copy behind one head the rest.

import Glibc
import NIOCore

enum DirectSend {
    /// Sends three pieces, one behind the other, as far as the socket takes them now.
    ///
    /// - Parameters:
    ///   - socket: A connected stream socket that does not block.
    ///   - head: What comes first.
    ///   - tail: What comes behind it.
    ///   - body: What comes last.
    ///   - hasMore: Something follows at once: no packet is sent for these bytes alone.
    /// - Returns: The bytes sent; 0 where the socket takes none now; nil where the connection is broken.
    static func send(
        _ socket: Int32,
        _ head: ByteBuffer,
        _ tail: [UInt8],
        _ body: ByteBuffer,
        hasMore: Bool = false
    ) -> Int? {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL | (hasMore ? MSG_MORE : 0))
        // because the pointers are used in the calls only, and each length is its buffer's
        let sent = unsafe head.withUnsafeReadableBytes { head in
            unsafe tail.withUnsafeBytes { tail in
                unsafe body.withUnsafeReadableBytes { body in
                    var pieces = unsafe (vector(head), vector(tail), vector(body))
                    return unsafe withUnsafeMutableBytes(of: &pieces) { pieces in
                        var message = unsafe msghdr()
                        unsafe message.msg_iov = pieces.baseAddress?.assumingMemoryBound(to: iovec.self)
                        unsafe message.msg_iovlen = 3
                        return unsafe sendmsg(socket, &message, flags)
                    }
                }
            }
        }
        return accepted(sent)
    }

    /// Sends a part of a file that lies in the page cache, as far as the socket takes it now.
    ///
    /// - Parameters:
    ///   - socket: A connected stream socket that does not block.
    ///   - file: The file's descriptor.
    ///   - region: Bytes of the file.
    /// - Returns: As above.
    static func send(_ socket: Int32, file: Int32, _ region: Range<Int64>) -> Int? {
        var offset = off_t(region.lowerBound)
        return unsafe accepted(sendfile(socket, file, &offset, region.count))  // because the offset is a local variable
    }

    private static func accepted(_ count: Int) -> Int? {
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    private static func vector(_ bytes: UnsafeRawBufferPointer) -> iovec {
        // because what is sent is only read
        unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}
