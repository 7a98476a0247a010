// Stateless. One system call that sends an answer from where its pieces lie, past the channel: a channel's queue, flush
// and promise cost as much as a third of a hit's own work, and a copy behind one head the rest.

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
    /// - Returns: The bytes sent; 0 where the socket takes none now; nil where the connection is broken.
    static func send(_ socket: Int32, _ head: ByteBuffer, _ tail: [UInt8], _ body: ByteBuffer) -> Int? {
        // because the pointers are used in the calls only, and each length is its buffer's
        let sent = unsafe head.withUnsafeReadableBytes { head in
            unsafe tail.withUnsafeBytes { tail in
                unsafe body.withUnsafeReadableBytes { body in
                    var pieces = unsafe (vector(head), vector(tail), vector(body))
                    return unsafe withUnsafeMutableBytes(of: &pieces) { pieces in
                        var message = unsafe msghdr()
                        unsafe message.msg_iov = pieces.baseAddress?.assumingMemoryBound(to: iovec.self)
                        unsafe message.msg_iovlen = 3
                        return unsafe sendmsg(socket, &message, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
                    }
                }
            }
        }
        if sent >= 0 { return sent }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    private static func vector(_ bytes: UnsafeRawBufferPointer) -> iovec {
        unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)  // because read only
    }
}
