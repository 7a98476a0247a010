// Value. How a node follows the log of purges, as one state machine: what happened in, what to do out. The fleet's thread has the
// only one and performs its actions.
//
// Its invariant: all purges of the log up to the applied position have been applied, in their order, each once, or all that was
// stored by then is doubted. An event of a watch is never trusted to be the next one: its number must say so. No position is
// taken from a watch's header, which may be ahead of its events.

package import Runtime

package struct LogState: Sendable {
    private enum Phase: Sendable {
        case idle
        /// Connects again then.
        case waiting(until: Instant)
        case readingEnd
        /// Looks whether our last record is still where it was.
        case checkingChain(LogEnd)
        case readingPages(CatchUp)
        case opening
        case following
        /// Too much waits for the store; nothing is watched until there is room.
        case draining
    }

    private let limits: LogLimits
    private var phase = Phase.idle
    private var attempt = LogAttempt()
    private var isStoreEmpty = false
    /// The watch cannot tell what is missing: it is read as pages.
    private var wantsPages = false
    private var pageLimit: Int
    private var queue: ApplyQueue
    private var ticks: Ticks
    private var backoff: Backoff
    /// The number that the log was last known to have; 0 before that.
    package private(set) var logNumber: UInt64 = 0
    /// How often all was doubted.
    package private(set) var doubts: [DoubtReason: Int] = [:]
    /// How often an attempt ended.
    package private(set) var reconnects: [LogFailure: Int] = [:]

    package init(seed: UInt64, limits: LogLimits = LogLimits()) {
        self.limits = limits
        pageLimit = limits.page
        queue = ApplyQueue(limits: limits)
        ticks = Ticks(limits: limits)
        backoff = Backoff(seed: seed)
    }

    /// What the store has done; nil before it has a position.
    package var applied: LogPosition? { queue.applied }
    /// What would outlive a crash.
    package var durable: LogPosition? { queue.durable }
    /// When the node last heard, by proof: all purges from before it are applied.
    package var heard: Instant? { ticks.heard }
    package var hasCaughtUp: Bool { ticks.heard != nil }
    /// Records that wait for the store.
    package var waiting: Int { queue.count }

    /// True if that record is applied here, and so are all before it; if asked for, so that it outlives a crash.
    ///
    /// A number alone is not enough: numbers begin again if a counter is lost or a log restored. False for records from before
    /// the position at which this run began.
    package func hasApplied(_ number: UInt64, revision: Int64, id: String, durably isDurable: Bool) -> Bool {
        isDurable
            ? queue.hasMadeDurable(number, revision: revision, id: id)
            : queue.hasApplied(number, revision: revision, id: id)
    }

    /// DEAF: true if nothing proves that no purge was missed for so long.
    package func isDeaf(at now: Instant, maxSilence: Duration) -> Bool {
        guard let heard = ticks.heard else { return true }
        return now - heard > maxSilence
    }

    /// When `timePassed` is due.
    package var wakeAt: Instant {
        var earliest = min(ticks.wakeAt, queue.wakeAt)
        if case .waiting(let until) = phase { earliest = min(earliest, until) }
        return earliest
    }

    /// Takes an event.
    /// - Parameter now: By a clock that counts the time the machine sleeps.
    /// - Returns: What to do, in this order.
    package mutating func receive(_ event: LogEvent, at now: Instant) -> [LogAction] {
        var actions = react(to: event, at: now)
        if case .waiting(let until) = phase, now >= until { actions += resume() }
        if case .draining = phase, queue.hasRoom { actions += resume() }
        if let tick = ticks.next(queue.accepted, attempt, at: now) { actions.append(.readTick(tick)) }
        if let action = queue.next(at: now) {
            if case .doubt(_, let reason) = action, reason.isCounted { doubts[reason, default: 0] += 1 }
            actions.append(action)
        }
        return actions
    }

    private mutating func react(to event: LogEvent, at now: Instant) -> [LogAction] {
        switch event {
        case .began(let position, let isStoreEmpty): return begin(at: position, isStoreEmpty: isStoreEmpty, now)
        case .endRead(let end, let attempt): return attempt == self.attempt ? judge(end) : []
        case .recordRead(let revision, let attempt): return attempt == self.attempt ? checkChain(revision) : []
        case .pageRead(let rows, let from, let hasMore, let attempt):
            return attempt == self.attempt ? addPage(rows, from: from, hasMore: hasMore) : []
        case .watchOpened(let attempt):
            if attempt == self.attempt, case .opening = phase { phase = .following }
            return []
        case .changed(let changes, let attempt): return attempt == self.attempt ? take(changes, at: now) : []
        case .failed(let failure, let attempt): return attempt == self.attempt ? fail(failure, at: now) : []
        case .stored(let isDurable):
            queue.stored(isDurable: isDurable, at: now)
            prove()
            return []
        case .ticked(let end, let tick): return judge(end, tick, at: now)
        case .tickFailed(let tick): return ticks.failed(tick) ? [.useNextEndpoint(isForTicks: true)] : []
        case .timePassed: return []
        }
    }

    private mutating func begin(at position: LogPosition?, isStoreEmpty: Bool, _ now: Instant) -> [LogAction] {
        guard case .idle = phase else { return [] }
        if let position { queue.begin(at: position) }
        self.isStoreEmpty = isStoreEmpty
        ticks.begin(at: now)
        return resume()
    }
}

