// Confined to the origin thread. One origin as the engine sees it: its places for requests, its queue, its idle
// connections, its circuit breaker, and what its responses say about it. Invariants: `inProgress` never exceeds
// `maximumConnections`; the queue never exceeds `maximumQueued`.

import HTTPMessage
import Logging
import NIOCore
import Runtime

/// One origin's connections, queue and circuit breaker.
final class OriginPool {
    /// An attempt's place in the pool.
    enum Place {
        case none
        case waiting
        case taken
    }

    let origin: ConfiguredOrigin
    var breaker = CircuitBreaker()
    /// The transfers whose receivers take no bytes now.
    private(set) var heldUp = HeldUp()
    private var idle = IdleConnections()
    /// The engine makes room at the end of this turn.
    var isRoomDue = false
    /// The engine's timers have an entry for making more room.
    var isRoomTimed = false
    /// Whether it can be reached, for the operator.
    var reach = Reach()
    /// The look that is under way.
    var look: Look?
    /// The engine's timers have an entry for the next look.
    var isLookDue = false
    /// Why its circuit breaker is open, if it is.
    private(set) var lastFailure: OriginError?
    /// It responds, but later than another origin that was asked after it.
    private(set) var isOnlyLate = false
    private var latency = LatencyWindow()
    private var lag = Lag()
    /// The last target that it had.
    private var knownTarget = "/"
    private let logger: Logger
    private var toldOperator: Instant?
    private var waiting = CircularBuffer<Attempt>()
    private var inProgress = 0

    var settings: OriginSettings { origin.settings }
    var counters: OriginCounters { origin.counters }

    init(_ origin: ConfiguredOrigin, logger: Logger) {
        self.origin = origin
        self.logger = logger
    }

    /// The number of requests that wait for a place.
    var waitingCount: Int { waiting.count }

    /// Gives an attempt a place, in progress or in the queue; none if both are full.
    func admit(_ attempt: Attempt) -> Place {
        counters.update { $0.requests += 1 }
        // A probe must not wait: all places may be held up.
        if inProgress < settings.maximumConnections || attempt.isProbe {
            inProgress += 1
            counters.update { $0.inProgress = inProgress }
            return .taken
        }
        guard waiting.count < settings.maximumQueued else { return .none }
        waiting.append(attempt)
        counters.update { $0.queued = waiting.count }
        return .waiting
    }

    /// Takes back the place of an attempt that has ended, and gives it to the next one in the queue.
    func ended(_ attempt: Attempt, _ place: Place, bytes: UInt64, error: OriginError.Kind?) {
        switch place {
        case .none: break
        case .waiting: waiting.removeAll { $0 === attempt }
        case .taken:
            inProgress -= 1
            startNext(attempt.engine)
        }
        heldUp.end(attempt.id)
        counters.update { figures in
            figures.inProgress = inProgress
            figures.queued = waiting.count
            figures.heldUp = heldUp.count
            figures.bytes += bytes
            if let error { figures.errors[error, default: 0] += 1 }
        }
    }

    private func startNext(_ engine: Engine) {
        guard let next = waiting.popFirst() else { return }
        inProgress += 1
        next.reservePlace()
        engine.later(.start(next))
    }

    /// The receiver of an attempt takes no bytes from now on.
    func beginHoldUp(of attempt: UInt64, at now: Instant) {
        heldUp.begin(attempt, at: now)
        counters.update { $0.heldUp = heldUp.count }
    }

    /// It takes bytes again.
    func endHoldUp(of attempt: UInt64) {
        heldUp.end(attempt)
        counters.update { $0.heldUp = heldUp.count }
    }

    // MARK: Its idle connections

    func takeConnection(at now: Instant) -> CleartextConnection? { idle.takeConnection(at: now) }
    func takeConnector() -> EasyHandle? { idle.takeConnector() }
    func takeHandle() -> EasyHandle? { idle.takeHandle() }
    func keep(_ connection: CleartextConnection) { idle.keep(connection) }
    func keep(_ handle: EasyHandle) { idle.keep(handle) }
    func drop(_ connection: CleartextConnection) { idle.drop(connection) }
    func closeIdle() { idle.close() }

    // MARK: Responses

    /// A response's head, and the request that it belongs to.
    struct Answer {
        let head: ReceivedHead
        let target: String
        let latency: Duration
        let isProbe: Bool
        /// It is older than the stored response.
        let isOutdated: Bool
    }

    /// When to ask the next origin too, counted from the request to this one; nil for never.
    var hedgeDelay: Duration? {
        switch settings.hedge {
        case .never: nil
        case .after(let delay): delay
        case .percentile95: latency.percentile95
        }
    }

