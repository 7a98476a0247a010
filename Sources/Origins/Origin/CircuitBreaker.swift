// Value. The circuit breaker of one origin, driven by requests (passive health) and probes. Pure: time and chance are
// arguments. Closed: requests are sent. Open: none are sent until some time. Half-open: one probe decides; requests
// still skip the origin.

import Runtime

/// Decides whether requests are sent to an origin.
struct CircuitBreaker: Equatable {
    /// Failures in a row after which it opens: few, so that an outage makes few requests wait for a timeout.
    static let failuresToOpen = 5
    /// It also opens after this many failures among the last `recent` outcomes: half of them, in any order.
    static let failuresOfRecent = 10
    static let recent = 20
    /// An origin that responded within this time is there: a refusal or a broken transfer may concern only a few
    /// pictures.
    static let aliveFor: Duration = .seconds(1)
    /// How long it stays open at first, before a random reduction; each failed probe doubles it.
    static let firstBackOff: Duration = .milliseconds(500)
    /// How long it stays open at most: the delay until a recovered origin is noticed.
    static let longestBackOff: Duration = .seconds(8)
    /// The longest Retry-After that is respected: a mistake of an origin must not exclude it for hours.
    static let longestRetryAfter: Duration = .seconds(60)

    /// The change after a report, for the log.
    enum Change: Equatable {
        case none
        case opened(for: Duration)
        case closed
    }

    private enum State: Equatable {
        case closed(failures: Int)
        case open(until: Instant, backOff: Duration)
        case halfOpen(backOff: Duration)
    }

    private var state = State.closed(failures: 0)
    /// The last outcomes, one bit each, set for a failure.
    private var outcomes: UInt32 = 0
    private var lastAnswer: Instant?
    /// The origin itself asked for a pause (Retry-After): it gets no requests even as a last resort.
    private(set) var askedForPause = false

    /// Whether requests are sent to the origin.
    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// When the next probe is due; nil while it is closed or half-open.
    var probeDue: Instant? {
        if case .open(let until, _) = state { until } else { nil }
    }

    /// Begins the probe that is due.
    ///
    /// - Returns: Whether one is due.
    mutating func beginProbe(at now: Instant) -> Bool {
        guard case .open(let until, let backOff) = state, now >= until else { return false }
        state = .halfOpen(backOff: backOff)
        return true
    }

    /// The origin responded.
    mutating func recordAnswer(at now: Instant) -> Change {
        let wasClosed = isClosed
        lastAnswer = now
        outcomes = wasClosed ? outcomes << 1 : 0
        askedForPause = false
        state = .closed(failures: 0)
        return wasClosed ? .none : .closed
    }

    /// The origin could not be reached, did not respond in time, or responded that it is overloaded.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isPrompt: It did react: it broke off before its response, or said that it is overloaded. Such a failure
    ///     costs little time, so the breaker opens only if the origin has not responded for `aliveFor`.
    ///   - chance: Between 0 and 1; shortens the back-off to between half and all of it, so that the larders of a farm
    ///     do not probe in step.
    mutating func recordFailure(
        at now: Instant,
        isPrompt: Bool = false,
        chance: Double
    ) -> Change {
        switch state {
        case .closed(let failures):
            outcomes = outcomes << 1 | 1
            let mask = UInt32(1) << Self.recent - 1
            let isEnough =
                failures + 1 >= Self.failuresToOpen || (outcomes & mask).nonzeroBitCount >= Self.failuresOfRecent
            let isAlive = isPrompt && lastAnswer.map { now - $0 < Self.aliveFor } ?? false
            guard !isEnough || isAlive else { return open(for: Self.firstBackOff, at: now, chance) }
            state = .closed(failures: failures + 1)
            return .none
        case .halfOpen(let backOff):
            return open(for: min(backOff * 2, Self.longestBackOff), at: now, chance)
        case .open:
            // Requests that were on their way when it opened, or were sent as a last resort, give no new information.
            return .none
        }
    }

    /// The origin asks for a pause (RFC 9110 §10.2.3).
    mutating func pause(for time: Duration, at now: Instant) -> Change {
        let wasClosed = isClosed
        let time = min(time, Self.longestRetryAfter)
        askedForPause = true
        state = .open(until: now + time, backOff: Self.firstBackOff)
        return wasClosed ? .opened(for: time) : .none
    }

    /// The probe ended without a result: the next is due as if it had failed.
    mutating func releaseProbe(at now: Instant) {
        guard case .halfOpen(let backOff) = state else { return }
        state = .open(until: now + backOff, backOff: backOff)
    }

    private mutating func open(for backOff: Duration, at now: Instant, _ chance: Double) -> Change {
        precondition((0...1).contains(chance), "chance is between 0 and 1")
        let time = backOff * (0.5 + chance / 2)
        state = .open(until: now + time, backOff: backOff)
        return .opened(for: time)
    }
}
