// Value. What happens to a node that follows the log: the answers to its actions, and time.

package enum LogEvent: Sendable {
    /// The store is open: its position in a log, if it has one, and whether it has anything stored.
    case began(LogPosition?, isStoreEmpty: Bool)
    case endRead(LogEnd, LogAttempt)
    /// The revision of the requested record; nil if the log has no such id.
    case recordRead(revision: Int64?, LogAttempt)
    /// Records in the order of their revisions, the revision that they were asked for from, and whether there are more.
    case pageRead([LogRow], from: Int64, hasMore: Bool, LogAttempt)
    case watchOpened(LogAttempt)
    /// One message of the watch. Its header's revision is left out: it says nothing of how far the watch has come.
    case changed([LogChange], LogAttempt)
    /// A call of this attempt failed, or its watch ended.
    case failed(LogFailure, LogAttempt)
    /// The store has done what it was last asked: apply, doubt or keep. Durable: all of it up to here outlives a crash.
    case stored(isDurable: Bool)
    case ticked(LogEnd, LogTick)
    case tickFailed(LogTick)
    case timePassed
}
