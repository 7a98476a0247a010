// Loop-confined (origin thread). Asking one origin once on behalf of one exchange; subclasses know how.
// Waits in its lane's queue, starts, gets a head, then a body, ends. Invariants: it ends once; after that it calls
// nobody; an ended attempt is in no table, queue or libcurl handle.

import HTTPMessage
import NIOCore
import Runtime

/// One origin asked once.
class Attempt {
    enum Phase {
        case queued
        case connecting
        /// The request's content is on its way.
        case sending
        case awaitingHead
        case body
        case ended
    }

    let id: UInt64
    let lane: Lane
    let isProbe: Bool
    let engine: Engine
    private(set) var exchange: Exchange?
    private(set) var phase = Phase.queued
    private(set) var requestTime: WallTime
    private var sentAt: Instant
    private var bytes: UInt64 = 0
    /// The bytes that the body has by its Content-Range; nil where only its framing tells.
    private var bodyLength: Int64?
    /// More came than that.
    private var isBodyTooLong = false
    /// What it has of its lane; the lane sets it.
    var place = Lane.Place.none
    private var stall = Stall()
    /// When `expire` is called, unless it is moved.
    var deadline: Instant?
    /// The deadline the engine's timers know.
    var scheduled: Instant?

    init(id: UInt64, lane: Lane, isProbe: Bool, engine: Engine, exchange: Exchange) {
        self.id = id
        self.lane = lane
        self.isProbe = isProbe
        self.engine = engine
        self.exchange = exchange
        requestTime = engine.clock.now
        sentAt = engine.now
    }

    // MARK: For subclasses to do

    /// A place among the origin's connections is free: begin.
    func start() {
        preconditionFailure("each kind of origin starts in its own way")
    }

    /// Take up the flow of the body again; not called after the end.
    func resume() {
        preconditionFailure("each kind of origin resumes in its own way")
    }

    /// Give back what is held, if it ever started; the attempt has ended.
    func stop() {}

    // MARK: Life

    /// Asks for a place among the origin's connections; may end at once.
    func begin() {
        place = lane.admit(self)
        switch place {
        case .taken:
            enter(.connecting)
            start()
        case .waiting:
            engine.setDeadline(engine.now + lane.settings.queueTimeout, of: self)
            engine.wantRoom(at: lane)
        case .none:
            end(fault(.queueFull, "queue"))
        }
    }

    /// Its turn has come after waiting; outside libcurl.
    func beginAfterWaiting() {
        guard phase == .queued else { return }
        deadline = nil
        enter(.connecting)
        start()
    }

    /// Ends it without a word to the exchange, which has let go of it.
    func drop() {
        if phase == .awaitingHead { lane.noteLatency(.now - sentAt) }
        exchange = nil
        end(nil)
    }

    /// Ends it, complete when there is no error; outside libcurl only.
    func end(_ error: OriginError?) {
        guard phase != .ended else { return }
        let error = faultOfBody(error) ?? error
        let hadHead = phase == .body
        phase = .ended
        deadline = nil
        engine.forget(self)
        stop()
        lane.ended(self, bytes: bytes, error: exchange == nil ? nil : error?.kind)
        if exchange == nil || hadHead {
            if isProbe { engine.releaseProbe(of: lane) }
        } else if let error {
            report(error)
        }
        exchange?.ended(self, error)
        exchange = nil
    }

    /// A fault of this attempt.
    func fault(_ kind: OriginError.Kind, _ operation: String, code: Int = 0, detail: String = "") -> OriginError {
        OriginError(kind: kind, operation: operation, subject: lane.settings.url.text, code: code, detail: detail)
    }

    /// A response that is refused.
    func fault(_ refusal: ResponseRefusal, _ operation: String) -> OriginError {
        fault(refusal.isTooLarge ? .tooLarge : .malformed, operation, detail: refusal.description)
    }

    func enter(_ phase: Phase) {
        self.phase = phase
    }

    // MARK: Steps

    /// The request goes out now (again, if libcurl had to take another connection).
    func markSent() {
        requestTime = engine.clock.now
        sentAt = .now
    }

    /// From now on the head is due.
    func awaitHead() {
        enter(.awaitingHead)
        engine.setDeadline(engine.now + lane.settings.firstByteTimeout, of: self)
    }

    /// Why a final head is no answer to its request; notes how long its body has to be.
    ///
    /// - Parameter head: A head that has not been received yet.
    /// - Returns: The fault to end with in its place; nil where it is sound.
    func refusal(of head: ReceivedHead) -> OriginError? {
        guard head.status == 206 || head.status == 416, let request = exchange?.request else { return nil }
        let sent = request.fields.combined("Range")
        switch RangeCheck.verdict(on: head, sent: sent, wanted: request.wantedRange) {
        case .malformed(let detail): return fault(.malformed, "receive head", detail: detail)
        case .sound(let length):
            bodyLength = request.method == "HEAD" ? nil : length
            return nil
        }
    }

