// Value. How the store's threads leave the processor to those that clients wait for, and how much they do at a time.
// Measured on two processors with loops that serve hits at full speed (decision 43).

struct Pacing: Sendable {
    /// Bytes that may wait for the writer before it counts as behind: what a cache of the processor's own can have of them.
    ///
    /// Writing what has left that cache costs twice as much. A writer that is behind does not yield.
    var usualBacklog = 512 << 10
    /// Bytes that the writer writes in a time slice of 100 µs, about: a sender of so many yields once to a writer that is behind.
    var bytesInSlice = 25_000
    /// The most time slices that one job's sender yields.
    var mostYields = 4
    /// How long the writer sleeps between two batches.
    ///
    /// What comes meanwhile needs no wake-up of its own, which costs as much as writing a small record.
    var betweenBatches: Duration = .milliseconds(1)
    /// The longest that a record waits for others, while more come.
    var longestGathering: Duration = .milliseconds(10)
    /// How long rows gather for a transaction, unless somebody waits: a transaction a picture costs ten times as much.
    var betweenTransactions: Duration = .milliseconds(20)
    /// Rows that wait where the index keeps up; past it the index does not yield, since who yields is served last.
    var usualRows = 4_000

    static let measured = Pacing()

    /// How often the sender of a job yields to the writer.
    /// - Parameters:
    ///   - bytes: The job's.
    ///   - waiting: Bytes that wait, the job's included.
    func yields(for bytes: Int, waiting: Int) -> Int {
        min(waiting / bytesInSlice - (waiting - bytes) / bytesInSlice, mostYields)
    }
}
