// How a purge's rule, which holds from the moment it is raised, is made good: what it matches leaves directory, index
// and volumes; then the rule is retired.

import HTTPCaching
import HTTPMessage
import Synchronization

extension IndexWriter {
    /// Removes what a rule matches and began before its epoch, from index and directory, and counts it.
    func sweep(_ rule: PurgeRule, epoch: UInt32) -> PurgeReport {
        var report = PurgeReport()
        // A row that waits to be written would come after the sweep, and outlive the rule.
        let isWhole = write([]) && !isRebuilding
        let isSwept = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in try database.putBan(rule) }
            if case .group(let name, let scope) = rule {
                return try sweep(name, scope, epoch: epoch, from: database, &report)
            }
            let prefix = rule.commonPrefix
            var last: ListPlace?
            while true {
                let rows =
                    if case .key = rule { try database.rows(of: prefix) } else {
                        try database.rows(from: prefix, after: last, limit: Self.slice)
                    }
                try remove(rows.filter { rule.matches($0.key) }, epoch: epoch, from: database, &report)
                last = rows.last?.place
                if case .key = rule { break }
                if rows.count < Self.slice || last.map({ !$0.key.starts(with: prefix) }) ?? true { break }
            }
        }
        // What a broken index cannot tell of: the key's own entries, or all there are.
        for entry in core.strays(of: rule, before: epoch) {
            report.responses += 1
            report.bytes += entry.bodyLength
        }
        core.counters.purged.add(report.responses)
        let isOver =
            isSwept && isWhole
            && attempt { (database) throws(StoreError) in
                try database.durableTransaction { () throws(StoreError) in try database.removeBan(rule) }
            }
        if isOver {
            core.fence.retire(epoch)
        } else if case .group(_, let scope) = rule {
            // Members that the index cannot tell of must not stay usable: then all that may be members go.
            core.fence.retire(epoch)
            let wider = sweep(.prefix(scope), epoch: core.fence.raise(.prefix(scope)))
            report.responses += wider.responses
            report.bytes += wider.bytes
        } else {
            unsettled.append((rule, epoch))
        }
        return report
    }

    private func sweep(
        _ group: [UInt8],
        _ scope: [UInt8],
        epoch: UInt32,
        from database: IndexDatabase,
        _ report: inout PurgeReport
    ) throws(StoreError) {
        var last: [UInt8]?
        repeat {
            let keys = try database.groups.members(of: group, scope: scope, after: last, limit: Self.slice)
            for key in keys { try remove(database.rows(of: key), epoch: epoch, from: database, &report) }
            last = keys.count < Self.slice ? nil : keys.last
        } while last != nil
    }

    private var isRebuilding: Bool {
        if case .rebuild = task { return true }
        return isIncomplete
    }

    /// Once index and directory are whole again, purges that could not be swept then are.
    func sweepUnsettled() {
        guard !unsettled.isEmpty, task == nil, write([]), !core.isIndexSick.load(ordering: .relaxed) else { return }
        let rules = unsettled
        unsettled = []
        for (rule, epoch) in rules { _ = sweep(rule, epoch: epoch) }
    }

    private func remove(
        _ rows: [IndexRow],
        epoch: UInt32,
        from database: IndexDatabase,
        _ report: inout PurgeReport
    ) throws(StoreError) {
        guard !rows.isEmpty else { return }
        var removed: [(row: IndexRow, hash: UInt64)] = []
        for row in rows {
            let hash = core.keyHash(row.key)
            // Wherever they lie by now: a record may have been copied forward since its row was written.
            for entry in core.directory.remove(hash, where: { $0.epoch < epoch }) where !entry.isAt(row.location) {
                core.post(.markRemoved(entry.location, hash: hash))
                core.post(.remove(key: row.key, entry.location))
            }
            // Stored after the purge: it stays.
            if core.directory.entry(hash, at: row.location) == nil { removed.append((row, hash)) }
        }
        try database.durableTransaction { () throws(StoreError) in
            for (row, _) in removed { try database.remove(row.key, at: row.location) }
        }
        for (row, hash) in removed where core.volumes[row.location.volume] != nil {
            core.post(.markRemoved(row.location, hash: hash))
            report.responses += 1
            report.bytes += row.bodyLength
        }
    }
}
