// Value. APPLY: what has been accepted from the log and waits for the store, which does one thing at a time. Accepted is record
// n + 1 only behind record n (F4); applied is what the store says it has done; durable is what would outlive a crash.

import Runtime

struct ApplyQueue: Sendable {
    private let limits: LogLimits
    /// The position behind all that was accepted.
    private(set) var accepted: LogPosition?
    private(set) var applied: LogPosition?
    private(set) var durable: LogPosition?
    private var known: KnownRecords?
    /// What comes before all rows.
    private var doubted: (position: LogPosition, reason: DoubtReason)?
    private var rows: [(row: LogRow, position: LogPosition)] = []
    /// Rows before this one are done.
    private var first = 0
    private var bytes = 0
    /// The position that the store will have when it has done what it was asked.
    private var underWay: LogPosition?
    private var keepAt: Instant?

    init(limits: LogLimits) { self.limits = limits }

    var count: Int { rows.count - first }
    var isFull: Bool { count >= limits.queued || bytes >= limits.queuedBytes }
    var hasRoom: Bool { count <= limits.refill && bytes <= limits.queuedBytes / 2 }
    /// When the store is asked again to keep what it could not.
    var wakeAt: Instant { underWay == nil ? keepAt ?? .never : .never }

    mutating func begin(at position: LogPosition) {
        accepted = position
        applied = position
        durable = position
        known = KnownRecords(from: position)
    }

    /// Takes the record behind all that was accepted.
    mutating func accept(_ row: LogRow) {
        guard let position = accepted?.after(row) else { return }
        accepted = position
        known?.append(position)
        bytes += row.value.count
        rows.append((row, position))
    }

    /// Goes on from a position without what is between: all that is stored by then is doubted, which goes for what waits too.
    mutating func doubt(_ position: LogPosition, _ reason: DoubtReason) {
        accepted = position
        known = KnownRecords(from: position)
        doubted = (position, reason)
        rows = []
        first = 0
        bytes = 0
    }

    /// True if that record, and so all before it, is applied.
    func hasApplied(_ number: UInt64, revision: Int64, id: String) -> Bool {
        isKnown(number, revision, id, upTo: applied)
    }

    /// True if that also outlives a crash.
    func hasMadeDurable(_ number: UInt64, revision: Int64, id: String) -> Bool {
        isKnown(number, revision, id, upTo: durable)
    }

    private func isKnown(_ number: UInt64, _ revision: Int64, _ id: String, upTo position: LogPosition?) -> Bool {
        // The position may be one in another history than what was accepted since: then it is not known itself.
        guard let known, let position,
            known.contains(position.number, revision: position.record, id: position.id)
        else { return false }
        return number <= position.number && known.contains(number, revision: revision, id: id)
    }

    /// True if the number is another record's.
    func contradicts(_ end: LogEnd) -> Bool {
        known?.contradicts(end.number, revision: end.record, id: end.id) ?? false
    }

    /// The log was found to end at the accepted position.
    mutating func confirm(at revision: Int64) { accepted = accepted?.confirmed(at: revision) }

    /// The store has done what it was asked.
    mutating func stored(isDurable: Bool, at now: Instant) {
        guard let position = underWay else { return }
        underWay = nil
        applied = position
        if isDurable { durable = position }
        keepAt = isDurable ? nil : now + limits.keep
    }

    /// What the store is to do next; nil if it is busy or nothing waits.
    mutating func next(at now: Instant) -> LogAction? {
        guard underWay == nil else { return nil }
        if let doubted {
            self.doubted = nil
            return ask(.doubt(doubted.position, doubted.reason), doubted.position)
        }
        if count > 0 { return nextFault() ?? nextGroup() }
        guard let keepAt, now >= keepAt, let applied else { return nil }
        return ask(.keep(applied), applied)
    }

    private mutating func ask(_ action: LogAction, _ position: LogPosition) -> LogAction {
        underWay = position
        keepAt = nil
        return action
    }

    /// The records that are understood, up to one that is not.
    private mutating func nextGroup() -> LogAction? {
        var entries: [LogEntry] = []
        var size = 0
        for (row, position) in rows[first...].prefix(limits.group) {
            guard entries.isEmpty || size + row.value.count <= limits.groupBytes,
                case .success(let record) = Self.read(row)
            else { break }
            size += row.value.count
            entries.append(LogEntry(number: position.number, revision: row.revision, id: row.id, record: record))
        }
        guard let position = take(entries.count) else { return nil }
        return ask(.apply(entries, position), position)
    }

    /// One doubt for all the next records that are not understood; nil if the next one is.
    private mutating func nextFault() -> LogAction? {
        var count = 0
        var reason: DoubtReason?
        for (row, _) in rows[first...].prefix(limits.group) {
            guard case .failure(let fault) = Self.read(row) else { break }
            reason = reason ?? fault.reason
            count += 1
        }
        guard let reason, let position = take(count) else { return nil }
        return ask(.doubt(position, reason), position)
    }

    private static func read(_ row: LogRow) -> Result<FleetRecord, RecordFault> {
        guard !row.id.isEmpty else { return .failure(.malformed("no id of larder's")) }
        return Result { () throws(RecordFault) in try FleetRecord(parsing: row.value) }
    }

    /// Removes rows; the position behind them.
    private mutating func take(_ count: Int) -> LogPosition? {
        guard count > 0 else { return nil }
        let position = rows[first + count - 1].position
        for (row, _) in rows[first..<first + count] { bytes -= row.value.count }
        first += count
        // Moved seldom enough that it costs nothing, often enough that little is kept.
        if first > rows.count / 2 {
            rows.removeFirst(first)
            first = 0
        }
        return position
    }
}
