// Value. Writes what a response's head has besides the stored fields: how long the body is, how old the response is,
// how it came about, whether the connection stays.

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
        /// HTTP/1.0 and unknown length: the end is the connection's.
        case close
    }

    /// Whether and how the connection goes on, as the client's version wants it told (RFC 9112 §9.3).
    enum Persistence {
        case stays(isHTTP10: Bool)
        case closes

        /// What tells it, and the empty line behind a head.
        var end: StaticString {
            switch self {
            case .stays(isHTTP10: false): "\r\n"
            case .stays(isHTTP10: true): "Connection: keep-alive\r\n\r\n"
            case .closes: "Connection: close\r\n\r\n"
            }
        }
    }

    /// Appends the field that tells how long a body is.
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

    /// Two names of fields, two numbers and what tells the connection's persistence: less than this.
    private static let longestHitTail = 128

    /// Appends the tail of any other head.
    ///
    /// - Parameters:
    ///   - head: Status line and field lines so far.
    ///   - tail: Room to make the tail in; what it held is gone.
    ///   - framing: How a client finds the end of the body.
    ///   - age: Seconds; nil if none is to be told.
    ///   - status: The member of Cache-Status; nil if none is to be told.
    ///   - more: Other lines.
    ///   - persistence: How the connection goes on.
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

    /// The bytes that few tails have more of.
    static let usualTail = 256
}
