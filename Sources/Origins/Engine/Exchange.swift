// Loop-confined (origin thread). One request and its receiver: asks origin after origin until one answers for good.
//
// An answer that is not final (429, 5xx; 404 and 410 from an origin that is not authoritative; a copy older than what
// is stored) is held while the next origin is asked: its body is read into memory up to `maximumHeld`, so that its
// connection is free for the next request, and is left in the connection beyond that. If nobody answers better it is
// delivered. Final answers are never buffered. What becomes of an answer is in Exchange+Delivering, how an interrupted
// one is resumed in Exchange+Resuming.
//
// Invariants: the receiver gets the calls `OriginReceiver` promises; at most two attempts are asking (the second is the
// hedge), one is held, one delivering, and an exchange that has ended has none.

import HTTPMessage
import NIOCore
import Runtime

/// A request in progress.
final class Exchange {
    /// The most bytes of a held answer's body kept in memory.
    static let maximumHeld = 256 * 1024

    /// An answer that another may better.
    struct Held {
        var attempt: Attempt
        var head: ReceivedHead
        var rank: AskingOrder.Rank
        var responseTime: WallTime
        var body: [ByteBuffer] = []
        var bytes: Int64 = 0
        var trailers = Fields()
        var isComplete = false
    }

    let id: UInt64
    /// What is asked; of an interrupted body the rest.
    var request: OriginRequest
    private let receiver: any OriginReceiver
    /// The receiver, which learns of the turn's end as well once it has been told anything.
    var told: any OriginReceiver {
        engine.tellOfEnd(receiver)
        return receiver
    }
    let engine: Engine
    /// Finds out for larder itself whether an origin that is left alone is well again.
    let isProbe: Bool
    var order: AskingOrder
    var tried: [OriginAttempt] = []
    private var lastError: OriginError?
    var asking: [Attempt] = []
    /// When the next origin is asked as well, if the one being asked has said nothing by then.
    private var hedgeDue: Instant?
    var held: Held?
    var delivering: Attempt?
    var resumption: Resumption?
    var resumes = 0
    /// Why the body under way was interrupted; told if nobody has the rest.
    var brokenOff: OriginError?
    /// Bytes of the delivering attempt that the receiver has had already.
    var bytesToSkip: Int64 = 0
    var backlog: ArraySlice<ByteBuffer> = []
    var trailers = Fields()
    var isComplete = false
    var isPaused = false
    private(set) var hasEnded = false

    init(
        id: UInt64,
        request: OriginRequest,
        receiver: any OriginReceiver,
        engine: Engine,
        order: AskingOrder,
        isProbe: Bool = false
    ) {
        self.id = id
        self.request = request
        self.receiver = receiver
        self.engine = engine
        self.order = order
        self.isProbe = isProbe
    }

    // MARK: From the engine, outside libcurl

    /// Asks the next origin, or gives the client what there is.
    func askNext() {
        guard !hasEnded, asking.isEmpty, delivering == nil else { return }
        let mayHaveLastResort = held == nil && !request.hasFallback
        let next = order.next { candidate in
            if isWorthAsking(candidate) { return true }
            engine.lanes[candidate].counters.update { $0.skipped += 1 }
            tried.append(OriginAttempt(origin: candidate, outcome: .skipped))
            return false
        } lastResort: { candidate in
            let lane = engine.lanes[candidate]
            // It may be well again by now. What is only late costs no more than waiting; what is down would cost every request
            // its timeouts.
            guard !lane.health.isWell else { return true }
            return mayHaveLastResort && !lane.health.askedForPause && (lane.isOnlyLate || engine.takeRetry())
        }
        guard let next else { return conclude() }
        ask(next)
    }

    private func isWorthAsking(_ candidate: Int) -> Bool {
        isProbe || request.isSingle || engine.lanes[candidate].health.isWell
    }

    private func ask(_ index: Int) {
        let attempt = engine.makeAttempt(at: index, for: self)
        asking.append(attempt)
        attempt.begin()
        guard !hasEnded, asking.count == 1, order.hasNext, !request.isSingle, resumption == nil,
            let delay = attempt.lane.hedgeDelay
        else { return }
        let due = engine.now + delay
        hedgeDue = due
        engine.schedule(.hedge(id), at: due)
    }

    /// The origin being asked is late: asks the next as well, if it is well and the budget allows.
    func hedge(_ due: Instant) {
        guard !hasEnded, hedgeDue == due, let late = asking.first, asking.count == 1, delivering == nil else { return }
        guard engine.takeRetry() else { return late.lane.counters.update { $0.hedgesRefused += 1 } }
        guard let next = order.next(isWell: { isWorthAsking($0) }) else { return }
        late.lane.counters.update { $0.hedges += 1 }
        ask(next)
    }

    /// The origin being asked is left alone from now on: what waits for it need not wait for its timeout.
    func askBeside(_ lane: Lane) {
        guard !hasEnded, !isProbe, !request.isSingle, delivering == nil, asking.count == 1, asking[0].lane === lane,
            let next = order.next(isWell: { isWorthAsking($0) })
        else { return }
        ask(next)
    }

