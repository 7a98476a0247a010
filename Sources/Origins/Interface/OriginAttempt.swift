// Value. One line of the record of which origins were asked, and with which result.

/// The result of asking one origin.
public struct OriginAttempt: Sendable, Equatable {
    /// How asking one origin ended.
    public enum Outcome: Sendable, Equatable {
        /// It responded with this status.
        case answered(Int)
        /// It sent no response.
        case failed(OriginError.Kind)
        /// It was not asked, because its circuit breaker is open.
        case skipped
        /// Another origin responded before it.
        case overtaken
    }

    /// The origin's index in the list.
    public var origin: Int
    /// The result.
    public var outcome: Outcome

    /// Makes an attempt's record.
    public init(origin: Int, outcome: Outcome) {
        self.origin = origin
        self.outcome = outcome
    }
}
