// A node of the walk: a LogState, its store, and a shell whose answers come late, in any order, doubled, or not at all.

import Fleet
import Runtime
import TestSupport

struct SimulatedNode {
    /// A fault put in on purpose, to see that the walk finds it.
    enum Sabotage: CaseIterable {
        /// Another log, or a shorter one, is passed off as ours.
        case positionUnchecked
        /// Our last record is always said to be where it was.
        case chainUnchecked
        /// All is said to be doubted, and nothing is.
        case doubtLeftOut
    }

    private struct Watch {
        let attempt: LogAttempt
        let generation: Int
        var from: Int64
        /// Messages that are on their way.
        var messages: [[LogChange]] = []
    }

    private(set) var state: LogState
    private(set) var store = SimulatedStore()
    private(set) var violations: [String] = []
    private let sabotage: Sabotage?
    /// True where a watch begins behind the end that its header tells of, whatever it was asked: nothing may come of it.
    private let isHeaderAhead: Bool
    private var calls: [LogAction] = []
    private var watch: Watch?
    private var attemptGeneration = 0
    /// What a node must have whose proof is a tick sent then.
    private var required: [Int64: [Int]] = [:]
    private var sent: [LogTick: Instant] = [:]
    private var heard: Instant?
    /// How often it has heard.
    private(set) var proofs = 0

    init(seed: UInt64, sabotage: Sabotage?, isHeaderAhead: Bool) {
        self.isHeaderAhead = isHeaderAhead
        state = LogState(seed: seed, limits: Self.limits)
        self.sabotage = sabotage
    }

    /// Small, so that the walk reaches each.
    private static var limits: LogLimits {
        var limits = LogLimits()
        limits.queued = 6
        limits.refill = 1
        limits.group = 2
        limits.page = 3
        return limits
    }

    mutating func start(_ log: SimulatedLog, at now: Instant) {
        receive(.began(store.memory.position, isStoreEmpty: store.memory.isEmpty), log, at: now)
    }

    /// Dies: a transaction under way may be on the disk, or not.
    mutating func die(_ log: SimulatedLog, _ random: inout SeededGenerator) {
        if Bool.random(using: &random) { perform(log, isDurable: true) }
        store.restart(&random)
        state = LogState(seed: random.next(), limits: Self.limits)
        calls = []
        watch = nil
        sent = [:]
        heard = nil
    }

    mutating func copyDisk() { store.copyDisk() }

    private mutating func perform(_ log: SimulatedLog, isDurable: Bool) {
        if sabotage == .doubtLeftOut { store.passWithoutDoubt() }
        store.perform(in: log, isDurable: isDurable)
    }

    private mutating func receive(_ event: LogEvent, _ log: SimulatedLog, at now: Instant) {
        for action in state.receive(event, at: now) {
            switch action {
            case .apply, .doubt, .keep: store.ask(action)
            case .stopWatch:
                watch = nil
                calls.removeAll { if case .watch = $0 { true } else { false } }
            case .useNextEndpoint: break
            case .readEnd:
                attemptGeneration = log.generation
                calls.append(action)
            case .readTick(let tick):
                sent[tick] = now
                calls.append(action)
            case .readRecord, .readPage, .watch: calls.append(action)
            }
        }
        judge(log)
    }

    /// What was heard must be true.
    private mutating func judge(_ log: SimulatedLog) {
        guard let now = state.heard, now != heard else { return }
        heard = now
        proofs += 1
        let missing = required[now.nanoseconds, default: []].filter { !store.memory.covered.contains($0) }
        if !missing.isEmpty {
            violations.append("heard, and \(missing.count) purges are missing: \(missing.prefix(3))")
        }
    }
}

