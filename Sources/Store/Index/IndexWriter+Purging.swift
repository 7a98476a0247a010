// How a purge's rule, which holds from the moment it is raised, is made good: it is put on the disk first, so that a crash does
// not undo it; then what it matches leaves catalog, index and volumes; then the rule is retired.
//
// What names a single key needs no rule on the disk: its rows go in the transaction that a rule would be written in, together
// with those of all others that came at the same time.

import HTTPCaching
import HTTPMessage
import Logging
import Runtime
import Synchronization

extension IndexWriter {
    /// Rules of one transaction: each may change a few pages, and the log has to stay within what is set aside.
    private static let sweepLimit = 256
    /// Purges that wait for an index that fails; past it one of everything takes their place.
    static let unsettledLimit = 10_000
    /// How long after a try the next one comes.
    private static let settlingPause = Duration.milliseconds(500)

    /// Puts purges on the disk, removes what they match and began before their epochs, from index and catalog, and tells.
    func sweep(_ sweeps: [Sweep]) {
        var answers: [() -> Void] = []
        var rest = sweeps[...]
        while !rest.isEmpty {
            // A row that waits to be written would come after the sweep, and outlive the rule.
            let isWhole = write() && !isRebuilding
            let widened = sweep(Array(rest.prefix(Self.sweepLimit)), isWhole: isWhole, &answers)
            rest = rest.dropFirst(Self.sweepLimit) + widened
        }
        if unsettled.count > Self.unsettledLimit { purgeAll() }
        publishUndurable()
        for answer in answers { answer() }
    }

    /// Sweeps rules that go into one transaction.
    ///
    /// - Returns: Wider rules that take the places of some.
    private func sweep(_ batch: [Sweep], isWhole: Bool, _ answers: inout [() -> Void]) -> [Sweep] {
        var batch = batch
        var reports = [PurgeReport](repeating: PurgeReport(), count: batch.count)
        var (isWhole, isDurable) = (isWhole, commit(&batch, isWhole: isWhole, &reports))
        // An index that was broken is a new one now, which has no rows yet and takes the rules.
        if !isDurable, database != nil, trouble == nil {
            (isWhole, isDurable) = (false, commit(&batch, isWhole: false, &reports))
        }
        var isSwept = batch.indices.map { isDurable && sweepRange(batch[$0], &reports[$0]) }
        if !isWhole || !removeBans(of: batch, isSwept) {
            isSwept = isSwept.map { _ in false }
        }
        var widened: [Sweep] = []
        for ((sweep, isOver), report) in zip(zip(batch, isSwept), reports) {
            let report = report.adding(removeStrays(of: sweep), obstacle: sweep.isDurable ? nil : obstacle)
            if !isOver, case .group(_, let scope) = sweep.rule {
                // Members that the index cannot tell of must not stay usable: then all that may be members go.
                core.fence.retire(sweep.epoch)
                widened.append(
                    core.raise(.prefix(scope)) { sweep.completion?($0.adding(report, obstacle: $0.obstacle)) }
                )
                continue
            }
            // What a key had is gone from a catalog that has all, and what is loaded later asks for purges of long ago.
            let isNamed = if case .key = sweep.rule { core.isLoaded.load(ordering: .relaxed) } else { false }
            if isOver || isNamed { core.fence.retire(sweep.epoch) }
            if !isOver { keep(sweep) }
            if let completion = sweep.completion { answers.append { completion(report) } }
        }
        return widened
    }

    private func keep(_ sweep: Sweep) {
        var sweep = sweep
        sweep.completion = nil
        unsettled.append(sweep)
    }

    // MARK: On the disk

