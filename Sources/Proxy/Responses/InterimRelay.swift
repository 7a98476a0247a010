// Value. Which interim responses (1xx) a client gets, and whether it waits for 100 (Continue) before it sends its body.

import HTTPMessage
import NIOCore

struct InterimRelay {
    /// HTTP/1.0 has no interim responses (RFC 9110 §15.2).
    private let isPossible: Bool
    /// Interim responses of the fill that were relayed or left out.
    private var count = 0
    /// The client does not wait for 100 (Continue), or has got it.
    private var mayContinue: Bool

    init(_ head: RequestHead) {
        isPossible = head.minorVersion > 0
        mayContinue = !head.expectsContinue
    }

    /// Another fill is read, from its first interim response on.
    mutating func restart() { count = 0 }

    /// Relays interim responses as they arrive.
    mutating func relay(_ fill: Fill, to connection: ClientConnection) {
        guard isPossible else { return }
        for interim in fill.interims(after: count) {
            count += 1
            if interim.status == 100 { if mayContinue { continue } else { mayContinue = true } }
            var fields = interim.fields
            fields.removeHopByHop()
            fields.removeAll("Content-Length")
            var bytes = ByteBuffer(head: interim.status, fields: fields)
            bytes.writeStaticString("\r\n")
            connection.write(bytes)
        }
    }

    /// Lets the client send its body without waiting for the origin.
    mutating func letContinue(on connection: ClientConnection) {
        guard isPossible, !mayContinue else { return }
        mayContinue = true
        connection.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
        connection.flushIfNeeded()
    }
}
