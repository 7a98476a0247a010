// Confined to the index thread. Changes of rows that wait for their transaction, in the order in which they came. An index that
// fails keeps them waiting; past a limit they are dropped, and the index is rebuilt when it can be written again.

import Runtime
import Synchronization

final class WaitingRows {
    private static let limit = 50_000

    private let core: StoreCore
    private let progress: LoadProgress
    private let file: IndexFile
    private let writer: RowWriter
    private var waiting: [RowChange] = []

    init(_ core: StoreCore, _ progress: LoadProgress, _ file: IndexFile, _ writer: RowWriter) {
        self.core = core
        self.progress = progress
        self.file = file
        self.writer = writer
    }

    func add(_ change: RowChange) { waiting.append(change) }

    func dropAll() { waiting = [] }

    /// Writes rows, after those that wait from before.
    ///
    /// - Returns: Whether the index has all rows: none waits, and none was lost.
    @discardableResult
    func write(_ changes: [RowChange] = []) -> Bool {
        waiting += changes
        guard !waiting.isEmpty else { return !progress.plan.isIncomplete }
        var written = 0
        while written < waiting.count {
            let batch = waiting[written...].prefix(RowWriter.transactionLimit)
            let isWritten = file.attempt { (database) throws(StoreError) in
                try writer.write(batch, to: database, isBehind: waiting.count > core.pacing.usualRows)
            }
            guard isWritten else { break }
            written += batch.count
        }
        if written < waiting.count { waiting.removeFirst(written) } else { waiting = [] }
        if written > 0 { file.reportSize() }
        if waiting.count > Self.limit {
            waiting = []
            progress.change { $0.loseRows() }
        }
        return waiting.isEmpty && !progress.plan.isIncomplete
    }
}
