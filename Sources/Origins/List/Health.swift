// Value. Whether an origin is worth asking, learnt from the requests themselves (passive health). Pure: time is an
// argument. Closed: asked. Open: left alone until a time. Half-open: one request, the probe, finds out.

/// What is known of one origin's health.
struct Health: Equatable {
    /// Failures in a row after which an origin is left alone: few, so that an outage costs few requests a timeout.
    static let failuresToOpen = 5
    /// The first time left alone; each failed probe doubles it.
    static let firstBackOff: Duration = .seconds(1)
    /// The longest time left alone: how late an origin that is well again may be noticed.
    static let longestBackOff: Duration = .seconds(30)

    enum Permit: Equatable {
        case ask
        /// Ask, and tell what came of it or that nothing did: nobody else asks until then.
        case probe
        case skip
    }

    /// What a report changed, for the log.
    enum Change: Equatable {
        case none
        case opened(for: Duration)
        case closed
    }

    private enum State: Equatable {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant, backOff: Duration)
        case halfOpen(backOff: Duration)
    }

    private var state = State.closed(failures: 0)

    /// Whether it is left alone, or being probed.
    var isBackingOff: Bool {
        if case .closed = state { false } else { true }
    }

    /// Whether to ask it now; a probe is under way once this has answered `.probe`.
    mutating func permit(at now: ContinuousClock.Instant) -> Permit {
        switch state {
        case .closed: return .ask
        case .halfOpen: return .skip
        case .open(let until, let backOff):
            guard now >= until else { return .skip }
            state = .halfOpen(backOff: backOff)
            return .probe
        }
    }

    /// It answered, whatever it said.
    mutating func recordAnswer() -> Change {
        let wasBackingOff = isBackingOff
        state = .closed(failures: 0)
        return wasBackingOff ? .closed : .none
    }

    /// It could not be reached, or did not answer in time.
    mutating func recordFailure(at now: ContinuousClock.Instant) -> Change {
        switch state {
        case .closed(let failures) where failures + 1 < Self.failuresToOpen:
            state = .closed(failures: failures + 1)
            return .none
        case .closed:
            return open(for: Self.firstBackOff, at: now)
        case .halfOpen(let backOff):
            return open(for: min(backOff * 2, Self.longestBackOff), at: now)
        case .open:
            // Requests that were on their way when it opened, or asked it for want of another, tell nothing new.
            return .none
        }
    }

    /// The probe ended without telling anything: the next request probes.
    mutating func releaseProbe(at now: ContinuousClock.Instant) {
        guard case .halfOpen(let backOff) = state else { return }
        state = .open(until: now, backOff: backOff)
    }

    private mutating func open(for backOff: Duration, at now: ContinuousClock.Instant) -> Change {
        state = .open(until: now + backOff, backOff: backOff)
        return .opened(for: backOff)
    }
}
