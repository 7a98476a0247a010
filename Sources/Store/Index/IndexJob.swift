// Value. What the index thread is asked for: rows, which a transaction takes together; purges, which are swept together; and
// commands, each by itself.

enum IndexJob: Sendable {
    case row(RowChange)
    /// Removes what rules of the fence match, then retires the rules.
    case sweep([Sweep])
    indirect case command(IndexCommand)
}
