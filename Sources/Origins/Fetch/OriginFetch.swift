// Confined to the origin thread. One request and its receiver: reports to `FetchState` what happens and performs what it decides.
//
// A response that a better one may replace is held while the next origin is asked: its body is read into memory up to a
// limit, so that its connection is free for the next request. Final responses are never buffered.
//
// Invariants: the receiver gets the calls that `OriginReceiver` promises. Attempts call it while libcurl calls back, so what
// enters an attempt again is put off with `engine.later`.

import HTTPMessage
import NIOCore
import Runtime

/// A request in progress.
final class OriginFetch {
    let id: UInt64
    /// Whether larder itself asks, to find out whether an origin has recovered.
    let isProbe: Bool
    /// The request; of an interrupted body, that for the rest.
    private(set) var request: OriginRequest
    private let receiver: any OriginReceiver
    private let engine: Engine
    private var state: FetchState

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
        self.isProbe = isProbe
        state = FetchState(order, method: request.method, isResumable: !request.isSingle && !isProbe)
    }

    /// The receiver, which is notified at the end of the turn after any call.
    private var notified: any OriginReceiver {
        engine.notifyAtEndOfTurn(receiver)
        return receiver
    }

    // MARK: From the engine, outside libcurl

    /// Asks the next origin, or gives the receiver the best response there is.
    func askNext() {
        perform(
            state.next(hasFallback: request.hasFallback) { origin in
                if isAvailable(origin) { return true }
                engine.pools[origin].counters.update { $0.skipped += 1 }
                return false
            } lastResort: { origin, mayInsist in
                let pool = engine.pools[origin]
                // It may have recovered by now. An origin that is only late costs no more than waiting; one that is down would
                // cost every request its timeouts.
                guard !pool.breaker.isClosed else { return true }
                return mayInsist && !pool.breaker.askedForPause && (pool.isOnlyLate || engine.spendRetry())
            }
        )
    }

    private func isAvailable(_ origin: Int) -> Bool {
        isProbe || request.isSingle || engine.pools[origin].breaker.isClosed
    }

    private func ask(_ origin: Int) {
        let attempt = engine.makeAttempt(at: origin, for: self)
        state.began(source(attempt))
        attempt.begin()
        guard state.mayHedge, !request.isSingle, let delay = attempt.pool.hedgeDelay else { return }
        let due = engine.now + delay
        state.hedgeDue = due
        engine.schedule(.hedge(id), at: due)
    }

    private func source(_ attempt: Attempt) -> FetchState.Source {
        let origin = attempt.pool.origin
        return FetchState.Source(
            attempt: attempt.id,
            origin: origin.index,
            isAuthoritative: origin.settings.isAuthoritative
        )
    }

    /// The origin is late: asks the next as well, if one is available and the budget allows.
    func hedge(_ due: Instant) {
        guard state.hedgeDue == due, let late = state.onlyAsking else { return }
        let counters = engine.pools[late.origin].counters
        guard engine.spendRetry() else { return counters.update { $0.hedgesRefused += 1 } }
        let action = state.hedge(isAvailable: isAvailable)
        if case .ask = action { counters.update { $0.hedges += 1 } }
        perform(action)
    }

    /// The circuit breaker of an origin has opened: a request that waits for it need not wait for its timeout.
    func hedgeAround(_ pool: OriginPool) {
        guard !isProbe, !request.isSingle, state.onlyAsking?.origin == pool.origin.index else { return }
        perform(state.hedge(isAvailable: isAvailable))
    }

    /// Lets bytes flow again.
    func resume() {
        guard state.resume() else { return }
        delivering?.noteFlow()
        flush()
        if state.wantsMore { delivering?.resume() }
    }

    /// Other requests wait for the connection: has the receiver take the rest at once.
    ///
    /// - Returns: Whether it does.
    func takeAll() -> Bool {
        guard state.isPaused, notified.takeAll() else { return false }
        resume()
        return true
    }

    /// Ends it on the sender's wish, or at shutdown.
    func cancel() {
        fail(OriginError(kind: .cancelled, operation: "transfer", subject: request.target))
    }

    // MARK: From an attempt

    /// An attempt has ended; complete if there is no error.
    func ended(_ attempt: Attempt, _ error: OriginError?) {
        let action = state.ended(
            attempt.id,
            error,
            silence: attempt.fault(.malformed, "receive head"),
            origins: { engine.lists.origins(of: request) }
        )
        if case .tooShort = action {
            return fail(attempt.fault(.truncated, "receive body", detail: "the rest is shorter than was told"))
        }
        perform(action)
    }

    /// An attempt has a head that is not its last.
    func interim(_ attempt: Attempt, _ head: ReceivedHead) {
        if state.forwardsInterim(of: attempt.id) { notified.receiveInterim(head.status, head.fields) }
    }

    /// An attempt has its final head.
    func answered(_ attempt: Attempt, _ head: ReceivedHead) {
        let isOutdated = isOutdated(head, from: attempt.pool.origin)
        let times = FetchState.Times(request: attempt.requestTime, response: engine.clock.now)
        perform(state.answered(attempt.id, head, isOutdated: isOutdated, times: times))
    }

    /// Whether a response is a copy older than the stored one, from an origin that is not authoritative.
    func isOutdated(_ head: ReceivedHead, from origin: ConfiguredOrigin) -> Bool {
        guard let newest = request.notOlderThan, head.status == 200, !origin.settings.isAuthoritative,
            let modified = head.fields.first("Last-Modified").flatMap({ HTTPDate.parse($0) })
        else { return false }
        return modified < newest
    }

    /// Bytes of an attempt's body have come.
    ///
    /// - Returns: Whether they were taken; the transport keeps them until `Attempt.resume` if not.
    func deliver(_ bytes: ByteBuffer, from attempt: Attempt) -> Bool {
        var bytes = bytes
        switch state.receive(&bytes, from: attempt.id) {
        case .refused: return false
        case .held: return true
        case .deliver:
            if bytes.readableBytes > 0, notified.receive(bytes) == .pause {
                state.pause()
                attempt.noteHeldUp()
            }
            return true
        }
    }

    /// An attempt has its trailer section; no more bytes of it follow.
    func receiveTrailers(_ fields: Fields, from attempt: Attempt) {
        state.receiveTrailers(fields, from: attempt.id)
    }

    // MARK: Actions

    private func perform(_ action: FetchState.Action) {
        switch action {
        case .none, .tooShort: break
        case .ask(let origin): ask(origin)
        case .askNext(let dropped):
            if let dropped { engine.later(.drop(dropped)) }
            engine.later(.askNext(self))
        case .drop(let attempt): engine.later(.drop(attempt))
        case .respond(let response): respond(response)
        case .resumed(let source, let others):
            for other in others { engine.later(.drop(other.attempt)) }
            engine.pools[source.origin].counters.update { $0.resumed += 1 }
        case .askForRest(let resumption):
            request = request.changing { $0 = resumption.fields(from: $0) }
            engine.later(.askNext(self))
        case .flush: flush()
        case .fail(let error):
            fail(error ?? engine.unavailable(state.tried.map(\.origin), target: request.target))
        }
    }

    private func respond(_ response: FetchState.Response) {
        if let replaced = response.replaced { engine.later(.drop(replaced.attempt)) }
        overtake(response.overtaken, by: response.source)
        notified.receive(
            OriginResponse(
                response.head,
                origin: response.source.origin,
                requestTime: response.times.request,
                responseTime: response.times.response,
                tried: state.tried,
                isDefinitive: response.isDefinitive
            )
        )
        guard response.wasHeld else { return }
        flush()
        if state.wantsMore { delivering?.resume() }
    }

    /// Ends the attempts that were too late.
    private func overtake(_ late: FetchState.Sources, by winner: FetchState.Source) {
        for source in late {
            let pool = engine.pools[source.origin]
            pool.counters.update { $0.overtaken += 1 }
            engine.later(.drop(source.attempt))
            // A hedge that began after the winner had less time: that says nothing about its origin.
            guard source.attempt < winner.attempt else { continue }
            engine.noteOvertaken(pool)
        }
    }

    /// The attempt whose body the receiver gets, while it is in progress.
    private var delivering: Attempt? {
        // Not by flatMap, whose optimized form Swift 6.3 cannot compile.
        guard let attempt = state.delivering else { return nil }
        return engine.attempt(attempt)
    }

    /// Gives the receiver what was held until it pauses, and finishes if that was all.
    private func flush() {
        while let bytes = state.nextBacklog() {
            if notified.receive(bytes) == .pause {
                state.pause()
                delivering?.noteHeldUp()
            }
        }
        guard let trailers = state.deliveredTrailers else { return }
        if !trailers.isEmpty { notified.receiveTrailers(trailers) }
        end()
        notified.finish()
    }

    private func fail(_ error: OriginError) {
        guard !state.hasEnded else { return }
        var error = error
        error.tried = state.tried
        error.retryAfter = engine.nextProbe(of: state.tried.map(\.origin))
        end()
        notified.fail(error)
    }

    private func end() {
        let (asking, other) = state.end()
        for source in asking { engine.attempt(source.attempt)?.drop() }
        if let other { engine.attempt(other.attempt)?.drop() }
        request.body?.abandon()
        engine.forget(self)
    }
}

@available(*, unavailable)
extension OriginFetch: Sendable {}  // lives on the origin thread
