// Value. RESUME: what the log's end says about a position in it, before any event is looked at (F5: a log that does not have our
// past is noticed).

enum ResumeVerdict: Equatable, Sendable {
    /// The log ends at the position.
    case same
    /// The log goes on behind the position, if its record is still where it was: that must be looked up.
    case ahead
    case doubt(DoubtReason)

    static func of(_ position: LogPosition, _ end: LogEnd) -> ResumeVerdict {
        guard end.log == position.log else { return .doubt(.otherLog) }
        guard end.number >= position.number, end.revision >= position.revision else { return .doubt(.shorterLog) }
        guard end.number == position.number else {
            // A record without an id of larder's was doubted, and cannot be looked up.
            return position.number > 0 && position.id.isEmpty ? .doubt(.otherHistory) : .ahead
        }
        // The counter has the last record's id and revision, so it is the chain.
        return end.position.hasSameRecord(as: position) ? .same : .doubt(.otherHistory)
    }
}
