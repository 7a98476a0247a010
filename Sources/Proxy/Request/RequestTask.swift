// Loop-confined. One request on the long way, from its look-up to its response's last byte: the shell that performs what
// `RequestState` decides. Looking up is in `Lookups`, asking the origins in `Forwarding`, the body in `BodySender`.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Store

final class RequestTask {
    let connection: ClientConnection
    let loop: LoopState
    let request: ClientRequest
    private(set) var state: RequestState
    /// The fields that the origins get of a fill; they select the variant.
    private(set) lazy var fillFields = loop.settings.fillFields(of: request)
    private var subscription: FillSubscription?
    private var interims: InterimRelay
    private var response: Responder
    private var upload: Upload?

    var isOver: Bool { state.isOver }

    /// Begins in the look-up; `epoch` is the store's before the request was looked up.
    init(_ request: borrowing IncomingRequest, epoch: UInt32, on connection: ClientConnection, isLogged: Bool = true) {
        self.connection = connection
        loop = connection.loopState
        self.request = ClientRequest(request, from: connection.peer)
        state = RequestState(self.request, epoch: epoch)
        interims = InterimRelay(request.head)
        response = Responder(isLogged && connection.loopState.log != nil ? request.detached.bytes : nil)
    }

    /// Resumes a hit of the short way whose volume is unreadable: the connection gives back what is not out by `takeBack`.
    convenience init(_ hit: UnsentHit, on connection: ClientConnection) {
        self.init(hit.request, epoch: connection.loopState.store.epoch, on: connection, isLogged: false)
        let stored = Stored(hit.stored)
        state.resumes(stored)
        response.resume(hit, stored, for: self)
    }

    // MARK: Events and actions

    /// Begins, with what the short way found where it looked.
    func start(found: Lookup?) {
        let head = request.head
        let limit = loop.settings.requestBody
        if case .length(let length) = head.framing, length > UInt64(limit) {
            return refuseBody(.longBody(limit: limit))
        }
        switch FinalRecipient.response(to: request, at: loop.clock.now) {
        case .refused(let refusal): return refuseBody(refusal)
        case .complete(let fields, let body):
            response.complete(fields, body, for: self)
            return sendBody()
        case nil: break
        }
        guard head.method != .other, head.framing == .none else { return perform(.pass(.method, isCounted: false)) }
        // Not by `report`, whose closure would copy what was found.
        perform(found.map { state.found($0, at: loop.clock.now) } ?? state.start())
    }

    /// Reports an event to the state, and performs what it decides.
    func report(_ event: (inout RequestState, WallTime) -> RequestAction) {
        perform(event(&state, loop.clock.now))
    }

    private func perform(_ action: RequestAction) {
        switch action {
        case .wait: break
        case .lookUp:
            leaveFill()
            Lookups.lookUp(for: self)
        case .find: Lookups.find(for: self)
        case .select(let candidates): Lookups.select(from: candidates, for: self)
        case .read(let candidate): Lookups.read(candidate, for: self)
        case .readSibling(let candidate): Lookups.readSibling(candidate, for: self)
        case .readPart(let stored, let response, let reason): Lookups.readPart(stored, response, reason, for: self)
        case .join(let purpose, let reason, let isCounted):
            leaveFill()
            Forwarding.join(purpose, reason, isCounted: isCounted, for: self)
        case .pass(let reason, let isCounted):
            leaveFill()
            Forwarding.pass(reason, isCounted: isCounted, for: self)
        case .serve(let answer): serve(answer)
        case .serveAndValidate(let answer):
            Forwarding.validateInBackground(answer.stored, for: self)
            serve(answer)
        case .relay(let head): relay(head)
        case .fail(let error): refuse(error)
        case .refuse(let refusal): refuse(refusal)
        }
    }

    /// The store is about to be looked up.
    func looks(at epoch: UInt32) { state.looks(at: epoch) }

    // MARK: The fill

