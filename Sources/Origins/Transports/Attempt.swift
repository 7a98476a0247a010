// Confined to the origin thread. Asks one origin once on behalf of one fetch: waits in the origin's queue, starts a transport,
// passes head and body on, ends. `AttemptState` decides what depends on phase and progress, `ResponseFilter` which responses
// are for the fetch.
// Invariants: it ends once; after that it calls nobody; an ended attempt is in no table, queue or libcurl handle.

import HTTPMessage
import NIOCore
import Runtime

/// One origin asked once.
final class Attempt {
    let id: UInt64
    let pool: OriginPool
    let isProbe: Bool
    let engine: Engine
    private(set) var requestTime: WallTime
    /// Its place among the origin's connections.
    private(set) var place = OriginPool.Place.none
    private var fetch: OriginFetch?
    private var state = AttemptState()
    private var transport: (any Transport)?
    /// The stage of an HTTP origin; nil for files.
    private var filter: ResponseFilter?
    private var isRepeated = false
    private var sentAt: Instant
    /// The error that it ends with when its transport has finished.
    private var refusal: OriginError?
    private var deadline = AttemptDeadline()

    init(id: UInt64, pool: OriginPool, engine: Engine, fetch: OriginFetch) {
        (self.id, self.pool, self.engine, self.fetch) = (id, pool, engine, fetch)
        isProbe = fetch.isProbe
        requestTime = engine.clock.now
        sentAt = engine.now
    }

    /// The request; nil once the fetch has let go of the attempt.
    var request: OriginRequest? { fetch?.request }

    /// What an error of the connection interrupts.
    var operation: String { state.operation }

    /// Whether it ends with an error, or continues, once its transport has finished: the response is not for the fetch.
    var hasRefused: Bool { refusal != nil || filter?.isPending == true }

    // MARK: Start

    /// Asks for a place among the origin's connections; may end at once.
    func begin() {
        place = pool.admit(self)
        switch place {
        case .taken: start()
        case .waiting:
            setDeadline(engine.now + pool.settings.queueTimeout)
            engine.wantRoom(at: pool)
        case .none: end(fault(.queueFull, "queue"))
        }
    }

    /// A place is free and reserved; it starts at the end of the turn, and may end before that.
    func reservePlace() {
        place = .taken
    }

    /// Starts after waiting; outside libcurl.
    func beginAfterWaiting() {
        guard state.phase == .queued else { return }
        deadline.clear()
        start()
    }

    private func start() {
        state.connect()
        guard let request else { return }
        switch pool.origin.kind {
        case .http(let service): start(request, service)
        case .file(let files):
            markSent()
            guard request.method == "GET" || request.method == "HEAD" else { return answer(405) }
            guard let target else { return answer(404) }
            run(FileTransport(self, files, request: FileRequest(request, target: target)))
        }
    }

    private func start(_ request: OriginRequest, _ service: HTTPService) {
        guard request.isSendable else { return end(fault(.badRequest, "send request")) }
        // larder signs only its own requests: a client has no right to change what is in a store.
        if service.store != nil, request.method != "GET", request.method != "HEAD" { return answer(405) }
        // A probe without a target of the origin is content with the root.
        let root = isProbe ? service.root : nil
        guard let target = target.flatMap({ service.target(for: $0) }) ?? root else { return answer(404) }
        if let body = request.body {
            body.attach { [mailbox = engine.mailbox, id] in mailbox.post(.upload(id)) }
        }
        let filter = ResponseFilter(service, maximumRedirects: pool.settings.maximumRedirects, target: target)
        self.filter = filter
        ask(filter.hop, service)
    }

    /// Sends the request to a server; outside libcurl.
    private func ask(_ hop: ResponseFilter.Hop, _ service: HTTPService) {
        guard let request else { return }
        guard let lines = RequestLines(request, pool.origin, base: hop.base, to: hop.peer) else {
            return end(fault(.badRequest, "send request"))
        }
        if hop.peer == .origin, service.isPlain, !request.isSingle, request.method == "GET" || request.method == "HEAD"
        {
            run(CleartextTransport(self, service, request, lines, target: hop.target, isFresh: isRepeated))
        } else {
            run(CurlTransport(self, request, lines, hop, isFresh: request.isSingle || isRepeated))
        }
    }

    private func run(_ transport: any Transport) {
        self.transport = transport
        transport.start()
    }

