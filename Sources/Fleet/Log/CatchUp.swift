// Value. CATCH UP: the records behind a position, page by page at one revision. They are numbered only when all are there and
// exactly as many as the counter says (F4): with a wrong number a receipt would say done of a purge that is not.

struct CatchUp: Sendable {
    enum Step: Equatable, Sendable {
        /// Read on from this revision.
        case read(from: Int64)
        case complete([LogRow])
        case doubt(DoubtReason)
    }

    /// Where the log ended when it began.
    let end: LogEnd
    private let limits: LogLimits
    private let expected: UInt64
    private var last: Int64
    private var rows: [LogRow] = []
    private var bytes = 0

    /// - Parameter position: One that RESUME has found to be before the end.
    init(from position: LogPosition, to end: LogEnd, limits: LogLimits) {
        self.end = end
        self.limits = limits
        expected = end.number - position.number
        last = position.next - 1
    }

    var first: Step { expected > UInt64(limits.caughtUp) ? .doubt(.tooFar) : .read(from: last + 1) }

    /// Where the next page begins, for reading it again.
    var from: Int64 { last + 1 }

    mutating func add(_ page: [LogRow], hasMore: Bool) -> Step {
        for row in page {
            // Two records of one revision are not larder's, and a page may end between them.
            guard row.revision > last, row.revision <= end.revision else { return .doubt(.gap) }
            last = row.revision
            bytes += row.value.count
            rows.append(row)
        }
        guard UInt64(rows.count) <= expected else { return .doubt(.gap) }
        guard bytes <= limits.caughtUpBytes else { return .doubt(.tooFar) }
        if hasMore, !page.isEmpty { return .read(from: last + 1) }
        guard UInt64(rows.count) == expected else { return .doubt(.gap) }
        if let row = rows.last, row.revision != end.record || row.id != end.id { return .doubt(.gap) }
        return .complete(rows)
    }
}
