// One walk: a log and a node, and time.

import Fleet
import Runtime
import TestSupport

struct LogWalk {
    /// What has been on the way.
    struct Counts {
        var purges = 0
        var proofs = 0
        var doubts: [DoubtReason: Int] = [:]
        var reconnects: [LogFailure: Int] = [:]

        mutating func add(_ other: Counts) {
            purges += other.purges
            proofs += other.proofs
            doubts.merge(other.doubts, uniquingKeysWith: +)
            reconnects.merge(other.reconnects, uniquingKeysWith: +)
        }
    }

    private static let faults = 0.2

    private let happenings: [SimulatedLog.Happening]
    private var random: SeededGenerator
    private var log = SimulatedLog()
    private var node: SimulatedNode
    private var now = Instant(nanoseconds: 1)
    private(set) var counts = Counts()
    private var stalls: [String] = []
    private var sleepsUntil = 0
    private var isDead = false

    init(
        seed: UInt64,
        sabotage: SimulatedNode.Sabotage? = nil,
        isHeaderAhead: Bool = false,
        happenings: [SimulatedLog.Happening] = SimulatedLog.Happening.allCases
    ) {
        self.happenings = happenings
        random = SeededGenerator(seed: seed)
        node = SimulatedNode(seed: seed, sabotage: sabotage, isHeaderAhead: isHeaderAhead)
        node.start(log, at: now)
    }

    var violations: [String] { node.violations + node.store.violations + stalls }

    mutating func run(_ steps: Int) {
        // Some walks are calm, so that their nodes keep up.
        let faults = Bool.random(using: &random) ? Self.faults : 0.02
        for step in 0..<steps {
            pass(upTo: 300)
            if Int.random(in: 0..<8, using: &random) == 0 { happen() }
            if step == sleepsUntil { wake() }
            guard step >= sleepsUntil else { continue }
            switch Int.random(in: 0..<400, using: &random) {
            case 0: sleep(from: step, isDead: true)
            case 1: sleep(from: step, isDead: false)
            case 2: node.copyDisk()
            default: node.step(log, at: now, faults: faults, &random)
            }
        }
        wake()
        count()
    }

    /// Nothing happens any more: the node must hear.
    mutating func settle() {
        for _ in 0..<2_000 {
            pass(upTo: 100)
            node.step(log, at: now, faults: 0, &random)
        }
        let end = log.end.position
        if node.state.applied?.hasSameRecord(as: end) != true {
            stalls.append("at \(node.state.applied as Any), and the log at \(end)")
        }
        if node.state.durable != node.state.applied { stalls.append("not durable") }
        if node.state.isDeaf(at: now, maxSilence: .seconds(10)) { stalls.append("deaf") }
    }

    private mutating func pass(upTo milliseconds: Int64) {
        now = now + .milliseconds(Int64.random(in: 1...milliseconds, using: &random))
    }

    private mutating func happen() {
        var choice = Int.random(in: 0..<happenings.map(\.weight).reduce(0, +), using: &random)
        for happening in happenings {
            choice -= happening.weight
            guard choice < 0 else { continue }
            log.happen(happening, at: now, &random)
            return
        }
    }

    /// The node is dead, or its machine is suspended, for a while.
    private mutating func sleep(from step: Int, isDead: Bool) {
        sleepsUntil = step + Int.random(in: 1...200, using: &random)
        self.isDead = isDead
        guard isDead else { return }
        count()
        node.die(log, &random)
    }

    private mutating func wake() {
        if isDead { node.start(log, at: now) }
        isDead = false
    }

    private mutating func count() {
        counts.add(
            Counts(
                purges: log.purges.count - 1 - counts.purges,
                proofs: node.proofs - counts.proofs,
                doubts: node.state.doubts,
                reconnects: node.state.reconnects
            )
        )
    }
}