// RESUME and CATCH UP.
extension LogState {
    private mutating func resume() -> [LogAction] {
        attempt.begin()
        phase = .readingEnd
        return [.readEnd(attempt)]
    }

    private mutating func judge(_ end: LogEnd) -> [LogAction] {
        guard case .readingEnd = phase else { return [] }
        logNumber = end.number
        guard let position = queue.accepted else { return doubt(end, isStoreEmpty ? .newStore : .noPosition) }
        switch ResumeVerdict.of(position, end) {
        case .same where position.number == 0:
            // No counter: a new log, or one that lost it. Records tell.
            wantsPages = true
            return goOn(to: end)
        case .same:
            queue.confirm(at: end.revision)
            return open(from: end.revision + 1)
        case .ahead where position.number == 0: return goOn(to: end)
        case .ahead:
            phase = .checkingChain(end)
            return [.readRecord(position.id, attempt)]
        case .doubt(let reason): return doubt(end, reason)
        }
    }

    private mutating func checkChain(_ revision: Int64?) -> [LogAction] {
        guard case .checkingChain(let end) = phase, let position = queue.accepted else { return [] }
        guard let revision else { return doubt(end, .trimmed) }
        return revision == position.record ? goOn(to: end) : doubt(end, .otherHistory)
    }

    /// The log has our past and goes on behind it.
    private mutating func goOn(to end: LogEnd) -> [LogAction] {
        guard let position = queue.accepted else { return [] }
        guard wantsPages else { return open(from: position.next) }
        let catchUp = CatchUp(from: position, to: end, limits: limits)
        phase = .readingPages(catchUp)
        return perform(catchUp.first, end)
    }

    private mutating func addPage(_ rows: [LogRow], from: Int64, hasMore: Bool) -> [LogAction] {
        guard case .readingPages(var catchUp) = phase, from == catchUp.from else { return [] }
        let step = catchUp.add(rows, hasMore: hasMore)
        phase = .readingPages(catchUp)
        return perform(step, catchUp.end)
    }

    private mutating func perform(_ step: CatchUp.Step, _ end: LogEnd) -> [LogAction] {
        switch step {
        case .read(let from): return [.readPage(from: from, at: end.revision, limit: pageLimit, attempt)]
        case .complete(let rows):
            for row in rows { queue.accept(row) }
            queue.confirm(at: end.revision)
            return open(from: end.revision + 1)
        case .doubt(let reason): return doubt(end, reason)
        }
    }

    /// DOUBT: goes on from the log's end.
    private mutating func doubt(_ end: LogEnd, _ reason: DoubtReason) -> [LogAction] {
        queue.doubt(end.position, reason)
        return open(from: end.revision + 1)
    }
}

// The watch and the ticks.
extension LogState {
    private mutating func open(from revision: Int64) -> [LogAction] {
        wantsPages = false
        pageLimit = limits.page
        guard !queue.isFull else {
            phase = .draining
            return []
        }
        phase = .opening
        return [.watch(from: revision, attempt)]
    }

    private var isWatching: Bool {
        switch phase {
        case .opening, .following: true
        case .idle, .waiting, .readingEnd, .checkingChain, .readingPages, .draining: false
        }
    }

    private mutating func take(_ changes: [LogChange], at now: Instant) -> [LogAction] {
        guard isWatching else { return [] }
        for change in NumberedRow.pairs(in: changes) {
            guard let position = queue.accepted, change.revision > position.record else { continue }
            guard change.follows(position), let row = change.row else { return end(.gap, at: now) }
            guard !queue.isFull else {
                reconnects[.overflow, default: 0] += 1
                attempt.begin()
                phase = .draining
                return [.stopWatch]
            }
            queue.accept(row)
            logNumber = max(logNumber, position.number + 1)
        }
        return []
    }

    private mutating func fail(_ failure: LogFailure, at now: Instant) -> [LogAction] {
        if case .readingPages(let catchUp) = phase, failure == .tooLarge {
            guard pageLimit > 1 else { return doubt(catchUp.end, .tooFar) }
            pageLimit /= 2
            return perform(.read(from: catchUp.from), catchUp.end)
        }
        return end(failure, at: now)
    }

    /// Ends the attempt; the next one is another endpoint's.
    private mutating func end(_ failure: LogFailure, at now: Instant) -> [LogAction] {
        switch phase {
        case .idle, .waiting, .draining: return []
        case .readingEnd, .checkingChain, .readingPages, .opening, .following: break
        }
        switch failure {
        case .compacted, .tooLarge, .gap, .silent: wantsPages = true
        case .closed, .error, .otherLog, .overflow: break
        }
        reconnects[failure, default: 0] += 1
        let stop: [LogAction] = isWatching ? [.stopWatch] : []
        attempt.begin()
        phase = .waiting(until: now + backoff.next())
        return stop + [.useNextEndpoint(isForTicks: false)]
    }

    private mutating func judge(_ end: LogEnd, _ tick: LogTick, at now: Instant) -> [LogAction] {
        let finding = ticks.answered(tick, end, queue, attempt)
        if finding == .nothing { logNumber = max(logNumber, end.number) }
        prove()
        switch finding {
        case .nothing: return []
        case .silent: return isWatching ? self.end(.silent, at: now) : []
        case .otherLog:
            return [.useNextEndpoint(isForTicks: true)] + (isWatching ? self.end(.otherLog, at: now) : [])
        }
    }

    private mutating func prove() {
        if ticks.prove(queue) { backoff.reset() }
    }
}
