// Confined to the origin thread. Asks one origin once on behalf of one fetch: waits in the origin's queue, sends, passes head and
// body on, ends. `AttemptPlan` decides how the origin is asked, `AttemptRequests` has what is sent and over which transport;
// `AttemptState` decides what depends on phase and progress.
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
    private(set) var state = AttemptState()
    private var requests = AttemptRequests()
    private var sentAt: Instant
    private var timer: AttemptTimer

    init(id: UInt64, pool: OriginPool, engine: Engine, fetch: OriginFetch) {
        (self.id, self.pool, self.engine, self.fetch) = (id, pool, engine, fetch)
        isProbe = fetch.isProbe
        requestTime = engine.clock.now
        sentAt = engine.now
        timer = AttemptTimer(id, engine)
    }

    /// The request; nil once the fetch has let go of the attempt.
    var request: OriginRequest? { fetch?.request }

    /// Whether it ends with an error, or continues, once its transport has finished: the response is not for the fetch.
    var hasRefused: Bool { requests.hasRefused }

    // MARK: Start

    /// Asks for a place among the origin's connections; may end at once.
    func begin() {
        place = pool.admit(self)
        switch place {
        case .taken: start()
        case .waiting:
            timer.set(engine.now + pool.settings.queueTimeout)
            engine.wantRoom(at: pool)
        case .none: end(fault(.queueFull, "queue"))
        }
    }

    /// A place is free and reserved; it starts at the end of the turn, and may end before that.
    func reservePlace() { place = .taken }

    /// Starts after waiting; outside libcurl.
    func beginAfterWaiting() {
        guard state.phase == .queued else { return }
        timer.clear()
        start()
    }

    private func start() {
        state.connect()
        guard let request else { return }
        if case .file = pool.origin.kind { markSent() }
        switch AttemptPlan(request, to: pool.origin, isProbe: isProbe) {
        case .file(let files, let fileRequest):
            requests.begin(files, fileRequest, for: self)
            requests.transport?.start()
        case .http(let service, let target):
            if let body = request.body {
                body.attach { [mailbox = engine.mailbox, id] in mailbox.post(.upload(id)) }
            }
            requests.begin(service, target: target, maximumRedirects: pool.settings.maximumRedirects)
            ask()
        case .answer(let status): answer(status)
        case .badRequest: end(fault(.badRequest, "send request"))
        }
    }

    /// Sends the present request to a server; outside libcurl.
    private func ask() {
        guard let request else { return }
        guard let transport = requests.makeTransport(request, for: self) else {
            return end(fault(.badRequest, "send request"))
        }
        transport.start()
    }

    /// Sends another request in place of the one that has ended.
    private func askAgain() {
        requests.takeTransport()?.stop()
        state.connect()
        timer.clear()
        ask()
    }

    /// Sends the request once more on a new connection, outside libcurl; false if that has been tried.
    func repeatRequest() -> Bool {
        guard requests.repeatOnce() else { return false }
        askAgain()
        return true
    }

    // MARK: From the transport, possibly inside libcurl

    /// There is a connection; the request goes out.
    func connected() {
        markSent()
        if let body = request?.body, body.length != 0 {
            state.send()
            timer.set(.now + pool.settings.stallTimeout)
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
        timer.set(engine.now + pool.settings.firstByteTimeout)
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
            return requests.refuse(fault(refused, isTrailer ? "receive trailers" : "receive head"))
        }
        return true
    }

    private func receive(_ head: ReceivedHead, _ fetch: OriginFetch) -> Bool {
        switch requests.judge(head, method: fetch.request.method) {
        case .keep: return true
        case .refused(let detail): return requests.refuse(fault(.redirect, "follow redirect", detail: detail))
        case .forward(let head): return received(head)
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
        case .malformed(let detail): return requests.refuse(fault(.malformed, "receive head", detail: detail))
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
        timer.set(now + pool.settings.stallTimeout)
        fetch.answered(self, head)
        return true
    }

    /// Takes bytes of the body.
    func deliver(_ bytes: ByteBuffer) -> BodyFlow {
        if requests.isPending { return requests.hold(bytes) ? .proceed : .stop }
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
        timer.set(engine.now + pool.settings.stallTimeout)
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
        case .failed: _ = requests.refuse(fault(.requestBody, "read request body"))
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
        switch requests.conclude(isOrigin: engine.lists.isOrigin) {
        case nil: return false
        case .refused(let error): end(error)
        case .denied(let detail): end(fault(.denied, "ask the object store", detail: detail))
        case .ask: askAgain()
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
        let error = fetch == nil ? error : state.bodyFault(isComplete: error == nil).map { fault($0) } ?? error
        guard let hadResponse = state.end() else { return }
        timer.clear()
        engine.forget(self)
        requests.takeTransport()?.stop()
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

    // MARK: Flow and deadlines, outside libcurl

    /// Takes up the flow of the body again.
    func resume() {
        if state.resumeReceiving() { requests.transport?.resume() }
    }

    /// Takes what another thread has sent.
    func handle(_ event: TransportEvent) {
        if case .contentReady = event, !state.resumeSending() { return }
        requests.transport?.handle(event)
    }

    /// Has its receiver take the rest of the body at once.
    ///
    /// - Returns: Whether it does; nil if there is no receiver any more.
    func takeAll() -> Bool? { fetch.map { $0.takeAll() } }

    /// A timer has fired; outside libcurl.
    func timerFired(_ time: Instant) {
        guard timer.fired(time) else { return }
        switch state.expire(stallTimeout: pool.settings.stallTimeout) {
        case .none: break
        case .watch: watchStall()
        case .fail(let kind, let operation): end(fault(kind, operation))
        }
    }
}

@available(*, unavailable)
extension Attempt: Sendable {}  // lives on the origin thread