    /// Sends another request in place of the one that has ended.
    private func askAgain(_ hop: ResponseFilter.Hop) {
        guard case .http(let service) = pool.origin.kind else { return }
        stopTransport()
        state.connect()
        deadline.clear()
        ask(hop, service)
    }

    /// Sends the request once more on a new connection, if that has not been tried; outside libcurl.
    ///
    /// - Returns: Whether it does.
    func repeatRequest() -> Bool {
        guard !isRepeated, let filter else { return false }
        isRepeated = true
        askAgain(filter.hop)
        return true
    }

    /// The request's target at the origin; nil if the origin does not have such targets.
    ///
    /// The target of a probe is the origin's already.
    private var target: String? {
        guard let request else { return nil }
        return pool.origin.target(of: request) ?? (isProbe ? request.target : nil)
    }

    // MARK: From the transport, possibly inside libcurl

    /// There is a connection; the request goes out.
    func connected() {
        markSent()
        if let body = request?.body, body.length != 0 {
            state.send()
            setDeadline(.now + pool.settings.stallTimeout)
        } else {
            awaitHead()
        }
    }

    private func markSent() {
        requestTime = engine.clock.now
        sentAt = .now
    }

    /// The head is due from now on.
    func awaitHead() {
        state.awaitHead()
        setDeadline(engine.now + pool.settings.firstByteTimeout)
    }

    /// Takes what a line of the response has completed.
    ///
    /// - Parameter isTrailer: Whether the line belongs to the trailer section.
    /// - Returns: Whether the response may continue; if not, the transport ends with `finished`.
    func receive(_ step: ResponseHeadParser.Step, isTrailer: Bool) -> Bool {
        guard let fetch else { return false }
        switch step {
        case .more: break
        case .interim(let head): fetch.interim(self, head)
        case .head(let head): return receive(head, fetch)
        case .refused(let refused):
            refusal = fault(refused, isTrailer ? "receive trailers" : "receive head")
            return false
        }
        return true
    }

    private func receive(_ head: ReceivedHead, _ fetch: OriginFetch) -> Bool {
        switch filter?.judge(head, method: fetch.request.method) {
        case .keep: return true
        case .refused(let detail):
            refusal = fault(.redirect, "follow redirect", detail: detail)
            return false
        case .forward(let head): return received(head)
        case nil: return received(head)
        }
    }

    /// Takes the final head.
    ///
    /// - Returns: Whether its body may come.
    func received(_ head: ReceivedHead) -> Bool {
        guard let fetch else { return false }
        let length: Int64?
        switch RangeCheck.verdict(on: head, to: fetch.request) {
        case .sound(let sound): length = sound
        case .malformed(let detail):
            refusal = fault(.malformed, "receive head", detail: detail)
            return false
        }
        state.receiveBody(length: length)
        let now = Instant.now
        let answer = OriginPool.Answer(
            head: head,
            target: fetch.request.target,
            latency: now - sentAt,
            isProbe: isProbe,
            isOutdated: fetch.isOutdated(head, from: pool.origin)
        )
        engine.note(answer, of: pool, at: now)
        setDeadline(now + pool.settings.stallTimeout)
        fetch.answered(self, head)
        return true
    }

    /// Takes bytes of the body.
    func deliver(_ bytes: ByteBuffer) -> BodyFlow {
        if filter?.isPending == true { return filter?.hold(bytes) == true ? .proceed : .stop }
        guard let fetch, state.accepts(bytes.readableBytes) else { return .stop }
        guard fetch.deliver(bytes, from: self) else {
            state.pauseReceiving()
            return .refused
        }
        state.received(bytes.readableBytes)
        return .proceed
    }

    /// Watches for progress from now on.
    func watchStall() {
        state.watch()
        setDeadline(engine.now + pool.settings.stallTimeout)
    }

    /// Reads content to send.
    func read(upTo capacity: Int, copy: (ByteBuffer) -> Void) -> OriginRequestBody.Read {
        guard let body = request?.body else { return .end }
        let read = body.read(upTo: capacity, copy: copy)
        switch read {
        case .bytes(let count):
            state.sent(count)
            if state.sentBytes == body.length, state.phase == .sending { awaitHead() }
        case .end: if state.phase == .sending { awaitHead() }
        case .wait: state.pauseSending()
        case .failed: refusal = fault(.requestBody, "read request body")
        }
        return read
    }

    // MARK: The end, outside libcurl

    /// The transport has no more: the response is complete, was refused, or is an internal one.
    func finished(_ trailers: Fields) {
        guard !concludeEarly() else { return }
        fetch?.receiveTrailers(trailers, from: self)
        end(nil)
    }

