// Value. What a node that follows the log does next. Each read and each watch is answered by one event with its attempt, or by
// `failed`; each apply, doubt and keep by one `stored`, before the next of them is asked for.

package enum LogAction: Equatable, Sendable {
    /// Read identity and counter in one linearizable transaction.
    case readEnd(LogAttempt)
    /// Read the record of that id.
    case readRecord(String, LogAttempt)
    /// Read records from a revision on, in the order of their revisions, as the log is at another one.
    case readPage(from: Int64, at: Int64, limit: Int, LogAttempt)
    /// Watch from a revision on.
    case watch(from: Int64, LogAttempt)
    case stopWatch
    /// Take another endpoint from now on, for what an attempt asks or for ticks; the two differ if they can.
    case useNextEndpoint(isForTicks: Bool)
    /// As `readEnd`, for a proof.
    case readTick(LogTick)
    /// Raise the fence, then purge and keep the position in one transaction.
    case apply([LogEntry], LogPosition)
    /// Doubt all that is stored or being fetched, and keep the position in the same transaction.
    case doubt(LogPosition, DoubtReason)
    /// Keep the position, and make all that led to it outlive a crash.
    case keep(LogPosition)
}
