// Loop-confined (origin thread). One request to one HTTP origin: through libcurl, or over a connection of our own
// (HTTPAttempt+Plain).
// Pausing: when bytes are not wanted the write callback refuses them, and libcurl keeps them until `resume`; when there
// is no content to send the read callback pauses until the body's `wake`.

import CCurl
import HTTPMessage
import NIOCore
import Runtime

/// An HTTP origin asked once.
final class HTTPAttempt: Attempt {
    let service: HTTPService
    private var handle: EasyHandle?
    /// The connection it has instead of a handle.
    var connection: PlainConnection?
    /// The request as it goes out there.
    var plainHead: [UInt8] = []
    let parser = ResponseHeadParser()
    private var refusal: OriginError?
    private var isReceivingPaused = false
    private var isSendingPaused = false
    private var sent: Int64 = 0
    /// What the answer under way is for, if not for the exchange.
    var aside: Aside?
    /// The redirects followed so far.
    var redirects = 0
    /// Whether one of them led to another server.
    var hasLeft = false
    /// What is being asked for.
    private(set) var asked: (base: String, target: String) = ("", "")
    private var peer = EasyHandle.Peer.origin
    /// Whether it is asked again since a connection that others have used too has ended.
    var isRepeated = false

    /// Whether the connection is one person's from now on (`ConnectionIdentity`): it is closed after the response.
    private(set) var isBound = false

    /// Whether the final head was read.
    var hasHead: Bool { parser.isDone }

    init(id: UInt64, lane: Lane, isProbe: Bool, engine: Engine, exchange: Exchange, service: HTTPService) {
        self.service = service
        super.init(id: id, lane: lane, isProbe: isProbe, engine: engine, exchange: exchange)
    }

    override func start() {
        guard let request = exchange?.request else { return }
        guard Self.isSendable(request) else { return end(fault(.badRequest, "send request")) }
        // What larder signs it asks for itself: a client has no right to change what is in a store.
        if service.store != nil, request.method != "GET", request.method != "HEAD" { return answer(405) }
        // Where there is no picture to ask for, a probe is content with the store's bucket.
        let root = isProbe ? service.root : nil
        guard let target = target.flatMap({ service.target(for: $0) }) ?? root else { return answer(404) }
        if let body = request.body {
            body.attach { [mailbox = engine.mailbox, id] in mailbox.post(.upload(id)) }
        }
        ask(service.base, target, of: .origin)
    }

    /// Sends the request to a server; outside libcurl.
    func ask(_ base: String, _ target: String, of peer: EasyHandle.Peer) {
        guard let request = exchange?.request else { return }
        guard let lines = RequestLines(request, lane.origin, base: base, to: peer) else {
            return end(fault(.badRequest, "send request"))
        }
        asked = (base, target)
        self.peer = peer
        isBound = lines.carriesIdentity
        parser.begin(
            isAskedAgain: request.expectsContinue && request.body != nil,
            allowsHTTP2: lane.settings.allowsHTTP2
        )
        if isPlain(request, of: peer) { return askPlainly(request, lines, target: target) }
        let idle = peer == .origin ? lane.idle.popLast() : nil
        guard let handle = idle ?? EasyHandle(lane.origin, base: base, peer: peer) else {
            return end(fault(.resources, "make transfer"))
        }
        handle.prepare(request, lines: lines, target: target, isFresh: request.isSingle || isRepeated)
        add(handle)
    }

    /// Has libcurl begin.
    func add(_ handle: EasyHandle) {
        handle.attempt = self
        self.handle = handle
        guard engine.multi.add(handle) else {
            handle.attempt = nil
            self.handle = nil
            return end(fault(.resources, "start transfer"))
        }
    }

    override func stop() {
        release()
    }

    /// Gives handle and connection back.
    func release() {
        if let connection {
            self.connection = nil
            if connection.release() { lane.keep(connection) }
        }
        guard let handle else { return }
        self.handle = nil
        handle.attempt = nil
        engine.multi.remove(handle)
        // Other methods leave options behind; their handles are not used again.
        guard handle.isReusable else { return }
        if handle.onlyConnects { lane.idleConnector = handle } else { lane.idle.append(handle) }
    }

    override func resume() {
        guard isReceivingPaused else { return }
        isReceivingPaused = false
        excuseStall()
        connection?.resume()
        handle?.pause(receiving: false, sending: isSendingPaused)
    }

    /// Content has come in; outside libcurl.
    func resumeSending() {
        guard isSendingPaused, let handle else { return }
        isSendingPaused = false
        excuseStall()
        handle.pause(receiving: isReceivingPaused, sending: false)
    }

    override var isHeldUp: Bool { isReceivingPaused || isSendingPaused && phase == .sending }

