// Value. How the store's threads yield the processor to threads that clients wait for, and how much they do at a time.
// Measured on two processors with loops that serve hits at full speed (decision 43).

struct Pacing: Sendable {
    /// Bytes that may wait for the writer before it counts as behind: about the processor's own cache.
    ///
    /// Writing bytes that have left that cache costs twice as much. A writer that is behind does not yield.
    var usualBacklog = 512 << 10
    /// The bytes that the writer writes in a time slice of 100 µs, approximately.
    ///
    /// The sender of a job yields once for this many bytes to a writer that is behind.
    var bytesInSlice = 25_000
    /// The most time slices that one job's sender yields.
    var mostYields = 4
    /// How long the writer sleeps between two batches.
    ///
    /// Jobs that arrive meanwhile need no wake-up of their own, which would cost as much as writing a small record.
    var betweenBatches: Duration = .milliseconds(1)
    /// The longest that a record waits for others, while more come.
    var longestGathering: Duration = .milliseconds(10)
    /// How long rows are collected for a transaction, unless somebody waits: a transaction for each picture would cost
    /// ten times as much.
    var betweenTransactions: Duration = .milliseconds(20)
    /// The waiting rows up to which the index yields; beyond them it does not, because a yielding thread is served
    /// last.
    var usualRows = 4_000

    static let measured = Pacing()

    /// How often the sender of a job yields to the writer.
    /// - Parameters:
    ///   - bytes: The bytes of the job.
    ///   - waiting: Bytes that wait, including the job's.
    func yields(for bytes: Int, waiting: Int) -> Int {
        min(waiting / bytesInSlice - (waiting - bytes) / bytesInSlice, mostYields)
    }
}
