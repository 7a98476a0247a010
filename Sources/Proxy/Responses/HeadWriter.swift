// Value. Writes the parts of a response's head that are not stored: the length of the body, the age of the response,
// its Cache-Status, and whether the connection stays open.

import HTTPCaching
import HTTPMessage
import NIOCore

enum HeadWriter {
    /// How a client finds the end of a body (RFC 9112 §6.3).
    enum Framing: Equatable {
        /// No Content-Length is added: the status allows no body, or the head has the field already.
        case none
        case length(Int64)
        case chunked
        /// HTTP/1.0 and unknown length: the connection ends with the body.
        case close
    }

    /// Whether and how the connection continues, in the form for the client's version (RFC 9112 §9.3).
    enum Persistence {
        case stays(isHTTP10: Bool)
        case closes

        /// The field for it, and the empty line at the end of a head.
        var end: StaticString {
            switch self {
            case .stays(isHTTP10: false): "\r\n"
            case .stays(isHTTP10: true): "Connection: keep-alive\r\n\r\n"
            case .closes: "Connection: close\r\n\r\n"
            }
        }
    }

    /// Appends the field with the length of a body.
    static func writeLength(_ length: Int64, into bytes: inout [UInt8]) {
        bytes.append(literal: "Content-Length: ")
        Decimal.write(length, into: &bytes)
        bytes.append(literal: "\r\n")
    }

    /// Appends the tail of a hit's head, its empty line included.
    ///
    /// No allocation beyond the array's own.
    static func writeHitTail(into tail: inout [UInt8], age: Int64, ttl: Int64, persistence: Persistence) {
        tail.append(upTo: longestHitTail) { text in
            text.write("Age: ")
            text.write(age)
            text.write("\r\nCache-Status: ")
            CacheStatus.writeHit(ttl: ttl, into: &text)
            text.write("\r\n")
            text.write(persistence.end)
        }
    }

    /// Two field names, two numbers and the connection's persistence need less than this.
    private static let longestHitTail = 128

    /// Appends the tail of any other head.
    ///
    /// - Parameters:
    ///   - head: Status line and field lines so far.
    ///   - tail: Scratch space for the tail; overwritten.
    ///   - framing: How a client finds the end of the body.
    ///   - age: Seconds; nil to send none.
    ///   - status: The member of Cache-Status; nil to send none.
    ///   - more: Other lines.
    ///   - persistence: How the connection continues.
    static func writeTail(
        into head: inout ByteBuffer,
        by tail: inout [UInt8],
        framing: Framing,
        age: Int64?,
        status: CacheStatus?,
        more: Fields = Fields(),
        persistence: Persistence
    ) {
        tail.removeAll(keepingCapacity: true)
        switch framing {
        case .none, .close: break
        case .length(let length): writeLength(length, into: &tail)
        case .chunked: tail.append(literal: "Transfer-Encoding: chunked\r\n")
        }
        if let age {
            tail.append(literal: "Age: ")
            Decimal.write(age, into: &tail)
            tail.append(literal: "\r\n")
        }
        more.write(into: &tail)
        if let status {
            tail.append(literal: "Cache-Status: ")
            status.write(into: &tail)
            tail.append(literal: "\r\n")
        }
        tail.append(literal: (framing == .close ? .closes : persistence).end)
        head.writeBytes(tail)
    }

    /// Few tails have more bytes.
    static let usualTail = 256
}