    /// Lets bytes flow again.
    func resume() {
        guard !hasEnded, isPaused else { return }
        isPaused = false
        delivering?.noteFlow()
        flush()
        if !hasEnded, !isPaused, !isComplete { delivering?.resume() }
    }

    /// Others wait for the connection: has the receiver take the rest at once.
    ///
    /// - Returns: Whether it does.
    func takeAll() -> Bool {
        guard isPaused, told.takeAll() else { return false }
        resume()
        return true
    }

    /// Ends it on the sender's wish, or at shutdown.
    func cancel() {
        fail(OriginError(kind: .cancelled, operation: "transfer", subject: request.target))
    }

    /// An attempt has ended; complete when there is no error.
    func ended(_ attempt: Attempt, _ error: OriginError?) {
        guard !hasEnded else { return }
        if attempt === delivering {
            deliveringEnded(attempt, error)
        } else if attempt === held?.attempt {
            // An answer that broke off while it was held is no answer.
            if let error {
                lastError = error
                held = nil
            } else {
                held?.isComplete = true
            }
        } else if let place = asking.firstIndex(where: { $0 === attempt }) {
            let error = error ?? attempt.fault(.malformed, "receive head")
            asking.remove(at: place)
            lastError = error
            tried.append(OriginAttempt(origin: attempt.lane.origin.index, outcome: .failed(error.kind)))
            engine.later(.askNext(self))
        }
    }

    // MARK: From an attempt, inside libcurl: what enters it again is put off with `engine.later`

    /// An attempt has its head.
    func answered(_ attempt: Attempt, _ head: ReceivedHead) {
        guard !hasEnded, let place = asking.firstIndex(where: { $0 === attempt }) else { return }
        asking.remove(at: place)
        let origin = attempt.lane.origin
        if resumption != nil { return resume(with: attempt, head) }
        tried.append(OriginAttempt(origin: origin.index, outcome: .answered(head.status)))
        let rank = rank(of: head, from: origin)
        let isFinal = rank.isFinal(isAuthoritative: origin.settings.isAuthoritative)
        let isWorse = held.map { rank < $0.rank } ?? false
        guard isFinal || asking.isEmpty && !order.hasNext && !isWorse else {
            hold(attempt, head, rank, isWorse: isWorse)
            return
        }
        if let held { engine.later(.drop(held.attempt)) }
        held = nil
        overtake(by: attempt)
        delivering = attempt
        deliver(head, of: attempt, at: engine.clock.now)
    }

    /// What an answer is worth; a copy older than what is stored is not what was asked for, unless the authoritative
    /// origin says so.
    private func rank(of head: ReceivedHead, from origin: ConfiguredOrigin) -> AskingOrder.Rank {
        isOutdated(head, from: origin) ? .notHere : AskingOrder.rank(of: head.status)
    }

    private func hold(_ attempt: Attempt, _ head: ReceivedHead, _ rank: AskingOrder.Rank, isWorse: Bool) {
        if isWorse {
            engine.later(.drop(attempt))
        } else {
            if let held { engine.later(.drop(held.attempt)) }
            held = Held(attempt: attempt, head: head, rank: rank, responseTime: engine.clock.now)
        }
        if asking.isEmpty { engine.later(.askNext(self)) }
    }

    /// Whoever else is still being asked is too late.
    private func overtake(by winner: Attempt) {
        for late in asking {
            tried.append(OriginAttempt(origin: late.lane.origin.index, outcome: .overtaken))
            late.lane.counters.update { $0.overtaken += 1 }
            engine.later(.drop(late))
            // A hedge that was asked after the winner had less time than it: that tells nothing.
            guard late.id < winner.id else { continue }
            // One after the other too late is as good as down, long before the first timeout.
            late.lane.lastFailure = late.fault(
                .firstByteTimeout,
                "await response",
                detail: "another origin was quicker"
            )
            late.lane.isOnlyLate = true
            engine.note(late.lane.health.recordFailure(at: engine.now, chance: engine.chance()), of: late.lane)
        }
        asking = []
    }

    /// An attempt has a head that is not its last.
    func interim(_ attempt: Attempt, _ head: ReceivedHead) {
        guard !hasEnded, resumption == nil, asking.first === attempt else { return }
        told.receiveInterim(head.status, head.fields)
    }

    // MARK: The end

    /// No origin is left to ask: the best answer there was, or why there is none.
    private func conclude() {
        if let answer = held { return deliver(answer) }
        fail(brokenOff ?? lastError ?? engine.leftAlone(tried.map(\.origin), target: request.target))
    }

    func fail(_ error: OriginError) {
        guard !hasEnded else { return }
        var error = error
        error.tried = tried
        error.retryAfter = engine.nextProbe(of: tried.map(\.origin))
        end()
        told.fail(error)
    }

    func end() {
        hasEnded = true
        let (late, unused, used) = (asking, held?.attempt, delivering)
        (asking, held, delivering) = ([], nil, nil)
        backlog = []
        for attempt in late { attempt.drop() }
        unused?.drop()
        used?.drop()
        request.body?.abandon()
        engine.forget(self)
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}  // lives on the origin thread
