// A request that goes over a connection of our own rather than through libcurl: GET and HEAD to an http:// origin.

import CCurl
import HTTPMessage

extension HTTPAttempt {
    /// Whether it takes the short way.
    func isPlain(_ request: OriginRequest, of peer: EasyHandle.Peer) -> Bool {
        peer == .origin && service.isPlain && !request.isSingle
            && (request.method == "GET" || request.method == "HEAD")
    }

    /// Sends the request over a connection that is kept, or makes one; outside libcurl.
    func askPlainly(_ request: OriginRequest, _ lines: RequestLines, target: String) {
        plainHead = lines.head(method: request.method, target: target, host: service.host)
        if !isRepeated, let kept = lane.takeKept(at: engine.now) { return send(over: kept) }
        guard
            let handle = lane.idleConnector
                ?? EasyHandle(lane.origin, base: service.base, peer: .origin, onlyConnects: true)
        else {
            return end(fault(.resources, "make transfer"))
        }
        lane.idleConnector = nil
        add(handle)
    }

    /// libcurl has connected: the socket is ours from here on; outside libcurl.
    func hasConnected(_ handle: EasyHandle) {
        let socket = handle.takeSocket()
        release()
        guard let socket else { return end(fault(.resources, "take over the connection")) }
        send(over: PlainConnection(owning: socket, engine: engine, lane: lane))
    }

    private func send(over connection: PlainConnection) {
        self.connection = connection
        connection.send(plainHead, for: self)
    }

    /// How the body of the answer is framed, and whether the connection outlives it; nil before its final head.
    var framing: (body: ResponseFraming.Body, isPersistent: Bool)? {
        guard hasHead, let method = exchange?.request.method else { return nil }
        return (parser.body(ofAnswerTo: method), parser.isPersistent)
    }

    /// The connection ended before the answer's head was whole.
    ///
    /// One that was kept may have been closed by the server just when the request was sent: it is sent again, once, on a
    /// new one (RFC 9112 §9.3.1).
    func connectionEnded(code: Int) {
        guard let connection, connection.isReused, !connection.hasReceived, !isRepeated else {
            return end(fault(.reset, "receive head", code: code, detail: "the connection ended before it"))
        }
        isRepeated = true
        askAgain(asked.base, asked.target, of: .origin)
    }

    /// All that will come has come: the whole answer, or what it ends with.
    func receivingEnded(_ error: OriginError?) {
        if let error { end(error) } else { transferEnded(CURLE_OK) }
    }
}