    /// Puts rules on the disk, and removes the rows of those that name keys.
    private func commit(_ batch: inout [Sweep], isWhole: Bool, _ reports: inout [PurgeReport]) -> Bool {
        var changed = batch
        let number = max(purges, promised) &+ 1
        let isDurable = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in
                for index in changed.indices {
                    let isKey = if case .key = changed[index].rule { true } else { false }
                    if !changed[index].hasBan, !isKey || !isWhole, isWhole || !changed[index].isOfGroup {
                        try database.bans.put(changed[index].rule)
                        changed[index].hasBan = true
                    }
                    if case .key(let key) = changed[index].rule {
                        let rows = try database.rows(of: key)
                        try remove(rows, by: changed[index], from: database, &reports[index])
                    }
                    changed[index].isDurable = true
                }
                try database.setState(.purges, Int64(bitPattern: number))
            }
            purges = number
            try PurgeMark(number: number).write(in: core.path)
        }
        if isDurable { batch = changed } else { promise(number) }
        return isDurable
    }

    /// The index cannot take a purge: whatever it has then is validated after a crash.
    private func promise(_ number: UInt64) {
        guard core.lock.withLock({ $0 != nil }) else { return }
        if database != nil, (try? PurgeMark(number: number).write(in: core.path)) != nil {
            promised = max(promised, number)
        } else {
            // A disk that takes no bytes may still let go of a name, and an index beside which there is no mark is not believed.
            PurgeMark.remove(in: core.path)
        }
    }

    /// Why purges are not on the disk.
    private var obstacle: String {
        guard let trouble else { return "The cache directory cannot be used." }
        return
            "\(trouble.subject) cannot be written: \(trouble.detail.isEmpty ? trouble.kind.rawValue : trouble.detail)."
    }

    /// Removes rules from the disk that are over, unless the same rule came again and is not.
    private func removeBans(of batch: [Sweep], _ isSwept: [Bool]) -> Bool {
        let banned = zip(batch, isSwept).filter(\.0.hasBan)
        let over = Set(banned.filter(\.1).map(\.0.rule)).subtracting(banned.filter { !$1 }.map(\.0.rule))
        guard !over.isEmpty else { return true }
        return attempt { (database) throws(StoreError) in
            // What they removed is in the log before this, so that a loss of power cannot bring back one without the other.
            try database.transaction { () throws(StoreError) in
                for rule in over { try database.bans.remove(rule) }
            }
        }
    }

    /// Takes over the purges that a file's earlier user did not end, and finds out which of this run's stand in it.
    func adoptBans(of database: IndexDatabase) throws(StoreError) {
        let bans = Set(try database.bans.all())
        for index in unsettled.indices {
            unsettled[index].hasBan = bans.contains(unsettled[index].rule)
            unsettled[index].isDurable = unsettled[index].hasBan
        }
        for rule in bans.subtracting(unsettled.map(\.rule)) {
            unsettled.append(Sweep(rule: rule, epoch: core.fence.raise(rule), hasBan: true, isDurable: true))
        }
        publishUndurable()
    }

    // MARK: Later

    /// Tries again to put purges on the disk; those that could not be swept are once index and catalog are whole again.
    func settle() {
        guard !unsettled.isEmpty, core.clock.instant >= nextSettling else { return }
        let isWhole = task == nil && write() && !isRebuilding
        let due = isWhole ? unsettled : unsettled.filter { !$0.isDurable }
        guard !due.isEmpty else { return }
        unsettled = isWhole ? [] : unsettled.filter(\.isDurable)
        sweep(due)
        nextSettling = core.clock.instant + Self.settlingPause
    }

    /// Too many purges wait: everything goes instead.
    private func purgeAll() {
        core.counters.purgesWidened.add(1)
        core.logger.warning(
            "Too many purges wait for the index; everything is purged",
            metadata: ["purges": "\(unsettled.count)"]
        )
        for sweep in unsettled { core.fence.retire(sweep.epoch) }
        unsettled = []
        sweep([core.raise(.all) { _ in }])
    }

    private func publishUndurable() {
        core.counters.undurablePurges.store(unsettled.count { !$0.isDurable }, ordering: .relaxed)
    }

    private var isRebuilding: Bool {
        if case .rebuild = task { return true }
        return isIncomplete
    }

    // MARK: What goes

    /// Removes what a rule of many keys matches; one that names a key has been made good with `commit`.
    private func sweepRange(_ sweep: Sweep, _ report: inout PurgeReport) -> Bool {
        switch sweep.rule {
        case .key: true
        case .group(let name, let scope):
            attempt { (database) throws(StoreError) in
                try removeMembers(of: name, scope, by: sweep, from: database, &report)
            }
        case .prefix, .glob, .withoutHost, .all:
            attempt { (database) throws(StoreError) in
                let prefix = sweep.rule.commonPrefix
                var last: ListPlace?
                repeat {
                    let rows = try database.rows(from: prefix, after: last, limit: Self.slice)
                    let matching = rows.filter { sweep.rule.matches($0.key) }
                    try database.transaction { () throws(StoreError) in
                        try remove(matching, by: sweep, from: database, &report)
                    }
                    last = rows.last.flatMap { $0.key.starts(with: prefix) ? $0.place : nil }
                    if rows.count < Self.slice { last = nil }
                } while last != nil
            }
        }
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
            let keys = try database.groups.members(of: group, scope: scope, after: last, limit: Self.slice)
            try database.transaction { () throws(StoreError) in
                for key in keys { try remove(database.rows(of: key), by: sweep, from: database, &report) }
            }
            last = keys.count < Self.slice ? nil : keys.last
        } while last != nil
    }

    /// Removes rows, and their responses from the catalog; within a transaction.
    private func remove(
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
            // So does a row whose entry is about to come: without it, no later purge of many keys would find the entry.
            let isNew = row.sequence >= sweep.sequence && core.isLoaded.load(ordering: .relaxed)
            guard !isNew || removed.contains(where: { $0.isAt(row.location) }) else { continue }
            try database.remove(row.key, at: row.location)
            guard core.volumes[row.location.volume] != nil else { continue }
            core.post(.markRemoved(row.location, hash: hash))
            report.responses += 1
            report.bytes += row.bodyLength
        }
    }

    /// Removes what a broken index cannot tell of: the key's own entries, or all there are.
    private func removeStrays(of sweep: Sweep) -> PurgeReport {
        var report = PurgeReport()
        for entry in core.strays(of: sweep.rule, before: sweep.epoch) {
            report.responses += 1
            report.bytes += entry.bodyLength
        }
        return report
    }
}

extension Sweep {
    fileprivate var isOfGroup: Bool { if case .group = rule { true } else { false } }
}