    /// What is wrong with the body that has ended, or was ended since it is too long.
    private func faultOfBody(_ error: OriginError?) -> OriginError? {
        guard phase == .body, exchange != nil, let bodyLength else { return nil }
        if isBodyTooLong { return fault(.malformed, "receive body", detail: "it is longer than its Content-Range") }
        guard error == nil, bytes < UInt64(bodyLength) else { return nil }
        return fault(.truncated, "receive body", detail: "it is shorter than its Content-Range")
    }

    /// The final head is here; inside libcurl.
    func received(_ head: ReceivedHead) {
        enter(.body)
        let now = Instant.now
        if let exchange {
            let answer = Lane.Answer(
                head: head,
                target: exchange.request.target,
                latency: now - sentAt,
                isProbe: isProbe,
                isOutdated: exchange.isOutdated(head, from: lane.origin)
            )
            engine.note(lane.answered(answer, at: now, wallTime: engine.clock.now, chance: engine.chance()), of: lane)
        }
        watchStall(from: now)
        exchange?.answered(self, head)
    }

    /// What is asked for, as the origin knows it; nil where it is none of its own.
    ///
    /// What a probe asks for need not begin as clients' requests do.
    var target: String? {
        guard let request = exchange?.request else { return nil }
        return lane.origin.target(of: request) ?? (isProbe ? request.target : nil)
    }

    /// Answers for the origin without asking it, which tells nothing about the origin.
    func answer(_ status: Int) {
        enter(.body)
        exchange?.answered(self, ReceivedHead.refusal(status, at: engine.clock.now))
        end(nil)
    }

    /// Whether bytes are wanted now; nil when the attempt has been let go of.
    func accepts(_ count: Int) -> OriginFlow? {
        guard let exchange, phase != .ended else { return nil }
        if let bodyLength, Int64(bytes) + Int64(count) > bodyLength {
            isBodyTooLong = true
            return nil
        }
        return exchange.accepts(count, from: self) ? .proceed : .pause
    }

    /// Passes bytes on.
    func take(_ buffer: ByteBuffer) {
        bytes += UInt64(buffer.readableBytes)
        stall.count(buffer.readableBytes)
        exchange?.take(buffer, from: self)
    }

    /// Bytes went up.
    func countSent(_ count: Int) {
        stall.count(count)
    }

    /// Looks for progress from now on.
    func watchStall(from now: Instant) {
        stall = Stall()
        engine.setDeadline(now + lane.settings.stallTimeout, of: self)
    }

    /// Whether its slowness is not the origin's: the receiver, or the sender of content, makes it wait.
    var isHeldUp: Bool { false }

    /// Its receiver takes nothing for now.
    func noteHeldUp() {
        guard phase != .ended else { return }
        lane.heldUp.begin(id, at: engine.now)
        lane.countHeldUp()
        engine.wantRoom(at: lane)
    }

    /// Its receiver takes bytes again.
    func noteFlow() {
        lane.heldUp.end(id)
        lane.countHeldUp()
    }

    /// There is no judging this window: it was held up for a part of it.
    func excuseStall() {
        stall.isExcused = true
    }

    /// The deadline has come; outside libcurl.
    func expire() {
        switch phase {
        case .queued: end(fault(.queueTimeout, "wait for a connection"))
        case .connecting: end(fault(.connectTimeout, "connect"))
        case .awaitingHead: end(fault(.firstByteTimeout, "await response"))
        case .sending, .body:
            if isHeldUp || stall.isExcused || stall.isEnough(for: lane.settings.stallTimeout) {
                watchStall(from: engine.now)
            } else {
                end(fault(.stalled, phase == .sending ? "send body" : "receive body"))
            }
        case .ended: break
        }
    }

    /// Tells the origin's health of a failure before a head.
    private func report(_ error: OriginError) {
        switch error.kind {
        case .connectionRefused, .unreachable, .dnsFailure, .tlsFailure, .connectTimeout, .firstByteTimeout, .reset,
            .fileSystem:
            lane.lastFailure = error
            let isPrompt = error.kind == .reset
            let change = lane.health.recordFailure(at: engine.now, isPrompt: isPrompt, chance: engine.chance())
            engine.note(change, of: lane)
            engine.note(failure: error, of: lane)
        case .stalled, .truncated, .heldUp, .malformed, .tooLarge, .cancelled, .queueFull, .queueTimeout, .requestBody,
            .badRequest, .badURL, .resources, .overloaded:
            if isProbe { engine.releaseProbe(of: lane) }
        case .denied, .redirect, .unreadable:
            lane.tellOperator(error, at: engine.now)
            // It answers; only a probe that is configured has to succeed.
            let mustSucceed = isProbe && lane.settings.probe != nil
            let change =
                mustSucceed
                ? lane.health.recordFailure(at: engine.now, chance: engine.chance())
                : lane.health.recordAnswer(at: engine.now)
            engine.note(change, of: lane)
            if mustSucceed {
                engine.note(failure: error, of: lane)
            } else {
                lane.noteReached()
            }
        }
    }
}

@available(*, unavailable)
extension Attempt: Sendable {}  // lives on the origin thread
