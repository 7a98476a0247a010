// Stateless. Reading and writing files and pipes by descriptor, beside Socket for what is no socket.

import Glibc

enum Descriptor {
    /// Reads what is there, waiting for the first byte; empty at the end.
    static func read(_ descriptor: Int32, atMost count: Int) throws -> [UInt8] {
        // because read fills the array's own memory, and never beyond the count it is given
        try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let received = unsafe Glibc.read(descriptor, buffer.baseAddress, count)
                if received >= 0 {
                    filled = received
                    return
                }
                guard errno == EINTR else { throw Socket.failure("read") }
            }
        }
    }

    /// Writes all the bytes.
    static func write(_ descriptor: Int32, _ bytes: [UInt8]) throws {
        // because write reads the array's own memory, from an offset that stays within it
        try unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    guard errno == EINTR else { throw Socket.failure("write") }
                    continue
                }
                written += count
            }
        }
    }
}