    /// Ends with the refusal of the response, or continues after an internal response.
    ///
    /// - Returns: Whether it did either.
    func concludeEarly() -> Bool {
        if let refusal {
            end(refusal)
            return true
        }
        switch filter?.conclude(isOrigin: engine.lists.isOrigin) {
        case nil: return false
        case .denied(let detail): end(fault(.denied, "ask the object store", detail: detail))
        case .ask(let hop): askAgain(hop)
        }
        return true
    }

    /// Answers on behalf of the origin, which says nothing about the origin.
    private func answer(_ status: Int) {
        state.receiveBody(length: nil)
        fetch?.answered(self, ReceivedHead.refusal(status, at: engine.clock.now))
        end(nil)
    }

    /// Ends it without notice to the fetch, which has let go of it.
    func drop() {
        if state.phase == .awaitingHead { pool.noteLatency(.now - sentAt) }
        fetch = nil
        end(nil)
    }

    /// Ends it, complete if there is no error.
    func end(_ error: OriginError?) {
        let error = fetch == nil ? error : bodyFault(isComplete: error == nil) ?? error
        guard let hadResponse = state.end() else { return }
        deadline.clear()
        engine.forget(self)
        stopTransport()
        let former = place
        place = .none
        pool.ended(self, former, bytes: state.bytes, error: fetch == nil ? nil : error?.kind)
        if fetch == nil || hadResponse {
            if isProbe { engine.releaseProbe(of: pool) }
        } else if let error {
            engine.note(failedAttempt: error, of: pool, isProbe: isProbe)
        }
        let owner = fetch
        fetch = nil
        owner?.ended(self, error)
    }

    private func stopTransport() {
        let former = transport
        transport = nil
        former?.stop()
    }

    private func bodyFault(isComplete: Bool) -> OriginError? {
        switch state.bodyFault(isComplete: isComplete) {
        case nil: nil
        case .tooLong: fault(.malformed, "receive body", detail: "it is longer than its Content-Range")
        case .tooShort: fault(.truncated, "receive body", detail: "it is shorter than its Content-Range")
        }
    }

    /// An error of this attempt.
    func fault(_ kind: OriginError.Kind, _ operation: String, code: Int = 0, detail: String = "") -> OriginError {
        OriginError(kind: kind, operation: operation, subject: pool.settings.url.text, code: code, detail: detail)
    }

    /// A response that is refused.
    func fault(_ refusal: ResponseRefusal, _ operation: String) -> OriginError {
        fault(refusal.isTooLarge ? .tooLarge : .malformed, operation, detail: refusal.description)
    }

    // MARK: Flow and deadlines, outside libcurl

    /// Takes up the flow of the body again.
    func resume() {
        if state.resumeReceiving() { transport?.resume() }
    }

    /// Takes what another thread has sent.
    func handle(_ event: TransportEvent) {
        if case .contentReady = event, !state.resumeSending() { return }
        transport?.handle(event)
    }

    /// Whether the receiver refuses bytes, and whether the sender has no content at the moment.
    var pauses: (receiving: Bool, sending: Bool) { (state.isReceivingPaused, state.isSendingPaused) }

    /// Has its receiver take the rest of the body at once.
    ///
    /// - Returns: Whether it does; nil if there is no receiver any more.
    func takeAll() -> Bool? { fetch.map { $0.takeAll() } }

    /// Its receiver takes nothing for now.
    func noteHeldUp() {
        guard !state.hasEnded else { return }
        pool.beginHoldUp(of: id, at: engine.now)
        engine.wantRoom(at: pool)
    }

    /// Its receiver takes bytes again.
    func noteFlow() {
        pool.endHoldUp(of: id)
    }

    private func setDeadline(_ time: Instant) {
        if deadline.set(time) { engine.schedule(.attempt(id), at: time) }
    }

    /// A timer has fired; outside libcurl.
    func timerFired(_ time: Instant) {
        switch deadline.fired(time, at: engine.now) {
        case .nothing: break
        case .later(let moved): engine.schedule(.attempt(id), at: moved)
        case .due: expire()
        }
    }

    private func expire() {
        switch state.expire(stallTimeout: pool.settings.stallTimeout) {
        case .none: break
        case .watch: watchStall()
        case .fail(let kind, let operation): end(fault(kind, operation))
        }
    }
}

@available(*, unavailable)
extension Attempt: Sendable {}  // lives on the origin thread
