// Stateless. System calls that send an answer from where its pieces lie, without a copy.

import Glibc
import NIOCore

enum DirectSend {
    /// Sends a hit's head and its body, as far as the socket takes them now.
    ///
    /// - Parameters:
    ///   - socket: A connected stream socket that does not block.
    ///   - head: What comes first.
    ///   - body: What comes behind it.
    /// - Returns: The bytes sent; 0 where the socket takes none now; nil where the connection is broken.
    static func send(_ socket: Int32, _ head: [UInt8], _ body: ByteBuffer) -> Int? {
        // because the pointers are used in the call only
        unsafe head.withUnsafeBytes { head in
            unsafe body.withUnsafeReadableBytes { body in
                var pieces = unsafe (vector(head), vector(body))
                return unsafe withUnsafeMutableBytes(of: &pieces) { unsafe send(socket, $0, count: 2, hasMore: false) }
            }
        }
    }

    /// Sends one piece, as above: the kernel has less to look at than with a list of them.
    static func send(_ socket: Int32, _ bytes: [UInt8]) -> Int? {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        // because the pointer is used in the call only
        return unsafe bytes.withUnsafeBytes { bytes in
            uninterrupted { unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, flags) }
        }
    }

    /// Sends up to three pieces, as above.
    ///
    /// - Parameters:
    ///   - socket: As above.
    ///   - pieces: What goes out, in order.
    ///   - hasMore: Something follows at once: no packet is sent for these bytes alone.
    /// - Returns: As above.
    static func send(_ socket: Int32, _ pieces: (ByteBuffer, ByteBuffer, ByteBuffer), hasMore: Bool) -> Int? {
        // because the pointers are used in the call only
        unsafe pieces.0.withUnsafeReadableBytes { first in
            unsafe pieces.1.withUnsafeReadableBytes { second in
                unsafe pieces.2.withUnsafeReadableBytes { third in
                    var pieces = unsafe (vector(first), vector(second), vector(third))
                    return unsafe withUnsafeMutableBytes(of: &pieces) {
                        unsafe send(socket, $0, count: 3, hasMore: hasMore)
                    }
                }
            }
        }
    }

    // Callers promise: the pieces are so many `iovec`, each with its buffer's length, and the buffers live through the call.
    private static func send(
        _ socket: Int32,
        _ pieces: UnsafeMutableRawBufferPointer,
        count: Int,
        hasMore: Bool
    ) -> Int? {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL | (hasMore ? MSG_MORE : 0))
        // because the pieces are as the callers promise
        var message = unsafe msghdr()
        unsafe message.msg_iov = pieces.baseAddress?.assumingMemoryBound(to: iovec.self)
        unsafe message.msg_iovlen = count
        return uninterrupted { unsafe sendmsg(socket, &message, flags) }
    }

    /// What a system call that sends comes to, which is made again where a signal came in between.
    private static func uninterrupted(_ call: () -> Int) -> Int? {
        while true {
            let sent = call()
            if sent >= 0 { return sent }
            if errno != EINTR { return errno == EAGAIN ? 0 : nil }
        }
    }

    /// What a try to send a part of a file came to.
    enum FileResult: Equatable {
        /// The socket took so many bytes; 0 where it takes none now.
        case sent(Int)
        /// The connection is broken.
        case broken
        /// The file ends before, its bytes cannot be read, or its file system knows no such call.
        case unreadable
    }

    /// Sends a part of a file that lies in the page cache, as far as the socket takes it now.
    ///
    /// - Parameters:
    ///   - socket: A connected stream socket that does not block.
    ///   - file: The file's descriptor.
    ///   - region: Bytes of the file; not empty.
    /// - Returns: What it came to; in doubt the file is to blame, and the next bytes find out.
    static func send(_ socket: Int32, file: Int32, _ region: Range<Int64>) -> FileResult {
        var offset = off_t(region.lowerBound)
        while true {
            let sent = unsafe sendfile(socket, file, &offset, region.count)  // because the offset is a local variable
            if sent > 0 { return .sent(sent) }
            if sent == 0 { return .unreadable }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .sent(0)
            case EPIPE, ECONNRESET, ENOTCONN: return .broken
            default: return .unreadable
            }
        }
    }

    private static func vector(_ bytes: UnsafeRawBufferPointer) -> iovec {
        // because what is sent is only read
        unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}
