// Value. TICK: proves that nothing was missed. An end of the log, once its record is applied, proves that all purges from before the
// tick was sent are applied; so the node has heard at that instant, never later (F2). Nothing else is a proof. An end must name a
// accepted record by number, revision and id: a number alone may be one of another history.

import Runtime

struct Ticks: Sendable {
    /// What an answer says of the watch.
    enum Finding: Equatable, Sendable {
        case nothing
        /// Two ticks in turn, and the watch did not tell what the first one did.
        case silent
        /// The log is not the one that is followed, or has lost something of it.
        case otherLog
    }

    private struct Sent: Sendable {
        let tick: LogTick
        let at: Instant
        /// What had been accepted by then: a log that ends before it is another one.
        let accepted: LogPosition?
        let attempt: LogAttempt
    }

    private struct Pending: Sendable {
        let end: LogEnd
        let sentAt: Instant
    }

    private let limits: LogLimits
    private var count: UInt64 = 0
    private var nextAt: Instant?
    private var outstanding: Sent?
    private var pending: [Pending] = []
    /// What the last answer told and the watch had not.
    private var behind: (number: UInt64, attempt: LogAttempt)?
    /// When the node last heard, by proof.
    private(set) var heard: Instant?

    init(limits: LogLimits) { self.limits = limits }

    /// When the next tick is due.
    var wakeAt: Instant {
        guard let outstanding else { return nextAt ?? .never }
        return outstanding.at + limits.tickDeadline
    }

    mutating func begin(at now: Instant) { nextAt = now }

    /// The next tick, if it is due.
    mutating func next(_ accepted: LogPosition?, _ attempt: LogAttempt, at now: Instant) -> LogTick? {
        guard now >= wakeAt else { return nil }
        count += 1
        let tick = LogTick(number: count)
        outstanding = Sent(tick: tick, at: now, accepted: accepted, attempt: attempt)
        nextAt = now + limits.tick
        return tick
    }

    /// False for the answer to another tick than the last one.
    mutating func failed(_ tick: LogTick) -> Bool {
        guard outstanding?.tick == tick else { return false }
        outstanding = nil
        return true
    }

    mutating func answered(_ tick: LogTick, _ end: LogEnd, _ queue: ApplyQueue, _ attempt: LogAttempt) -> Finding {
        guard let sent = outstanding, sent.tick == tick else { return .nothing }
        outstanding = nil
        if let accepted = queue.accepted {
            let isOurs = end.log == accepted.log && !queue.contradicts(end)
            let isShorter = sent.accepted.map { end.number < $0.number } ?? false
            guard isOurs, !isShorter else {
                behind = nil
                return sent.attempt == attempt ? .otherLog : .nothing
            }
        }
        if pending.count >= limits.pendingProofs { pending.removeFirst() }
        pending.append(Pending(end: end, sentAt: sent.at))
        return compare(end, queue.accepted, attempt)
    }

    private mutating func compare(_ end: LogEnd, _ accepted: LogPosition?, _ attempt: LogAttempt) -> Finding {
        guard let accepted else { return .nothing }
        if let behind, behind.attempt == attempt, behind.number > accepted.number {
            self.behind = nil
            return .silent
        }
        behind = end.number > accepted.number ? (end.number, attempt) : nil
        return .nothing
    }

    /// Takes the proofs of what is applied; true if there was one.
    mutating func prove(_ queue: ApplyQueue) -> Bool {
        let proven = pending.filter { proof in
            let end = proof.end
            return end.log == queue.applied?.log && queue.hasApplied(end.number, revision: end.record, id: end.id)
        }
        guard let last = proven.map(\.sentAt).max() else { return false }
        pending.removeAll { $0.sentAt <= last }
        heard = max(heard ?? last, last)
        return true
    }
}
