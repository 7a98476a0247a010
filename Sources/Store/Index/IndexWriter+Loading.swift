// How the catalog is loaded from the index, and the index rebuilt from the volumes, a slice at a time.

import Glibc
import HTTPCaching
import HTTPMessage
import Runtime
import Synchronization

extension IndexWriter {
    /// One step of the task under way; with none, now and then the garbage of reclaimed volumes.
    func proceed() {
        switch task {
        case .load(let last): load(after: last)
        case .rebuild(var volumes):
            guard let number = volumes.popLast() else { return endRebuild() }
            task = .rebuild(volumes: volumes)
            scan(number)
        case nil: if rows.garbage >= 24 { collectGarbage() }
        }
    }

    private func load(after last: IndexRow?) {
        var next: Task?
        let isRead = attempt { (database) throws(StoreError) in
            let found = try database.rows(from: [], after: last?.place, limit: Self.slice)
            for row in found where !core.load(row) { rows.noteGarbage() }
            next = found.count < Self.slice ? nil : .load(after: found.last)
        }
        guard isRead else {
            // Not at full speed: a disk that fails may go on failing.
            usleep(100_000)
            return
        }
        task = next
        if task == nil { core.isLoaded.store(true, ordering: .releasing) }
    }

    /// Rows for the records of a volume.
    ///
    /// What they were worth is not known any more: they are validated before use.
    private func scan(_ number: UInt32) {
        guard let volume = core.volumes[number] else { return }
        var scan = VolumeScan(volume)
        var rows: [RowChange] = []
        while let found = scan.next() {
            guard core.keyHash(found.key) == found.prefix.hash else { continue }
            core.raiseSequence(above: found.prefix.sequence)
            guard found.prefix.state == .complete else { continue }
            rows.append(
                .supersede(
                    IndexRow(
                        key: found.key,
                        variant: found.variant,
                        location: found.location,
                        headerLength: found.prefix.headerLength,
                        bodyLength: found.prefix.bodyLength,
                        bornAt: Record.seconds(found.prefix.facts.bornAt),
                        freshUntil: 0,
                        isPlain: false,
                        sequence: found.prefix.sequence
                    ),
                    groups: CacheGroups.names(in: Fields(recordHead: found.head))
                )
            )
            if rows.count == Self.slice {
                write(rows)
                rows = []
            }
        }
        write(rows)
    }

    private func endRebuild() {
        guard write() else {
            // Rows were lost again: begin anew once the index is well.
            task = nil
            isIncomplete = true
            core.isLoaded.store(true, ordering: .releasing)
            return
        }
        let isDone = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in try database.setState(.isRebuilding, 0) }
        }
        if isDone { task = .load(after: nil) }
    }

    /// Removes the rows of volumes that are gone.
    ///
    /// They were harmless; now they are also no longer in the way.
    private func collectGarbage() {
        rows.forgetGarbage()
        _ = attempt { (database) throws(StoreError) in
            // A stop may have come before the removal of a volume was written; one that went does not come back.
            try database.transaction { () throws(StoreError) in
                for volume in try database.volumes() where !core.volumes.isThere(volume.number) {
                    try database.removeVolume(volume.number)
                }
            }
            var last: IndexRow?
            repeat {
                let orphans = try database.orphans(after: last, limit: Self.transactionLimit)
                // A volume that has just been made may be in the table later than here.
                try rows.remove(orphans.filter { !core.volumes.isThere($0.location.volume) }, from: database)
                last = orphans.count < Self.transactionLimit ? nil : orphans.last
            } while last != nil
            try database.tidy()
        }
        reportSize()
    }

    func list(_ range: KeyRange, after place: ListPlace?, limit: Int) -> [IndexRow] {
        var found: [IndexRow] = []
        _ = attempt { (database) throws(StoreError) in
            var place = place.flatMap { $0.key.lexicographicallyPrecedes(range.lower) ? nil : $0 }
            let count = min(limit, Self.slice)
            repeat {
                let rows = try database.rows(from: range.lower, after: place, limit: count)
                let inside = rows.prefix { !range.isBehind($0.key) }
                found += inside.filter { core.volumes[$0.location.volume] != nil }
                let isOver = rows.count < count || inside.count < rows.count
                place = isOver ? nil : rows.last?.place
            } while place != nil && found.count < limit
        }
        return Array(found.prefix(limit))
    }
}