    /// libcurl is done with it; outside libcurl.
    func transferEnded(_ code: CURLcode) {
        if let refusal { return end(refusal) }
        if let aside { return conclude(aside) }
        if code == CURLE_OK, let handle, handle.onlyConnects { return hasConnected(handle) }
        guard code != CURLE_OK else {
            guard parser.isDone else { return end(fault(.reset, "receive head", detail: "it breaks off")) }
            exchange?.trailers(self, parser.trailers)
            return end(nil)
        }
        guard let handle else { return }
        let message = handle.lastMessage
        let systemError = handle.systemError
        if handle.hasRefusedAddress {
            return end(fault(.redirect, "follow redirect", detail: "\(asked.base) has no public address"))
        }
        let kind = Curl.kind(code, systemError: systemError, message: message, hasHead: parser.isDone)
        if kind == .reset, mayRepeat(handle) {
            isRepeated = true
            return askAgain(asked.base, asked.target, of: peer)
        }
        let operation =
            switch phase {
            case .queued, .connecting, .ended: "connect"
            case .sending: "send request"
            case .awaitingHead: "receive head"
            case .body: "receive body"
            }
        end(fault(kind, operation, code: Int(code.rawValue), detail: message))
    }

    /// Whether the request may be sent once more, on a connection of its own.
    ///
    /// A server that ends a connection of HTTP/2 says which requests it has not looked at (GOAWAY, RFC 9113 §6.8);
    /// libcurl 7.88 fails them. With HTTP/1.1 it sends them again itself.
    private func mayRepeat(_ handle: EasyHandle) -> Bool {
        guard lane.settings.allowsHTTP2, !isRepeated, !parser.isDone, let request = exchange?.request else {
            return false
        }
        return (request.method == "GET" || request.method == "HEAD") && !request.isSingle && handle.hasReused
    }

    /// Sends another request in the place of the one that has ended.
    func askAgain(_ base: String, _ target: String, of peer: EasyHandle.Peer) {
        release()
        enter(.connecting)
        deadline = nil
        ask(base, target, of: peer)
    }

    // MARK: Inside libcurl, or what a connection of our own has received

    /// There is a connection; the request goes out.
    func connected() {
        markSent()
        if let body = exchange?.request.body, body.length != 0 {
            enter(.sending)
            watchStall(from: .now)
        } else {
            awaitHead()
        }
    }

    /// Takes a line of a head, or of a trailer section.
    ///
    /// - Returns: Whether to go on.
    func take(line: RawSpan) -> Bool {
        guard exchange != nil else { return false }
        switch parser.take(line) {
        case .more: return true
        case .head(let head): return take(head)
        case .interim(let head):
            exchange?.interim(self, head)
            return true
        case .refused(let refused):
            refusal = fault(refused, parser.isDone ? "receive trailers" : "receive head")
            return false
        }
    }

    private func take(_ head: ReceivedHead) -> Bool {
        if ConnectionIdentity.isAskedFor(in: head.fields) {
            isBound = true
            handle?.forbidReuse()
        }
        switch verdict(on: head) {
        case .answer(let head):
            if let refusal = refusal(of: head) {
                self.refusal = refusal
                return false
            }
            received(head)
        case .aside(let aside): self.aside = aside
        case .refused(let detail):
            refusal = fault(.redirect, "follow redirect", detail: detail)
            return false
        }
        return true
    }

    override func accepts(_ count: Int) -> OriginFlow? {
        if aside != nil { return acceptsAside(count) }
        let flow = super.accepts(count)
        if flow == .pause {
            isReceivingPaused = true
            excuseStall()
        }
        return flow
    }

    override func take(_ buffer: ByteBuffer) {
        if aside != nil { takeAside(buffer) } else { super.take(buffer) }
    }

    /// Reads content to send.
    func read(upTo capacity: Int, copy: (ByteBuffer) -> Void) -> OriginRequestBody.Read {
        guard let body = exchange?.request.body else { return .end }
        let read = body.read(upTo: capacity, copy: copy)
        switch read {
        case .bytes(let count):
            sent += Int64(count)
            countSent(count)
            if sent == body.length, phase == .sending { awaitHead() }
        case .end:
            if phase == .sending { awaitHead() }
        case .wait:
            isSendingPaused = true
            excuseStall()
        case .failed:
            refusal = fault(.requestBody, "read request body")
        }
        return read
    }

    /// Whether method and target are what they must be: libcurl does not look.
    private static func isSendable(_ request: OriginRequest) -> Bool {
        FieldList.isToken(request.method)
            && request.target.utf8.first == UInt8(ascii: "/") && isVisible(request.target)
    }

    private static func isVisible(_ text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where bytes[index] <= 0x20 || bytes[index] >= 0x7F { return false }
        return true
    }
}