    /// Notes how late a response's first byte was, or would have been at the least; does nothing without a hedge that
    /// depends on it.
    func noteLatency(_ time: Duration) {
        if settings.hedge == .percentile95 { latency.record(time) }
    }

    /// The target of probes: the configured one, or one that it had before.
    var probeTarget: String { settings.probe?.path ?? knownTarget }

    /// Counts a response, and updates the circuit breaker.
    func answered(
        _ answer: Answer,
        at now: Instant,
        wallTime: WallTime,
        chance: Double
    ) -> CircuitBreaker.Change {
        let status = answer.head.status
        counters.answered(status, after: answer.latency)
        if !answer.isProbe {
            noteLatency(answer.latency)
            measureLag(answer, at: now)
        }
        guard isTrouble(answer) else {
            if status < 400, !answer.isProbe { knownTarget = answer.target }
            noteFailure(nil)
            noteReached()
            return breaker.recordAnswer(at: now)
        }
        let retryAfter = RetryAfter.duration(of: answer.head, at: wallTime)
        let failure = OriginError(
            kind: .overloaded,
            operation: "answer",
            subject: settings.url.text,
            detail: "status \(status)" + (retryAfter.map { ", Retry-After \($0.milliseconds / 1000) s" } ?? "")
        )
        noteFailure(failure)
        // It responded; only a configured probe has to succeed.
        if mustSucceed(answer) { report(reach.recordFailure(failure)) } else { noteReached() }
        if let retryAfter { return breaker.pause(for: retryAfter, at: now) }
        return breaker.recordFailure(at: now, isPrompt: true, chance: chance)
    }

    /// Whether a response says that the origin is overloaded; a 500 may concern one picture only.
    ///
    /// A configured probe has to succeed.
    private func isTrouble(_ answer: Answer) -> Bool {
        if mustSucceed(answer) { return !(200..<400).contains(answer.head.status) }
        return [429, 502, 503, 504].contains(answer.head.status)
    }

    private func mustSucceed(_ answer: Answer) -> Bool { answer.isProbe && settings.probe != nil }

    /// Notes what its last response or failure says about it.
    ///
    /// - Parameter isOnlyLate: Whether it responds, but too late.
    func noteFailure(_ error: OriginError?, isOnlyLate: Bool = false) {
        (lastFailure, self.isOnlyLate) = (error, isOnlyLate)
    }

    private func measureLag(_ answer: Answer, at now: Instant) {
        if answer.isOutdated || AskingOrder.rank(of: answer.head.status) == .notHere {
            lag.miss(answer.target, at: now)
        } else if answer.head.status == 200, let time = lag.hit(answer.target, at: now) {
            counters.update { $0.lag.record(time) }
        }
    }

    /// Reports a change of the circuit breaker.
    func report(_ change: CircuitBreaker.Change) {
        counters.update { $0.isBackingOff = !breaker.isClosed }
        if change != .none { publishFailure() }
        switch change {
        case .none: return
        case .opened(let backOff):
            logger.warning(
                "Origin keeps failing; its circuit breaker is open",
                metadata: [
                    "origin.url": "\(settings.url)", "back_off.seconds": "\((backOff.seconds * 1000).rounded() / 1000)",
                    "origin.error": "\(lastFailure.map { "\($0)" } ?? "")",
                ]
            )
        case .closed:
            logger.notice("Origin responds again", metadata: ["origin.url": "\(settings.url)"])
        }
    }

    /// It was connected to, or it responded.
    func noteReached() {
        let change = reach.recordSuccess()
        if change != .none { report(change) }
    }

    /// Reports that it cannot be reached, and why, or that it can be reached again.
    func report(_ change: Reach.Change) {
        switch change {
        case .none: break
        case .lost:
            logger.warning(
                "Origin cannot be reached",
                metadata: ["origin.url": "\(settings.url)", "origin.error": "\(reach.failure.map { "\($0)" } ?? "")"]
            )
        case .found: logger.notice("Origin can be reached again", metadata: ["origin.url": "\(settings.url)"])
        }
        publishFailure()
    }

    /// Publishes its failure for other threads.
    private func publishFailure() {
        let failure = reach.failure ?? (breaker.isClosed ? nil : lastFailure)
        counters.update { $0.failure = failure }
    }

    /// Reports, once a minute, a refusal that only the operator can fix: every request may cause one.
    func tellOperator(_ error: OriginError, at now: Instant) {
        guard toldOperator.map({ now - $0 >= .seconds(60) }) ?? true else { return }
        toldOperator = now
        logger.warning("Origin responds differently from its configuration", metadata: ["origin.error": "\(error)"])
    }
}

@available(*, unavailable)
extension OriginPool: Sendable {}  // lives on the origin thread
