// Confined to the origin thread. One request through libcurl: the way of everything but GET and HEAD to `http` origins.
// libcurl keeps bytes that are refused until `resume`; if there is no content to send, its read callback pauses until the
// body's `wake`.

import CCurl
import HTTPMessage
import NIOCore

/// One transfer of libcurl.
final class CurlTransport: Transport {
    let attempt: Attempt
    private let request: OriginRequest
    private let lines: RequestLines
    private let hop: ResponseFilter.Hop
    private let isFresh: Bool
    private let parser = ResponseHeadParser()
    private var handle: EasyHandle?

    /// - Parameter isFresh: Whether it needs a new connection.
    init(_ attempt: Attempt, _ request: OriginRequest, _ lines: RequestLines, _ hop: ResponseFilter.Hop, isFresh: Bool)
    {
        (self.attempt, self.request, self.lines, self.hop, self.isFresh) = (attempt, request, lines, hop, isFresh)
    }

    func start() {
        parser.begin(
            isAskedAgain: request.expectsContinue && request.body != nil,
            allowsHTTP2: attempt.pool.settings.allowsHTTP2
        )
        let idle = hop.peer == .origin ? attempt.pool.takeHandle() : nil
        guard let handle = idle ?? EasyHandle(attempt.pool.origin, base: hop.base, peer: hop.peer) else {
            return attempt.end(attempt.fault(.resources, "make transfer"))
        }
        handle.prepare(request, lines: lines, target: hop.target, isFresh: isFresh)
        handle.client = .transfer(self)
        guard attempt.engine.multi.add(handle) else {
            handle.client = nil
            return attempt.end(attempt.fault(.resources, "start transfer"))
        }
        self.handle = handle
    }

    func resume() {
        handle?.pause(receiving: false, sending: attempt.state.isSendingPaused)
    }

    func handle(_ event: TransportEvent) {
        handle?.pause(receiving: attempt.state.isReceivingPaused, sending: false)
    }

    func stop() {
        guard let handle else { return }
        self.handle = nil
        handle.client = nil
        attempt.engine.multi.remove(handle)
        // Other methods leave options behind; their handles are not used again.
        if handle.isReusable { attempt.pool.keep(handle) }
    }

    /// libcurl is done with it; outside libcurl.
    func transferEnded(_ code: CURLcode) {
        guard code == CURLE_OK else { return failed(code) }
        guard parser.isDone || attempt.hasRefused else {
            return attempt.end(attempt.fault(.reset, "receive head", detail: "it breaks off"))
        }
        attempt.finished(parser.trailers)
    }

    private func failed(_ code: CURLcode) {
        guard !attempt.concludeEarly(), let handle else { return }
        let message = handle.lastMessage
        let systemError = handle.systemError
        if handle.hasRefusedAddress {
            let detail = "\(hop.base) has no public address"
            return attempt.end(attempt.fault(.redirect, "follow redirect", detail: detail))
        }
        let kind = Curl.kind(code, systemError: systemError, message: message, hasHead: parser.isDone)
        if kind == .reset, mayRepeat(handle), attempt.repeatRequest() { return }
        attempt.end(attempt.fault(kind, attempt.operation, code: Int(code.rawValue), detail: message))
    }

    /// Whether the request may be sent once more, on a connection of its own.
    ///
    /// A server that ends a connection of HTTP/2 says which requests it has not processed (GOAWAY, RFC 9113 §6.8); libcurl 7.88
    /// fails them. With HTTP/1.1 it sends them again itself.
    private func mayRepeat(_ handle: EasyHandle) -> Bool {
        guard attempt.pool.settings.allowsHTTP2, !parser.isDone else { return false }
        return request.isRead && !request.isSingle && handle.hasReused
    }

    // MARK: Inside libcurl

    /// Takes a line of a head, or of a trailer section.
    ///
    /// - Returns: Whether the response may continue.
    func receive(line: RawSpan) -> Bool {
        let step = parser.parse(line)
        // A connection that authenticates one person carries nobody else's request.
        if case .head(let head) = step, ConnectionIdentity.isAskedFor(in: head.fields) { handle?.forbidReuse() }
        return attempt.receive(step, isTrailer: parser.isDone)
    }
}
