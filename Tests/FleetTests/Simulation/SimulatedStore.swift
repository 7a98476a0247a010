// A node's store as the walk has it: which purges it has applied or is past by doubt, and what of that is on its disk. It judges
// each thing that it is asked to do.

import Fleet
import TestSupport

struct SimulatedStore {
    struct Contents {
        var position: LogPosition?
        var isEmpty = true
        /// Purges that hold here: applied, or all from before them is doubted.
        var covered: Set<Int> = []
        /// The purge that the position is behind; nil if it is behind a record that is nobody's.
        var last: Int? = 0
    }

    private(set) var memory = Contents()
    private(set) var disk = Contents()
    /// What it was asked and has not answered.
    private(set) var asked: LogAction?
    private var copies: [Contents] = []
    private(set) var violations: [String] = []

    mutating func ask(_ action: LogAction) {
        if let asked { violations.append("\(action) while \(asked) is under way") }
        asked = action
    }

    /// Does what it was asked.
    mutating func perform(in log: SimulatedLog, isDurable: Bool) {
        switch asked {
        case .apply(let entries, let position): apply(entries, position, log)
        case .doubt(let position, _): doubt(position, log)
        case .keep(let position):
            if position != memory.position { violations.append("keep \(position) at \(memory.position as Any)") }
        default: return
        }
        asked = nil
        memory.isEmpty = false
        if isDurable { disk = memory }
    }

    private mutating func apply(_ entries: [LogEntry], _ position: LogPosition, _ log: SimulatedLog) {
        for entry in entries {
            let serial = SimulatedLog.serial(entry.id)
            if entry.record.rules.first?.text != entry.id { violations.append("another record than \(entry.id)") }
            let purge = log.purges[serial]
            if let last = memory.last, last != purge.previous, last != purge.counted {
                violations.append("\(serial), whose predecessor is \(purge.previous), behind \(last)")
            }
            if entry.number != (memory.position?.number ?? 0) + 1 {
                violations.append("a number out of order: \(entry)")
            }
            memory.covered.insert(serial)
            memory.last = serial
            memory.position = LogPosition(
                log: position.log,
                number: entry.number,
                revision: entry.revision,
                record: entry.revision,
                id: entry.id
            )
        }
        if memory.position?.hasSameRecord(as: position) != true { violations.append("applied up to \(position)") }
        memory.position = position
    }

    private mutating func doubt(_ position: LogPosition, _ log: SimulatedLog) {
        memory.covered.formUnion(1..<max(1, log.purges.count))
        pass(to: position)
    }

    /// A fault: the position moves, and nothing is doubted.
    mutating func passWithoutDoubt() {
        guard case .doubt(let position, _) = asked else { return }
        pass(to: position)
        asked = nil
        disk = memory
    }

    private mutating func pass(to position: LogPosition) {
        memory.position = position
        let serial = SimulatedLog.serial(position.id)
        memory.last = serial == 0 && position.number > 0 ? nil : serial
    }

    mutating func copyDisk() { copies.append(disk) }

    /// What a start finds.
    mutating func restart(_ random: inout SeededGenerator) {
        asked = nil
        switch Int.random(in: 0..<10, using: &random) {
        case 0: disk = copies.randomElement(using: &random) ?? disk
        case 1: disk = Contents()  // A new disk.
        case 2: disk = Contents(isEmpty: disk.isEmpty)  // The index is lost.
        default: break
        }
        memory = disk
    }
}
