// Confined to the index thread. The account of purges beside the rows: which are not settled, and how many batches of them the
// index and the mark beside it have.

import Runtime
import Synchronization

final class PurgeLedger {
    private let core: StoreCore
    private(set) var unsettled: UnsettledPurges
    /// Batches of purges that are on the disk, of this directory.
    private(set) var number: UInt64 = 0
    /// The number in the mark where the index could not take them.
    private var promised: UInt64 = 0

    init(_ core: StoreCore, bans: [(PurgeRule, epoch: UInt32)]) {
        self.core = core
        unsettled = UnsettledPurges(bans.map { Sweep(rule: $0, epoch: $1, hasBan: true, isDurable: true) })
    }

    /// Changes what is not settled, without telling the statistics: see `publish`.
    @discardableResult
    func change<Result>(_ change: (inout UnsettledPurges) -> Result) -> Result { change(&unsettled) }

    func publish() { core.counters.undurablePurges.store(unsettled.undurable, ordering: .relaxed) }

    // MARK: On the disk

    /// Takes over the rules and the number of a file that is being opened.
    ///
    /// - Throws: `corrupt` where purges are missing in it.
    func adopt(_ database: IndexDatabase) throws(StoreError) {
        let bans = Set(try database.bans.all())
        unsettled.adopt(bans) { core.fence.raise($0) }
        publish()
        try PurgeMark.check(database, in: core.path, atLeast: number)
        let marked = (try? PurgeMark.read(in: core.path))?.number
        number = max(number, try database.purges() ?? 0, marked ?? 0)
    }

    /// The number of the next batch.
    var next: UInt64 { max(number, promised) &+ 1 }

    /// A batch is in the index: the mark follows.
    func wrote(_ number: UInt64) throws(StoreError) {
        self.number = number
        try writeMark()
    }

    func writeMark() throws(StoreError) { try PurgeMark(number: number).write(in: core.path) }

    /// The index cannot take a batch: whatever it has is validated after a crash.
    func promise(_ number: UInt64, hasIndex: Bool) {
        guard core.lock.withLock({ $0 != nil }) else { return }
        if hasIndex, (try? PurgeMark(number: number).write(in: core.path)) != nil {
            promised = max(promised, number)
        } else {
            // A disk that takes no bytes may still let a name go, and a start does not believe an index without a mark.
            PurgeMark.remove(in: core.path)
        }
    }
}
