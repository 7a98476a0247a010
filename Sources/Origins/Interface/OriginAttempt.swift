// Value. One line of "which origins were asked, and what came of it".

/// What came of asking one origin.
public struct OriginAttempt: Sendable, Equatable {
    /// How asking one origin ended.
    public enum Outcome: Sendable, Equatable {
        /// It answered with this status.
        case answered(Int)
        /// It gave no answer.
        case failed(OriginError.Kind)
        /// It was not asked: it has failed so often that it is backed off from for a while.
        case skipped
        /// Another origin answered before it.
        case overtaken
    }

    /// The origin's index in the list.
    public var origin: Int
    /// What came of it.
    public var outcome: Outcome

    /// Makes an attempt's record.
    public init(origin: Int, outcome: Outcome) {
        self.origin = origin
        self.outcome = outcome
    }
}
