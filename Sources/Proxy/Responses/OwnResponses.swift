// Loop-confined. Sends responses of larder's own that need no key, store or origin.

import HTTPMessage
import NIOCore
import Runtime

enum OwnResponses {
    // MARK: Complete requests

    /// `OPTIONS *` asks about the server itself (RFC 9110 §9.3.7).
    static func answerOptions(_ head: RequestHead, _ received: ByteBuffer, on connection: ClientConnection) {
        let fields = Fields([
            ("Allow", "GET, HEAD, OPTIONS, TRACE"), ("Date", HTTPDate.format(connection.loopState.clock.now)),
        ])
        var bytes = ByteBuffer(head: 204, fields: fields)
        HeadWriter.writeTail(
            into: &bytes,
            by: &connection.loopState.scratch,
            framing: .none,
            age: nil,
            status: nil,
            persistence: connection.persistence(after: head)
        )
        connection.write(bytes)
        if head.framing != .none { connection.makeLast() }
        finish(head, received, 204, on: connection)
    }

    /// An expectation other than 100-continue cannot be met (RFC 9110 §10.1.1).
    static func refuseExpectation(_ head: RequestHead, _ received: ByteBuffer, on connection: ClientConnection) {
        refuse(417, "The only expectation that can be met is 100-continue.", head, received, on: connection)
    }

    /// The target has no normal form, and so no key.
    static func refuseTarget(_ head: RequestHead, _ received: ByteBuffer, on connection: ClientConnection) {
        refuse(
            400,
            "The target cannot be brought into its normal form: a percent sign without two digits, a NUL, "
                + "or a path that climbs above its root.",
            head,
            received,
            on: connection
        )
    }

    /// Refuses a request that cannot be processed further; its body, if any, is not read.
    private static func refuse(
        _ status: Int,
        _ text: String,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) {
        if head.framing != .none { connection.makeLast() }
        let persistence = connection.persistence(after: head)
        let now = connection.loopState.clock.now
        let hasBody = head.method != .head
        connection.write(OwnResponse.bytes(status, text, persistence: persistence, hasBody: hasBody, at: now))
        finish(head, received, status, on: connection)
    }

    private static func finish(
        _ head: RequestHead,
        _ received: ByteBuffer,
        _ status: Int,
        on connection: ClientConnection
    ) {
        if connection.loopState.log != nil {
            LogRecord(head, received, peer: connection.peer, began: nil)
                .write(to: connection.loopState, status: status, bytes: 0, cacheStatus: .none, origin: nil)
        }
        connection.finishExchange(keepAlive: head.keepAlive)
    }

    // MARK: Connections that end

    /// Refuses bytes that are not a request, and ends the connection, because the start of the next request is unknown
    /// (RFC 9112 §9.4).
    static func refuse(_ refusal: RequestRefusal, on connection: ClientConnection) {
        let counters = connection.loopState.counters
        counters.add(.refused)
        if [414, 431].contains(refusal.status) { counters.add(.limitHead) }
        end(connection, refusal.status, "The request was refused: \(refusal.rawValue).")
    }

    /// Refuses a connection because too many are open.
    static func turnAway(_ connection: ClientConnection) {
        end(connection, 503, "There are too many connections.")
    }

    /// Refuses a head that did not arrive in time.
    static func refuseLate(on connection: ClientConnection) {
        end(connection, 408, "The request's head did not arrive in time.")
    }

    private static func end(_ connection: ClientConnection, _ status: Int, _ text: String) {
        connection.makeLast()
        connection.write(OwnResponse.bytes(status, text, persistence: .closes, at: connection.loopState.clock.now))
        connection.end()
    }
}