    /// Leads, follows or passes: `progressed` is reported when the fill has news.
    func join(_ fill: Fill, _ purpose: Fill.Purpose, _ reason: ForwardReason, as role: RequestState.Role) {
        state.joins(purpose, reason, as: role)
        subscribe(to: fill, isLeader: role != .follower)
    }

    /// Reads a fill from now on.
    func subscribe(to fill: Fill, isLeader: Bool) {
        let bound = LoopBound(self, on: loop.loop)
        let reader = FillReader(on: loop.loop) { bound.value.fillChanged() }
        guard fill.join(reader) else { return report { state, _ in state.missedFill() } }
        subscription = FillSubscription(fill: fill, reader: reader)
        // What came before the reader was let in has woken nobody.
        if !isLeader { reader.wake() }
    }

    private func fillChanged() {
        guard let subscription else { return }
        subscription.reader.looked()
        guard !isOver else { return }
        if let body = response.body { return body.fillChanged(subscription) }
        interims.relay(subscription.fill, to: connection)
        report { state, now in
            state.progressed(subscription.fill, at: now, variantKey: variantKey, selects: selects)
        }
        connection.flushIfNeeded()
    }

    func leaveFill() {
        if let subscription { subscription.fill.leave(subscription.reader) }
        subscription = nil
        interims.restart()
    }

    /// The text that names the variant this request selects by some fields.
    func variantKey(_ names: [String]) -> String {
        request.route.variantKey(names, fillFields, target: request.ownTarget)
    }

    func selects(_ entry: CatalogEntry) -> Bool { Selection.selects(entry, in: loop.store, variantKey) }

    // MARK: The response

    private func serve(_ answer: StoredAnswer) {
        leaveFill()
        response.serve(answer, state.forward, for: self)
        sendBody()
    }

    private func relay(_ head: FillHead) {
        guard let forward = state.forward, let subscription else {
            preconditionFailure("only a request that has a fill relays its head")
        }
        response.relay(head, subscription, forward, for: self)
        sendBody()
    }

    /// No origin could answer, and nothing stored may stand in: 502, 503 or 504 with the reason (RFC 9209).
    private func refuse(_ error: OriginError) {
        loop.counters.add(.originErrors)
        refuse(Refusal(error))
    }

    /// Responds with a text of larder's own.
    /// - Parameter isForwarded: False where the origins are not asked after all.
    func refuse(_ refusal: Refusal, isForwarded: Bool = true) {
        leaveFill()
        response.refuse(refusal, isForwarded ? state.forward : nil, for: self)
        sendBody()
    }

    /// The head is written: the body follows, if there is one.
    private func sendBody() {
        state.responds()
        if let body = response.body { body.pump() } else { finish() }
    }

    /// The key where Cache-Status is to show it (RFC 9211 §2.7).
    var shownKey: String? { loop.settings.showsKey ? String(decoding: request.key, as: UTF8.self) : nil }

    /// How the connection goes on after the response.
    var persistence: HeadWriter.Persistence {
        // The response announces how the connection goes on, even if the rest of the request's body still arrives in time.
        if !isRequestRead { connection.makeLast() }
        return connection.persistence(after: request.head)
    }

    private var isRequestRead: Bool { upload?.isComplete ?? (request.head.framing == .none) }

    // MARK: The request's own body

    /// Whether bytes that arrive now belong to this request's body.
    var takesBody: Bool { upload.map { !$0.isComplete && !$0.isPaused } ?? false }

    /// Makes the upload of a pass; nil where the request has no body.
    func makeUpload() -> Upload? {
        guard request.head.framing != .none else { return nil }
        let bound = LoopBound(self, on: loop.loop)
        let events = loop.loop
        upload = Upload(request.head.framing, limit: loop.settings.requestBody) {
            events.execute {
                bound.value.upload?.isPaused = false
                bound.value.connection.wantsBody()
            }
        }
        return upload
    }

