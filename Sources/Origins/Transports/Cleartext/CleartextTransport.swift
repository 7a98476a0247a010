// Confined to the origin thread. One GET or HEAD over a cleartext connection of larder's own: the way of nearly every miss. Uses
// a kept connection of the origin, or has libcurl make one.

import CCurl
import HTTPMessage

/// One request over a `CleartextConnection`.
final class CleartextTransport: Transport {
    let attempt: Attempt
    private let service: HTTPService
    private let request: CleartextConnection.Request
    private let isFresh: Bool
    /// The libcurl handle while it connects.
    private var connecting: EasyHandle?
    private var connection: CleartextConnection?

    /// - Parameter isFresh: Whether it needs a new connection.
    init(
        _ attempt: Attempt,
        _ service: HTTPService,
        _ request: OriginRequest,
        _ lines: RequestLines,
        target: String,
        isFresh: Bool
    ) {
        (self.attempt, self.service, self.isFresh) = (attempt, service, isFresh)
        self.request = CleartextConnection.Request(
            head: lines.head(method: request.method, target: target, host: service.host),
            method: request.method,
            carriesIdentity: lines.carriesIdentity
        )
    }

    func start() {
        let pool = attempt.pool
        if !isFresh, let kept = pool.takeConnection(at: attempt.engine.now) { return send(over: kept) }
        guard
            let handle = pool.takeConnector()
                ?? EasyHandle(pool.origin, base: service.base, peer: .origin, onlyConnects: true)
        else { return attempt.end(attempt.fault(.resources, "make transfer")) }
        handle.client = .connection(self)
        guard attempt.engine.multi.add(handle) else {
            handle.client = nil
            return attempt.end(attempt.fault(.resources, "start transfer"))
        }
        connecting = handle
    }

    func resume() {
        connection?.resume()
    }

    func handle(_ event: TransportEvent) {}

    func stop() {
        if let connection {
            self.connection = nil
            if connection.release() { attempt.pool.keep(connection) }
        }
        releaseHandle()
    }

    private func releaseHandle() {
        guard let handle = connecting else { return }
        connecting = nil
        handle.client = nil
        attempt.engine.multi.remove(handle)
        attempt.pool.keep(handle)
    }

    private func send(over connection: CleartextConnection) {
        self.connection = connection
        connection.send(request, for: attempt)
    }

    /// libcurl has connected, or failed; outside libcurl.
    func transferEnded(_ code: CURLcode) {
        guard let handle = connecting else { return }
        guard code == CURLE_OK else {
            let message = handle.lastMessage
            let kind = Curl.kind(code, systemError: handle.systemError, message: message, hasHead: false)
            return attempt.end(attempt.fault(kind, attempt.operation, code: Int(code.rawValue), detail: message))
        }
        let socket = handle.takeSocket()
        releaseHandle()
        guard let socket else { return attempt.end(attempt.fault(.resources, "take over the connection")) }
        send(over: CleartextConnection(owning: socket, engine: attempt.engine, pool: attempt.pool))
    }
}
