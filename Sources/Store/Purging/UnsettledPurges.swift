// Value. The purges whose rules must stay in effect: they are not on the disk yet, or were swept while rows were missing.
// Each is tried again. Pure.

import Runtime

struct UnsettledPurges {
    /// Purges that wait for an index that fails; past it one purge of everything takes their place.
    static let limit = 10_000
    /// How long after a try the next one comes.
    static let pause = Duration.milliseconds(500)

    private(set) var sweeps: [Sweep]
    /// When they are tried again; nil for at once.
    private var nextTry: Instant?

    init(_ sweeps: [Sweep] = []) { self.sweeps = sweeps }

    var isOverLimit: Bool { sweeps.count > Self.limit }

    /// How many a crash would undo.
    var undurable: Int { sweeps.count { !$0.isDurable } }

    /// Keeps a sweep; whoever asked for it has an answer already.
    mutating func keep(_ sweep: Sweep) {
        var sweep = sweep
        sweep.completion = nil
        sweeps.append(sweep)
    }

    /// Compares with the rules that stand in a file which may be another one.
    ///
    /// - Parameters:
    ///   - bans: The file's rules. Those that are not known yet are those of an earlier run: they are kept, too.
    ///   - raise: Makes a rule hold, and returns its epoch.
    mutating func adopt(_ bans: Set<PurgeRule>, raise: (PurgeRule) -> UInt32) {
        for index in sweeps.indices {
            sweeps[index].hasBan = bans.contains(sweeps[index].rule)
            sweeps[index].isDurable = sweeps[index].hasBan
        }
        for rule in bans.subtracting(sweeps.map(\.rule)) {
            sweeps.append(Sweep(rule: rule, epoch: raise(rule), hasBan: true, isDurable: true))
        }
    }

    func isDue(at now: Instant) -> Bool { !sweeps.isEmpty && nextTry.map { now >= $0 } ?? true }

    mutating func tried(at now: Instant) { nextTry = now + Self.pause }

    /// Takes what can be made good now: all where index and catalog are whole, else what is not on the disk.
    mutating func takeDue(isWhole: Bool) -> [Sweep] {
        let due = isWhole ? sweeps : sweeps.filter { !$0.isDurable }
        sweeps = isWhole ? [] : sweeps.filter(\.isDurable)
        return due
    }

    mutating func takeAll() -> [Sweep] { takeDue(isWhole: true) }
}
