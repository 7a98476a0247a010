// Value. Why an attempt to follow the log ended; the name is the counter's label.

package enum LogFailure: String, CaseIterable, Hashable, Sendable {
    // Told by the shell.
    /// History before the revision asked for is gone.
    case compacted
    /// A message or page is larger than the shell takes.
    case tooLarge = "too_large"
    /// The endpoint ended it without a reason.
    case closed
    case error

    // Found by the state itself.
    /// A record is not the next one, or is without its count.
    case gap
    /// The watch is open and does not tell what ticks do.
    case silent
    /// A tick shows another log than the one followed.
    case otherLog = "other_log"
    /// More records wait than there is room for.
    case overflow
}
