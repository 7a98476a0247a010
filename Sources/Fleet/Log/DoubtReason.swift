// Value. Why a node doubts all it has stored: the log cannot tell it what was purged.

package enum DoubtReason: String, CaseIterable, Hashable, Sendable {
    /// The store is empty and begins at the log's end. What was fetched before that end was read may be older than a purge
    /// before it, so it is doubted as well; it is no doubt that people need to hear of.
    case newStore = "new_store"
    /// The store is not empty and has no position.
    case noPosition = "no_position"
    /// The cluster or the identity is another one.
    case otherLog = "other_log"
    /// The log is shorter than what was applied: restored, or its counter was lost.
    case shorterLog = "shorter_log"
    /// The last record that was applied is another one, or at another revision: restored, and grown since.
    case otherHistory = "other_history"
    /// The last record that was applied is gone: trimmed, or from after the backup that was restored.
    case trimmed
    /// The records since the last one are not as many as the counter says.
    case gap
    /// There are more of them than a node catches up with.
    case tooFar = "too_far"
    /// One is of a version or kind that this larder does not know.
    case unknownRecord = "unknown_record"
    /// One is not larder's, cut or too large.
    case brokenRecord = "broken_record"

    /// False for the one that is usual.
    package var isCounted: Bool { self != .newStore }
}
