// Confined to the index thread. What goes by a purge: rows of the index, entries of the catalog, records of volumes.

import Synchronization

struct SweptRows {
    private let core: StoreCore
    private let file: IndexFile

    init(_ core: StoreCore, _ file: IndexFile) {
        self.core = core
        self.file = file
    }

    /// Removes what a rule of many keys matches; a rule that names a key needs only its own transaction.
    ///
    /// - Returns: False where the index failed.
    func removeMatching(_ sweep: Sweep, _ report: inout PurgeReport) -> Bool {
        switch sweep.rule {
        case .key: true
        case .group(let name, let scope):
            file.attempt { (database) throws(StoreError) in
                try removeMembers(of: name, scope, by: sweep, from: database, &report)
            }
        case .prefix, .glob, .withoutHost, .all:
            file.attempt { (database) throws(StoreError) in try removeRange(sweep, from: database, &report) }
        }
    }

    private func removeRange(
        _ sweep: Sweep,
        from database: IndexDatabase,
        _ report: inout PurgeReport
    ) throws(StoreError) {
        let prefix = sweep.rule.commonPrefix
        var last: ListPlace?
        repeat {
            let rows = try database.rows(from: prefix, after: last, limit: IndexFile.slice)
            let matching = rows.filter { sweep.rule.matches($0.key) }
            try database.transaction { () throws(StoreError) in
                try remove(matching, by: sweep, from: database, &report)
            }
            last = rows.last.flatMap { $0.key.starts(with: prefix) ? $0.place : nil }
            if rows.count < IndexFile.slice { last = nil }
        } while last != nil
    }

    private func removeMembers(
        of group: [UInt8],
        _ scope: [UInt8],
        by sweep: Sweep,
        from database: IndexDatabase,
        _ report: inout PurgeReport
    ) throws(StoreError) {
        var last: [UInt8]?
        repeat {
            let keys = try database.groups.members(of: group, scope: scope, after: last, limit: IndexFile.slice)
            try database.transaction { () throws(StoreError) in
                for key in keys { try remove(database.rows(of: key), by: sweep, from: database, &report) }
            }
            last = keys.count < IndexFile.slice ? nil : keys.last
        } while last != nil
    }

    /// Removes rows, and their responses from the catalog; within a transaction.
    func remove(
        _ rows: [IndexRow],
        by sweep: Sweep,
        from database: IndexDatabase,
        _ report: inout PurgeReport
    ) throws(StoreError) {
        for row in rows {
            let hash = core.keyHash(row.key)
            // Wherever they lie by now: a record may have been copied forward since its row was written.
            let removed = core.catalog.remove(hash) { $0.epoch < sweep.epoch }
            for entry in removed where !entry.isAt(row.location) {
                core.post(.markRemoved(entry.location, hash: hash))
                core.post(.remove(key: row.key, entry.location))
            }
            // Stored after the purge: it stays.
            guard core.catalog.entry(hash, at: row.location) == nil else { continue }
            // A row whose entry is about to come stays, too: without it, no later purge of many keys would find the entry.
            let isNew = row.sequence >= sweep.sequence && core.isLoaded.load(ordering: .relaxed)
            guard !isNew || removed.contains(where: { $0.isAt(row.location) }) else { continue }
            try database.remove(row.key, at: row.location)
            guard core.volumes[row.location.volume] != nil else { continue }
            core.post(.markRemoved(row.location, hash: hash))
            report.responses += 1
            report.bytes += row.bodyLength
        }
    }

    /// Removes entries that a broken index has no rows of: those of a key, or all.
    func removeStrays(of sweep: Sweep) -> PurgeReport {
        var report = PurgeReport()
        for entry in core.strays(of: sweep.rule, before: sweep.epoch) {
            report.responses += 1
            report.bytes += entry.bodyLength
        }
        return report
    }
}
