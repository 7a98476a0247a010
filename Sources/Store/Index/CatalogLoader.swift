// Confined to the index thread. Loads the catalog from the index, and rebuilds the index from the volumes, one slice at a time.
// `LoadPlan` says which slice is next.

import Glibc
import HTTPCaching
import HTTPMessage
import Runtime

final class CatalogLoader {
    private let core: StoreCore
    private let progress: LoadProgress
    private let file: IndexFile
    private let rows: WaitingRows
    private let writer: RowWriter

    init(_ core: StoreCore, _ progress: LoadProgress, _ file: IndexFile, _ rows: WaitingRows, _ writer: RowWriter) {
        self.core = core
        self.progress = progress
        self.file = file
        self.rows = rows
        self.writer = writer
    }

    /// One slice of the step under way.
    func proceed() {
        switch progress.plan.step {
        case .load(let last): load(after: last)
        case .rebuild:
            guard let number = progress.change({ $0.nextVolume() }) else { return endRebuild() }
            scan(number)
        case nil: return
        }
    }

    /// Loads what volumes hold that could be opened at last.
    func read(_ volumes: [UInt32]) {
        // A rebuild comes at most once a second; nothing is lost by the wait, since rows stay.
        if progress.change({ $0.opened(volumes) }) { file.rebuild() }
    }

    private func load(after last: ListPlace?) {
        var next: ListPlace?
        let isRead = file.attempt { (database) throws(StoreError) in
            let found = try database.rows(from: [], after: last, limit: IndexFile.slice)
            for row in found where !core.load(row) { writer.noteGarbage() }
            next = found.count < IndexFile.slice ? nil : found.last?.place
        }
        guard isRead else {
            // Not at full speed: a disk that fails may go on failing.
            usleep(100_000)
            return
        }
        progress.change { $0.loaded(upTo: next) }
    }

    /// Makes rows for the records of a volume.
    ///
    /// How long they were fresh is not known any more: they are validated before use.
    private func scan(_ number: UInt32) {
        guard let volume = core.volumes[number] else { return }
        var scan = VolumeScan(volume)
        var found: [RowChange] = []
        while let record = scan.next() {
            guard core.keyHash(record.key) == record.prefix.hash else { continue }
            core.raiseSequence(above: record.prefix.sequence)
            guard record.prefix.state == .complete else { continue }
            let groups = CacheGroups.names(in: Fields(recordHead: record.head))
            found.append(.supersede(IndexRow(scanned: record), groups: groups))
            if found.count == IndexFile.slice {
                rows.write(found)
                found = []
            }
        }
        rows.write(found)
    }

    private func endRebuild() {
        // Where rows were lost again, a new rebuild begins once the index can be written.
        guard rows.write() else { return progress.change { $0.giveUpRebuild() } }
        let isDone = file.attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in try database.setState(.isRebuilding, 0) }
        }
        if isDone { progress.change { $0.load() } }
    }
}

extension IndexRow {
    fileprivate init(scanned record: VolumeScan.Found) {
        self.init(
            key: record.key,
            variant: record.variant,
            location: record.location,
            headerLength: record.prefix.headerLength,
            bodyLength: record.prefix.bodyLength,
            bornAt: Record.seconds(record.prefix.facts.bornAt),
            freshUntil: 0,
            isPlain: false,
            sequence: record.prefix.sequence
        )
    }
}
