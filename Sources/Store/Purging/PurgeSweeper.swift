// Confined to the index thread. Makes purges good, whose rules hold from the moment they are raised. A rule goes to the disk
// first, so that a crash does not undo it. Then what it matches leaves catalog, index and volumes. Then the rule is retired.
//
// A purge of one key needs no rule on the disk: its rows go in the transaction that a rule would be written in, together with
// those of all others that came at the same time.
// Invariant: a purge's rule holds until index and catalog are both known to have nothing older that matches.

import Logging
import Runtime
import Synchronization

final class PurgeSweeper {
    /// Rules of one transaction: each may change a few pages, and the log has to stay within what is set aside.
    private static let batchLimit = 256

    private let core: StoreCore
    private let progress: LoadProgress
    private let file: IndexFile
    private let rows: WaitingRows
    private let ledger: PurgeLedger
    private let swept: SweptRows

    init(_ core: StoreCore, _ progress: LoadProgress, _ file: IndexFile, _ rows: WaitingRows, _ ledger: PurgeLedger) {
        self.core = core
        self.progress = progress
        self.file = file
        self.rows = rows
        self.ledger = ledger
        swept = SweptRows(core, file)
    }

    /// Puts purges on the disk, removes what they match and began before their epochs, and calls their completions.
    func sweep(_ sweeps: [Sweep]) {
        var answers: [() -> Void] = []
        var rest = sweeps[...]
        while !rest.isEmpty {
            // A row that waits to be written would come after the sweep, and outlive the rule.
            let isWhole = rows.write() && !progress.plan.isRebuilding
            let widened = sweep(Array(rest.prefix(Self.batchLimit)), isWhole: isWhole, &answers)
            rest = rest.dropFirst(Self.batchLimit) + widened
        }
        if ledger.unsettled.isOverLimit { purgeAll() }
        ledger.publish()
        for answer in answers { answer() }
    }

    /// Tries unsettled purges again: to put them on the disk, and to sweep them once index and catalog are whole.
    ///
    /// - Parameter isLast: At the end of the run, which does not wait for the next try.
    func settle(isLast: Bool = false) {
        let now = core.clock.instant
        guard isLast ? !ledger.unsettled.sweeps.isEmpty : ledger.unsettled.isDue(at: now) else { return }
        let isWhole = progress.plan.step == nil && rows.write() && !progress.plan.isRebuilding
        let due = ledger.change { $0.takeDue(isWhole: isWhole) }
        guard !due.isEmpty else { return }
        sweep(due)
        let end = core.clock.instant
        ledger.change { $0.tried(at: end) }
    }

    /// Sweeps rules that go into one transaction.
    ///
    /// - Returns: Wider rules that take the places of some.
    private func sweep(_ batch: [Sweep], isWhole: Bool, _ answers: inout [() -> Void]) -> [Sweep] {
        var batch = batch
        var reports = [PurgeReport](repeating: PurgeReport(), count: batch.count)
        var (isWhole, isDurable) = (isWhole, commit(&batch, isWhole: isWhole, &reports))
        // An index that was broken is a new one now, which has no rows yet and takes the rules.
        if !isDurable, file.isOpen, file.trouble == nil {
            (isWhole, isDurable) = (false, commit(&batch, isWhole: false, &reports))
        }
        var isSwept = batch.indices.map { isDurable && swept.removeMatching(batch[$0], &reports[$0]) }
        if !isWhole || !removeBans(of: batch, isSwept) {
            isSwept = isSwept.map { _ in false }
        }
        var widened: [Sweep] = []
        for ((sweep, isOver), report) in zip(zip(batch, isSwept), reports) {
            let report = report.adding(swept.removeStrays(of: sweep), obstacle: sweep.isDurable ? nil : obstacle)
            let isLoaded = core.isLoaded.load(ordering: .relaxed)
            switch SweepOutcome(of: sweep.rule, isSwept: isOver, isLoaded: isLoaded) {
            case .widened(let scope):
                core.fence.retire(sweep.epoch)
                widened.append(
                    core.raise(.prefix(scope)) { sweep.completion?($0.adding(report, obstacle: $0.obstacle)) }
                )
                continue
            case .over: core.fence.retire(sweep.epoch)
            case .kept(let isRetired):
                if isRetired { core.fence.retire(sweep.epoch) }
                ledger.change { $0.keep(sweep) }
            }
            if let completion = sweep.completion { answers.append { completion(report) } }
        }
        return widened
    }

    /// Too many purges wait: everything goes instead.
    private func purgeAll() {
        core.counters.purgesWidened.add(1)
        let sweeps = ledger.change { $0.takeAll() }
        core.logger.warning(
            "Too many purges wait for the index; everything is purged",
            metadata: ["purges": "\(sweeps.count)"]
        )
        for sweep in sweeps { core.fence.retire(sweep.epoch) }
        sweep([core.raise(.all) { _ in }])
    }

    // MARK: On the disk

    /// Puts rules on the disk, and removes the rows of those that name keys.
    private func commit(_ batch: inout [Sweep], isWhole: Bool, _ reports: inout [PurgeReport]) -> Bool {
        var changed = batch
        let number = ledger.next
        let isDurable = file.attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in
                for index in changed.indices {
                    if changed[index].needsBan(isWhole: isWhole) {
                        try database.bans.put(changed[index].rule)
                        changed[index].hasBan = true
                    }
                    if case .key(let key) = changed[index].rule {
                        let rows = try database.rows(of: key)
                        try swept.remove(rows, by: changed[index], from: database, &reports[index])
                    }
                    changed[index].isDurable = true
                }
                try database.setState(.purges, Int64(bitPattern: number))
            }
            try ledger.wrote(number)
        }
        if isDurable { batch = changed } else { ledger.promise(number, hasIndex: file.isOpen) }
        return isDurable
    }

    /// Why purges are not on the disk.
    private var obstacle: String {
        guard let trouble = file.trouble else { return "The cache directory cannot be used." }
        return
            "\(trouble.subject) cannot be written: \(trouble.detail.isEmpty ? trouble.kind.rawValue : trouble.detail)."
    }

    /// Removes rules from the disk that are over.
    private func removeBans(of batch: [Sweep], _ isSwept: [Bool]) -> Bool {
        let over = Sweep.bansOver(of: batch, isSwept: isSwept)
        guard !over.isEmpty else { return true }
        return file.attempt { (database) throws(StoreError) in
            // What they removed is in the log before this, so that a loss of power cannot bring back one without the other.
            try database.transaction { () throws(StoreError) in
                for rule in over { try database.bans.remove(rule) }
            }
        }
    }
}
