// Loop-confined value. Begins a task's response: writes its head, makes the sender of its body, and notes its data for
// the access log. Its methods call nothing that may call the task back.

import HTTPCaching
import HTTPMessage
import NIOCore
import Runtime
import Store

struct Responder {
    /// Sends the body; nil until the response begins, and for responses that are written whole.
    private(set) var body: BodySender?
    /// The connection ends with the body: a body that is cut short must end in a reset.
    private(set) var endsWithConnection = false
    /// The request's head as received; nil if the request is not logged, or its line has been written already.
    private let received: ByteBuffer?
    /// 0 until the response begins.
    private var status = 0
    private var outcome = LogRecord.Outcome.none
    private var origin: Int?

    init(_ received: ByteBuffer?) { self.received = received }

    // MARK: Beginning

    /// Serves a stored response.
    mutating func serve(_ answer: StoredAnswer, _ forward: RequestState.Forward?, for task: RequestTask) {
        outcome = answer.outcome
        switch answer.outcome {
        case .hit: task.loop.counters.add(answer.stored.isInMemory ? .hitsMemory : .hitsDisk)
        case .stale: task.loop.counters.add(.hitsStale)
        default: break
        }
        begin(ResponseParts(answer, forward, shownKey: task.shownKey, at: task.loop.clock.now), for: task)
    }

    /// Relays the response of a fill or a pass.
    mutating func relay(
        _ head: FillHead,
        _ subscription: FillSubscription,
        _ forward: RequestState.Forward,
        for task: RequestTask
    ) {
        outcome =
            switch forward.role {
            case .leader: .miss
            case .follower: .follower
            case .pass: .pass
            }
        origin = head.origin
        let (facts, now) = (task.request.facts, task.loop.clock.now)
        begin(ResponseParts(head, subscription, forward, facts, shownKey: task.shownKey, at: now), for: task)
    }

    private mutating func begin(_ parts: consuming ResponseParts, for task: RequestTask) {
        let prepared = PreparedResponse(parts, for: task.request, task.persistence, scratch: &task.loop.scratch)
        if prepared.shape == .notModified { task.loop.counters.add(.notModified) }
        status = prepared.status
        endsWithConnection = prepared.endsWithConnection
        if endsWithConnection { task.connection.makeLast() }
        task.connection.write(prepared.head)
        let rest = BodyRest(parts.fields, length: parts.length, entry: parts.entry)
        body = BodySender(task, prepared.body, from: parts.source, rest: rest, isChunked: prepared.isChunked)
    }

    /// Sends a refusal of larder's own.
    mutating func refuse(_ refusal: Refusal, _ forward: RequestState.Forward?, for task: RequestTask) {
        status = refusal.status
        if status >= 500 { outcome = .error }
        var cacheStatus = CacheStatus(
            outcome: forward.map { .forward($0.reason) } ?? .none,
            isCollapsed: forward?.role == .follower,
            detail: refusal.detail
        )
        cacheStatus.key = task.shownKey
        task.connection.write(
            OwnResponse.bytes(
                refusal.status,
                refusal.text,
                more: refusal.fields,
                cacheStatus: cacheStatus,
                persistence: task.persistence,
                hasBody: task.request.head.method != .head,
                at: task.loop.clock.now
            )
        )
    }

    /// Sends a 200 of larder's own.
    mutating func complete(_ fields: Fields, _ body: ByteBuffer, for task: RequestTask) {
        status = 200
        var bytes = ByteBuffer(head: 200, fields: fields)
        HeadWriter.writeTail(
            into: &bytes,
            by: &task.loop.scratch,
            framing: .length(Int64(body.readableBytes)),
            age: nil,
            status: nil,
            persistence: task.persistence
        )
        bytes.writeImmutableBuffer(body)
        task.connection.write(bytes)
    }

    /// Resumes a hit of the short way whose head was sent.
    mutating func resume(_ hit: UnsentHit, _ stored: Stored, for task: RequestTask) {
        status = hit.status
        body = BodySender(
            task,
            BodyPlan(),
            from: .volume(hit.stored.volume, offset: hit.stored.bodyOffset),
            rest: BodyRest(stored.fields, length: stored.bodyLength, entry: stored.entry),
            isChunked: false
        )
    }

    // MARK: The end

    /// Releases the body, whose fill would retain the task, and writes the line of the access log.
    ///
    /// A client that left before the response began is logged as 499.
    mutating func end(_ request: ClientRequest, in loop: LoopState) {
        let bytesSent = body?.bytesSent ?? 0
        body = nil
        guard let received, loop.log != nil else { return }
        LogRecord(request.head, received, peer: request.peer, began: request.arrived)
            .write(
                to: loop,
                status: status == 0 ? 499 : status,
                bytes: bytesSent,
                cacheStatus: outcome,
                origin: origin
            )
    }
}
