// Stateless. Response heads as bytes, for storing and for sending.

import HTTPMessage
import NIOCore

extension ByteBuffer {
    /// Status line and field lines, without the empty line that ends a head.
    init(head status: Int, reason: String? = nil, fields: Fields) {
        let line = Self.statusLine(status, reason)
        self = ByteBufferAllocator().buffer(capacity: line.count + fields.bytes.count)
        writeBytes(line)
        writeBytes(fields.bytes)
    }

    /// The status line; nearly every response has the same one, which is made once.
    private static func statusLine(_ status: Int, _ reason: String?) -> [UInt8] {
        if status == 200, reason == nil || reason == "OK" { return okLine }
        var line: [UInt8] = []
        ResponseHead(status: status, reason: reason).write(into: &line)
        return line
    }

    private static let okLine = Array("HTTP/1.1 200 OK\r\n".utf8)
}
