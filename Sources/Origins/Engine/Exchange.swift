// Loop-confined (origin thread). One request and its receiver: asks origin after origin until one answers for good.
//
// An answer that is not final (5xx; 404 and 410 from an origin that is not authoritative) is held while the next origin
// is asked: its body is read into memory up to `maximumHeld`, so that its connection is free for the next request, and
// is left in the connection beyond that. If nobody answers any more it is delivered; a later answer replaces it.
// Final answers are never buffered.
//
// Invariants: the receiver gets the calls `OriginReceiver` promises; at most one attempt is asking, one held, one
// delivering, and an exchange that has ended has none.

import HTTPMessage
import NIOCore

/// A request in progress.
final class Exchange {
    /// The most bytes of a held answer's body kept in memory.
    static let maximumHeld = 256 * 1024

    private struct Held {
        var attempt: Attempt
        var head: OriginHead
        var responseTime: WallTime
        var body = CircularBuffer<ByteBuffer>()
        var bytes = 0
        var trailers = Fields()
        var isComplete = false
    }

    let id: UInt64
    let request: OriginRequest
    private let receiver: any OriginReceiver
    private unowned let engine: Engine
    private var order: AskingOrder
    private var tried: [OriginAttempt] = []
    private var lastError: OriginError?
    private var asking: Attempt?
    private var held: Held?
    private var delivering: Attempt?
    private var backlog = CircularBuffer<ByteBuffer>()
    private var trailers = Fields()
    private var isComplete = false
    private var isPaused = false
    private var hasEnded = false

    init(id: UInt64, request: OriginRequest, receiver: any OriginReceiver, engine: Engine, order: AskingOrder) {
        self.id = id
        self.request = request
        self.receiver = receiver
        self.engine = engine
        self.order = order
    }

    // MARK: From the engine, outside libcurl

    /// Asks the next origin, or gives the client what there is.
    func askNext() {
        guard !hasEnded, asking == nil, delivering == nil else { return }
        var isProbe = false
        let next = order.next(hasAnswer: held != nil) { candidate in
            let permit = engine.lanes[candidate].health.permit(at: engine.now)
            if permit == .skip, !request.isSingle {
                engine.lanes[candidate].counters.update { $0.skipped += 1 }
                tried.append(OriginAttempt(origin: candidate, outcome: .skipped))
                return false
            }
            isProbe = permit == .probe
            return true
        }
        guard let next else { return conclude() }
        let attempt = engine.makeAttempt(at: next, for: self, isProbe: isProbe)
        asking = attempt
        attempt.begin()
    }

    /// Lets bytes flow again.
    func resume() {
        guard !hasEnded, isPaused else { return }
        isPaused = false
        flush()
        if !hasEnded, !isPaused, !isComplete { delivering?.resume() }
    }

    /// Ends it on the sender's wish, or at shutdown.
    func cancel() {
        fail(OriginError(kind: .cancelled, operation: "transfer", subject: request.target))
    }

    /// An attempt has ended; complete when there is no error.
    func ended(_ attempt: Attempt, _ error: OriginError?) {
        guard !hasEnded else { return }
        if attempt === delivering {
            if let error { return fail(error) }
            isComplete = true
            flush()
        } else if attempt === held?.attempt {
            // An answer that broke off while it was held is no answer.
            if let error {
                lastError = error
                held = nil
            } else {
                held?.isComplete = true
            }
        } else if attempt === asking {
            let error = error ?? attempt.fault(.malformed, "receive head")
            asking = nil
            lastError = error
            tried.append(OriginAttempt(origin: attempt.lane.origin.index, outcome: .failed(error.kind)))
            engine.later(.askNext(self))
        }
    }

    // MARK: From an attempt, inside libcurl: what enters it again is put off with `engine.later`

    /// An attempt has its head.
    func answered(_ attempt: Attempt, _ head: OriginHead) {
        guard !hasEnded, attempt === asking else { return }
        asking = nil
        let origin = attempt.lane.origin
        tried.append(OriginAttempt(origin: origin.index, outcome: .answered(head.status)))
        if let held { engine.later(.drop(held.attempt)) }
        held = nil
        let isAuthoritative = origin.settings.isAuthoritative
        if !order.hasNext || AskingOrder.isFinal(status: head.status, isAuthoritative: isAuthoritative) {
            delivering = attempt
            deliver(head, of: attempt, at: engine.wallTime())
        } else {
            held = Held(attempt: attempt, head: head, responseTime: engine.wallTime())
            engine.later(.askNext(self))
        }
    }

    /// An attempt has a head that is not its last.
    func interim(_ attempt: Attempt, _ head: OriginHead) {
        guard !hasEnded, attempt === asking else { return }
        receiver.receiveInterim(head.status, head.fields)
    }

    /// An attempt has its trailer section; no more bytes follow.
    func trailers(_ attempt: Attempt, _ fields: Fields) {
        if attempt === delivering { trailers = fields } else if attempt === held?.attempt { held?.trailers = fields }
    }

    /// Whether bytes of an attempt have a place to go.
    func accepts(_ count: Int, from attempt: Attempt) -> Bool {
        if attempt === delivering { return !isPaused && backlog.isEmpty }
        guard let held, attempt === held.attempt else { return false }
        return held.bytes + count <= Self.maximumHeld
    }

    /// Takes bytes that were accepted.
    func take(_ bytes: ByteBuffer, from attempt: Attempt) {
        guard !hasEnded else { return }
        if attempt === delivering {
            if receiver.receive(bytes) == .pause { isPaused = true }
        } else if attempt === held?.attempt {
            held?.bytes += bytes.readableBytes
            held?.body.append(bytes)
        }
    }

    // MARK: Delivering

    private func conclude() {
        guard let answer = held else {
            return fail(
                lastError ?? OriginError(kind: .unreachable, operation: "ask origins", subject: request.target)
            )
        }
        held = nil
        delivering = answer.attempt
        isComplete = answer.isComplete
        backlog = answer.body
        trailers = answer.trailers
        deliver(answer.head, of: answer.attempt, at: answer.responseTime)
        flush()
        if !hasEnded, !isPaused, !isComplete { delivering?.resume() }
    }

    private func deliver(_ head: OriginHead, of attempt: Attempt, at time: WallTime) {
        receiver.receive(
            OriginResponse(
                status: head.status,
                reason: head.reason,
                fields: head.fields,
                origin: attempt.lane.origin.index,
                contentLength: head.contentLength,
                requestTime: attempt.requestTime,
                responseTime: time,
                tried: tried
            )
        )
    }

    private func flush() {
        while !isPaused, let bytes = backlog.popFirst() {
            if receiver.receive(bytes) == .pause { isPaused = true }
        }
        guard isComplete, backlog.isEmpty else { return }
        if !trailers.lines.isEmpty { receiver.receiveTrailers(trailers) }
        end()
        receiver.finish()
    }

    private func fail(_ error: OriginError) {
        guard !hasEnded else { return }
        var error = error
        error.tried = tried
        end()
        receiver.fail(error)
    }

    private func end() {
        hasEnded = true
        let attempts = [asking, held?.attempt, delivering]
        (asking, held, delivering) = (nil, nil, nil)
        backlog.removeAll()
        for attempt in attempts { attempt?.drop() }
        request.body?.abandon()
        engine.forget(self)
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}  // lives on the origin thread
