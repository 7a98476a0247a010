// Loop-confined (origin thread). One request to one HTTP origin through libcurl.
// Pausing: when bytes are not wanted the write callback refuses them, and libcurl keeps them until `resume`; when there
// is no content to send the read callback pauses until the body's `wake`.

import CCurl
import HTTPMessage
import NIOCore

/// An HTTP origin asked once.
final class HTTPAttempt: Attempt {
    private let base: String
    private let prefix: String
    private var handle: EasyHandle?
    private var parser = HeadParser()
    private var refusal: OriginError?
    private var isReceivingPaused = false
    private var isSendingPaused = false
    private var sent: Int64 = 0

    init(
        id: UInt64,
        lane: Lane,
        isProbe: Bool,
        engine: Engine,
        exchange: Exchange,
        base: String,
        prefix: String
    ) {
        self.base = base
        self.prefix = prefix
        super.init(id: id, lane: lane, isProbe: isProbe, engine: engine, exchange: exchange)
    }

    override func start() {
        guard let request = exchange?.request else { return }
        guard Self.isSendable(request), let lines = RequestLines(request, lane.settings) else {
            return end(fault(.badRequest, "send request"))
        }
        guard let handle = lane.idle.popLast() ?? EasyHandle(lane.origin, base: base) else {
            return end(fault(.resources, "make transfer"))
        }
        parser = HeadParser(isAskedAgain: request.expectsContinue && request.body != nil)
        handle.prepare(request, lines: lines, target: prefix + request.target)
        handle.attempt = self
        self.handle = handle
        if let body = request.body {
            body.attach { [mailbox = engine.mailbox, id] in mailbox.post(.upload(id)) }
        }
        guard engine.multi.add(handle) else {
            handle.attempt = nil
            self.handle = nil
            return end(fault(.resources, "start transfer"))
        }
    }

    override func stop() {
        guard let handle else { return }
        self.handle = nil
        handle.attempt = nil
        engine.multi.remove(handle)
        // Other methods leave options behind; their handles are not used again.
        if handle.isReusable { lane.idle.append(handle) }
    }

    override func resume() {
        guard isReceivingPaused, let handle else { return }
        isReceivingPaused = false
        excuseStall()
        handle.pause(receiving: false, sending: isSendingPaused)
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
        guard code != CURLE_OK else {
            guard parser.isDone else { return end(fault(.reset, "receive head", detail: "it breaks off")) }
            exchange?.trailers(self, parser.trailers)
            return end(nil)
        }
        guard let handle else { return }
        let message = handle.lastMessage
        let systemError = handle.systemError
        let kind = Curl.kind(code, systemError: systemError, message: message, hasHead: parser.isDone)
        let operation =
            switch phase {
            case .queued, .connecting, .ended: "connect"
            case .sending: "send request"
            case .awaitingHead: "receive head"
            case .body: "receive body"
            }
        end(fault(kind, operation, code: Int(code.rawValue), detail: message))
    }

    // MARK: Inside libcurl

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
        case .head(let head):
            received(head)
            return true
        case .interim(let head):
            exchange?.interim(self, head)
            return true
        case .refused(let kind, let detail):
            refusal = fault(kind, parser.isDone ? "receive trailers" : "receive head", detail: detail)
            return false
        }
    }

    override func accepts(_ count: Int) -> OriginFlow? {
        let flow = super.accepts(count)
        if flow == .pause {
            isReceivingPaused = true
            excuseStall()
        }
        return flow
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
            && request.target.hasPrefix("/") && request.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