// Its shell.
extension SimulatedNode {
    /// One thing happens.
    mutating func step(_ log: SimulatedLog, at now: Instant, faults: Double, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: answerCall(log, at: now, faults: faults, &random)
        case 5..<7 where store.asked != nil:
            let isDurable = Double.random(in: 0..<1, using: &random) >= faults
            perform(log, isDurable: isDurable)
            receive(.stored(isDurable: isDurable), log, at: now)
        case 7..<9: deliver(log, at: now, faults: faults, &random)
        default: receive(.timePassed, log, at: now)
        }
    }

    private mutating func answerCall(
        _ log: SimulatedLog,
        at now: Instant,
        faults: Double,
        _ random: inout SeededGenerator
    ) {
        guard !calls.isEmpty else { return }
        let action = calls.remove(at: Int.random(in: 0..<calls.count, using: &random))
        let fails = Double.random(in: 0..<1, using: &random) < faults / 2
        // An answer may come twice.
        if Double.random(in: 0..<1, using: &random) < faults / 4 { calls.append(action) }
        switch action {
        case .readTick(let tick):
            if let sent = sent[tick], required[sent.nanoseconds] == nil {
                // An end without any record cannot tell a new log from one whose counter was lost: RESUME can.
                required[sent.nanoseconds] = log.end.number == 0 ? [] : log.purges(before: sent)
            }
            receive(fails ? .tickFailed(tick) : .ticked(log.end, tick), log, at: now)
        case .readEnd(let attempt): answer(.endRead(seen(log.end), attempt), attempt, fails, log, now)
        case .readRecord(let id, let attempt):
            answer(.recordRead(revision: chain(id, log), attempt), attempt, fails, log, now)
        case .readPage(let from, let at, let limit, let attempt):
            let page = log.page(from: from, at: at, limit: limit)
            let event = page.map { LogEvent.pageRead($0.rows, from: from, hasMore: $0.hasMore, attempt) }
            answer(event ?? .failed(.compacted, attempt), attempt, fails, log, now)
        case .watch(let from, let attempt):
            let start = isHeaderAhead ? log.end.revision + 1 : from
            if !fails { watch = Watch(attempt: attempt, generation: attemptGeneration, from: start) }
            receive(fails ? .failed(.error, attempt) : .watchOpened(attempt), log, at: now)
        default: break
        }
    }

    /// Another cluster than at its RESUME answers no call of an attempt: its connections are closed.
    private mutating func answer(
        _ event: LogEvent,
        _ attempt: LogAttempt,
        _ fails: Bool,
        _ log: SimulatedLog,
        _ now: Instant
    ) {
        let isClosed = fails || attemptGeneration != log.generation
        receive(isClosed ? .failed(.error, attempt) : event, log, at: now)
    }

    private func seen(_ end: LogEnd) -> LogEnd {
        guard sabotage == .positionUnchecked, let position = store.memory.position else { return end }
        let isOurs = end.log == position.log && end.number >= position.number && end.revision >= position.revision
        guard !isOurs else { return end }
        return LogEnd(
            log: position.log,
            number: max(end.number, position.number),
            revision: max(end.revision, position.revision),
            record: position.record,
            id: position.id
        )
    }

    private func chain(_ id: String, _ log: SimulatedLog) -> Int64? {
        guard sabotage == .chainUnchecked, let position = store.memory.position, position.id == id else {
            return log.revision(of: id)
        }
        return position.record
    }

    /// A message of the watch, or its end.
    private mutating func deliver(
        _ log: SimulatedLog,
        at now: Instant,
        faults: Double,
        _ random: inout SeededGenerator
    ) {
        guard var open = watch else { return }
        guard open.generation == log.generation, Double.random(in: 0..<1, using: &random) >= faults / 4 else {
            watch = nil
            receive(.failed(.closed, open.attempt), log, at: now)
            return
        }
        guard let changes = log.changes(from: open.from) else {
            watch = nil
            receive(.failed(.compacted, open.attempt), log, at: now)
            return
        }
        if let last = changes.last {
            open.from = last.revision + 1
            open.messages += messages(of: changes, faults: faults, &random)
        }
        let message = open.messages.isEmpty ? nil : open.messages.removeFirst()
        watch = open
        if let message { receive(.changed(message, open.attempt), log, at: now) }
    }

    /// Changes as messages; with faults some are doubled, dropped, reordered, split or mixed.
    private func messages(
        of changes: [LogChange],
        faults: Double,
        _ random: inout SeededGenerator
    ) -> [[LogChange]] {
        var messages: [[LogChange]] = []
        for change in changes {
            let isSplit = Double.random(in: 0..<1, using: &random) < faults / 4
            let begins = messages.last?.last?.revision != change.revision && Bool.random(using: &random)
            if messages.isEmpty || isSplit || begins { messages.append([]) }
            messages[messages.count - 1].append(change)
        }
        guard Double.random(in: 0..<1, using: &random) < faults,
            let index = messages.indices.randomElement(using: &random)
        else { return messages }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: messages.insert(messages[index], at: Int.random(in: index...messages.count, using: &random))
        case 1: messages.remove(at: index)
        case 2: messages.shuffle(using: &random)
        default: messages[index].shuffle(using: &random)
        }
        return messages
    }
}
