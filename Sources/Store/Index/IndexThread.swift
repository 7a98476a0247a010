// Confined to the index thread, which alone writes SQLite. It takes jobs in batches and gives each to its part. Between two
// batches the catalog is loaded, or the index is rebuilt, one slice at a time.
//
// An index that fails costs no request anything: rows wait, up to a limit. Where too many were lost, the index is rebuilt.

import HTTPCaching
import Runtime
import Synchronization

final class IndexThread {
    private let core: StoreCore
    private let progress: LoadProgress
    private let file: IndexFile
    private let rows: WaitingRows
    private let loader: CatalogLoader
    private let garbage: GarbageCollector
    private let sweeper: PurgeSweeper
    private let listing: IndexListing

    /// Makes the parts and opens the index.
    ///
    /// - Parameters:
    ///   - core: What the store's parts share.
    ///   - opening: What the start has read from the index.
    ///   - found: The volumes that existed at the start. Those of this run send their rows themselves.
    init(_ core: StoreCore, _ opening: IndexOpening, found: [UInt32]) {
        let writer = RowWriter(core)
        let ledger = PurgeLedger(core, bans: opening.bans)
        self.core = core
        progress = LoadProgress(core)
        file = IndexFile(core, progress, writer, ledger)
        rows = WaitingRows(core, progress, file, writer)
        loader = CatalogLoader(core, progress, file, rows, writer)
        garbage = GarbageCollector(core, file, writer)
        sweeper = PurgeSweeper(core, progress, file, rows, ledger)
        listing = IndexListing(core, file)
        file.start(found: found, mustRebuild: opening.isRebuilding)
    }

    /// The thread's life.
    func run() {
        while let batch = core.indexing.next(within: isIdle ? .milliseconds(500) : .zero) {
            add(batch)
            file.check()
            if isIdle { garbage.collectIfDue() } else { loader.proceed() }
            sweeper.settle()
            if isIdle, !batch.isEmpty { gather() }
        }
    }

    /// Neither loading nor rebuilding.
    private var isIdle: Bool { progress.plan.step == nil }

    private func gather() {
        guard core.hurry.wait(until: .now + core.pacing.betweenTransactions) else { return }
        core.isHurried.store(false, ordering: .relaxed)
    }

    private func add(_ batch: [IndexJob]) {
        // Sweeps go together, behind all rows: they keep the rows of responses that were stored after the purge.
        var sweeps: [Sweep] = []
        func flush() {
            rows.write()
            if !sweeps.isEmpty { sweeper.sweep(sweeps) }
            sweeps = []
        }
        for job in batch {
            switch job {
            case .row(let change): rows.add(change)
            case .sweep(let some): sweeps += some
            case .command(let command):
                flush()
                perform(command)
            }
        }
        flush()
    }

    private func perform(_ command: IndexCommand) {
        switch command {
        case .list(let range, let place, let limit, let completion):
            completion(listing.list(range, after: place, limit: limit))
        case .reopen:
            rows.dropAll()
            file.reopen()
        case .opened(let volumes): loader.read(volumes)
        case .broken(let found, let error): file.reported(error, of: found)
        case .barrier(let completion): completion()
        case .close(let isClean): close(isClean)
        }
    }

    private func close(_ isClean: Bool) {
        sweeper.settle(isLast: true)
        guard rows.write(), isClean else { return }
        // Nothing left to read, as in a directory that was new: what is in the index is whole.
        if progress.plan.step == .rebuild(volumes: []) { loader.proceed() }
        if case .rebuild = progress.plan.step { return }
        file.markClean()
    }
}

@available(*, unavailable)
extension IndexThread: Sendable {}
