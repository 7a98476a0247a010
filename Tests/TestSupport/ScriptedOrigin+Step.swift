// Value. One thing a scripted origin does while it answers a request. A script is a list of them; a script that ends
// leaves the connection open for the next request, unless a step or the request's own fields close it.

extension ScriptedOrigin {
    /// One thing the origin does while it answers a request.
    package enum Step: Sendable {
        /// Sends a whole response.
        ///
        /// Content-Length is added unless given, and left out where a Transfer-Encoding is given (the body then goes
        /// out as it is) or the status has no body (1xx, 204, 304); a HEAD request gets no body.
        case respond(status: Int = 200, fields: [(String, String)] = [], body: [UInt8] = [])
        /// Sends text as it is; lines must bring their own CRLF.
        case head(String)
        /// Sends bytes as they are.
        case raw([UInt8])
        /// Waits until the gate is open; after 30 s the connection is closed.
        case hold(Gate)
        /// Waits; for tests of timeouts only.
        case pause(milliseconds: Int)
        /// Closes the connection.
        case close
        /// Resets the connection.
        case reset
        /// Sends the bytes in pieces with pauses between them.
        case drip([UInt8], bytes: Int, everyMilliseconds: Int)
        /// Sends nothing more until the peer closes.
        case hang
        /// Reads the request's body now; in a script without this step it is read before the first one.
        case readBody

        /// A whole response with a text as its body.
        package static func text(_ body: String, status: Int = 200, fields: [(String, String)] = []) -> Step {
            .respond(status: status, fields: fields, body: Array(body.utf8))
        }

        /// One chunk of a chunked body (RFC 9112 §7.1).
        package static func chunk(_ bytes: [UInt8]) -> Step {
            .raw(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0d, 0x0a])
        }

        /// The end of a chunked body.
        package static var lastChunk: Step { .head("0\r\n\r\n") }
    }
}
