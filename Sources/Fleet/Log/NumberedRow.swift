// Value. What a watch tells of one revision: a record and the number that its count gives it, if both came.

struct NumberedRow: Equatable, Sendable {
    let revision: Int64
    private(set) var row: LogRow?
    private(set) var number: UInt64?
    /// False if a revision has two records: larder writes one.
    private var isSingle = true

    private init(revision: Int64) { self.revision = revision }

    /// True for the record behind a position.
    ///
    /// One at a revision at which the log was known to end is not it, whatever its number: it is from before the counter was
    /// lost, or the log was restored.
    func follows(_ position: LogPosition) -> Bool {
        row != nil && isSingle && number == position.number + 1 && revision > position.revision
    }

    /// The changes of a message, by revision.
    static func pairs(in changes: [LogChange]) -> [NumberedRow] {
        var pairs: [NumberedRow] = []
        for change in changes.sorted(by: { $0.revision < $1.revision }) {
            if pairs.last?.revision != change.revision { pairs.append(NumberedRow(revision: change.revision)) }
            pairs[pairs.count - 1].add(change)
        }
        return pairs
    }

    private mutating func add(_ change: LogChange) {
        switch change {
        case .record(let new):
            // The same one twice in a message is doubled, not two.
            isSingle = isSingle && (row == nil || row == new)
            row = new
        case .count(_, let new): number = new
        }
    }
}
