// Value. Whether an origin can be reached, as far as known without a request that needs it. Pure: time and chance are
// arguments. It is for the operator: only `CircuitBreaker` decides about requests, so a failed look makes no request
// worse.

import Runtime

/// The knowledge about the way to one origin.
struct Reach {
    /// The first time until the next look, before a random reduction; each failure doubles it.
    static let firstPause = CircuitBreaker.firstBackOff
    /// The longest time until the next look, and thus the delay until a recovered origin is noticed.
    static let longestPause = CircuitBreaker.longestBackOff

    /// The change after a report, for the log.
    enum Change: Equatable {
        case none
        case lost
        case found
    }

    /// Why it cannot be reached; nil while it can, or if nothing is known.
    private(set) var failure: OriginError?
    private var wasReached = false
    private var pause = Reach.firstPause

    /// It was connected to, or it responded.
    mutating func recordSuccess() -> Change {
        wasReached = true
        guard failure != nil else { return .none }
        failure = nil
        pause = Self.firstPause
        return .found
    }

    /// A look, a request or a probe failed.
    ///
    /// One failure is enough for an origin that was never reached, and for a name that does not resolve. Other failures
    /// of an origin that was reached before are for `CircuitBreaker` to judge.
    mutating func recordFailure(_ error: OriginError) -> Change {
        guard failure != nil || !wasReached || error.isOfName else { return .none }
        defer { failure = error }
        return failure == nil ? .lost : .none
    }

    /// The time from a failure to the next look.
    ///
    /// - Parameter chance: Between 0 and 1; shortens it to between half and all of it, so that a farm does not look in
    ///   step.
    /// - Returns: The time; each is twice the one before.
    mutating func nextPause(chance: Double) -> Duration {
        precondition((0...1).contains(chance), "chance is between 0 and 1")
        defer { pause = min(pause * 2, Self.longestPause) }
        return pause * (0.5 + chance / 2)
    }
}