    /// Takes what has arrived of the body.
    func receiveBody(_ buffer: inout ByteBuffer) {
        guard let upload else { return }
        switch upload.receive(&buffer) {
        case .more, .complete: break
        case .tooLarge: refuseBody(.longBody(limit: loop.settings.requestBody))
        case .malformed: refuseBody(.malformedBody)
        }
    }

    private func refuseBody(_ refusal: Refusal) {
        if refusal.status == 413 { loop.counters.add(.limitRequestBody) }
        upload?.body.fail()
        connection.makeLast()
        guard !state.isResponding else { return breakOff() }
        refuse(refusal)
    }

    // MARK: The disk

    /// Has the disk pool do what may block, and continues here, unless the client has left meanwhile.
    /// - Parameters:
    ///   - length: Bytes that are read, about.
    ///   - isBounded: False for what a connection asks for once at a time.
    ///   - work: What is done on the pool.
    ///   - then: Gets the result, on the loop.
    ///   - late: Called when the read is late or the queue is full; returns true if the request continues without the read.
    func onDisk<Result: Sendable>(
        reading length: Int64 = 0,
        isBounded: Bool = true,
        _ work: @escaping @Sendable () -> Result,
        then: @escaping (Result) -> Void,
        late: @escaping () -> Bool
    ) {
        let isTaken = loop.onDisk(reading: length, isBounded: isBounded, work) { [self] in
            guard !isOver else { return true }
            let continues = late()
            if continues { connection.flushIfNeeded() }
            return continues
        } done: { [self] result in
            guard !isOver else { return }
            then(result)
            connection.flushIfNeeded()
        }
        if !isTaken, !late() { refuseForDisk() }
    }

    /// Too many requests wait for the disk, and the origins have been asked often enough.
    func refuseForDisk() {
        guard !state.isResponding else { return breakOff() }
        refuse(.disk)
    }

    /// Takes back what was written and cannot be sent from its volume.
    func takeBack(_ pieces: [Output.Piece]) {
        guard !isOver else { return }
        response.body?.takeBack(pieces)
    }

    // MARK: What the client does

    /// The client left; a fill that is being stored continues.
    func clientLeft() { conclude() }

    /// The client sends nothing more: a body that is not complete never will be.
    func clientSentAll() {
        guard let upload, !upload.isComplete else { return }
        upload.body.fail()
        connection.close()
    }

    /// The client can take more.
    func clientIsReady() { response.body?.pump() }

    /// Called about once a second.
    func check(_ now: Instant) {
        let waited = now - request.arrived
        // The origin may not know 100 (Continue).
        if waited > Self.continueDeadline, upload != nil { interims.letContinue(on: connection) }
        guard case .forwarding(let forward) = state.phase, forward.role == .follower, subscription != nil,
            waited > loop.settings.followerDeadline
        else { return }
        loop.counters.add(.followersLate)
        report { state, _ in state.waitedTooLong() }
    }

    /// An origin has this long to answer an expectation of 100 (Continue).
    private static let continueDeadline = Duration.milliseconds(1500)

    // MARK: The end

    /// The response is out; the connection goes on to the next request, if it may.
    func finish() {
        guard !isOver else { return }
        let isRequestRead = isRequestRead
        conclude()
        connection.finishExchange(keepAlive: request.head.keepAlive && isRequestRead)
    }

    /// The response cannot be completed: the client has to see that it is cut short.
    func breakOff() {
        guard !isOver else { return }
        conclude()
        connection.flushIfNeeded()
        if response.endsWithConnection { connection.reset() } else { connection.close() }
    }

    /// Lets go of everything, once.
    private func conclude() {
        guard !isOver else { return }
        state.ends()
        if let upload, !upload.isComplete { upload.body.fail() }
        // It holds the task.
        upload = nil
        leaveFill()
        response.end(request, in: loop)
    }
}

@available(*, unavailable)
extension RequestTask: Sendable {}
