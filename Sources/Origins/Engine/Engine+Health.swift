// Confined to the origin thread. Maintains the origins' circuit breakers: reports changes, probes origins whose breaker
// is open, and sends configured checks.

import HTTPMessage
import NIOCore
import Runtime

extension Engine {
    /// A response's head has arrived.
    func note(_ answer: OriginPool.Answer, of pool: OriginPool, at now: Instant) {
        note(pool.answered(answer, at: now, wallTime: clock.now, chance: chance()), of: pool)
    }

    /// An attempt has failed before a head.
    func note(failedAttempt error: OriginError, of pool: OriginPool, isProbe: Bool) {
        switch error.kind {
        case .connectionRefused, .unreachable, .dnsFailure, .tlsFailure, .connectTimeout, .firstByteTimeout, .reset,
            .fileSystem:
            pool.noteFailure(error)
            let isPrompt = error.kind == .reset
            note(pool.breaker.recordFailure(at: now, isPrompt: isPrompt, chance: chance()), of: pool)
            note(failure: error, of: pool)
        case .stalled, .truncated, .heldUp, .malformed, .tooLarge, .cancelled, .queueFull, .queueTimeout, .requestBody,
            .badRequest, .badURL, .resources, .overloaded:
            if isProbe { releaseProbe(of: pool) }
        case .denied, .redirect, .unreadable:
            pool.tellOperator(error, at: now)
            // The origin responds; only a configured probe has to succeed.
            if isProbe, pool.settings.probe != nil {
                note(pool.breaker.recordFailure(at: now, chance: chance()), of: pool)
                note(failure: error, of: pool)
            } else {
                note(pool.breaker.recordAnswer(at: now), of: pool)
                pool.noteReached()
            }
        }
    }

    /// An origin was so late that another, asked after it, responded first: that counts as a failure, long before its
    /// timeout.
    func noteOvertaken(_ pool: OriginPool) {
        let error = OriginError(
            kind: .firstByteTimeout,
            operation: "await response",
            subject: pool.settings.url.text,
            detail: "another origin was quicker"
        )
        pool.noteFailure(error, isOnlyLate: true)
        note(pool.breaker.recordFailure(at: now, chance: chance()), of: pool)
    }

    /// Handles a possible change of an origin's circuit breaker.
    func note(_ change: CircuitBreaker.Change, of pool: OriginPool) {
        pool.report(change)
        guard case .opened = change else { return }
        scheduleProbe(of: pool)
        later(.hedgeAround(pool))
    }

    /// A probe gave no information: the next one comes as if it had failed.
    func releaseProbe(of pool: OriginPool) {
        pool.breaker.releaseProbe(at: now)
        scheduleProbe(of: pool)
    }

    private func scheduleProbe(of pool: OriginPool) {
        if let due = pool.breaker.probeDue { schedule(.probe(pool.origin.index), at: due) }
    }

    /// Sends an origin's configured probe, and repeats it after the interval.
    func check(_ pool: OriginPool) {
        guard let probe = pool.settings.probe else { return }
        schedule(.check(pool.origin.index), at: now + probe.interval)
        // An open circuit breaker has its own probes.
        if pool.breaker.isClosed { sendProbe(to: pool) }
    }

    /// Sends a request of larder's own to an origin.
    func sendProbe(to pool: OriginPool) {
        pool.counters.update { $0.probes += 1 }
        let target = pool.probeTarget
        begin(
            OriginFetch(
                id: makeProbeID(),
                request: OriginRequest(method: "HEAD", target: target, fields: Via.line(received: .http11)),
                receiver: ProbeReceiver(),
                engine: self,
                order: AskingOrder([pool.origin.index]),
                isProbe: true
            )
        )
    }

    /// The reason why no origin was asked: the circuit breaker of each is open.
    func unavailable(_ origins: [Int], target: String) -> OriginError {
        let failures = origins.compactMap { pools[$0].lastFailure }
        return failures.last ?? OriginError(kind: .unreachable, operation: "ask origins", subject: target)
    }

    /// The time until the first of some origins is probed; nil if no circuit breaker is open.
    func nextProbe(of origins: [Int]) -> Duration? {
        let times = origins.compactMap { index -> Duration? in
            let breaker = pools[index].breaker
            guard !breaker.isClosed else { return nil }
            return breaker.probeDue.map { max(.zero, $0 - now) } ?? .zero
        }
        return times.min()
    }
}

/// Ignores the response to a probe: only its head matters.
final class ProbeReceiver: OriginReceiver {
    func receive(_ response: OriginResponse) {}
    func receive(_ bytes: ByteBuffer) -> OriginFlow { .proceed }
    func finish() {}
    func fail(_ error: OriginError) {}
}
