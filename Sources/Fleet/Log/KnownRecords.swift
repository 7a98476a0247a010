// Value. Which records the last accepted ones are. A number alone does not say it: if a counter was lost or a log restored,
// numbers begin again, and an old position seems to be past a new record. Nor does a revision, for those may begin again too.

struct KnownRecords: Sendable {
    /// More than may wait for the store, so that what was applied last is among them.
    private static let limit = 16_384

    /// The number of the first print.
    private var first: UInt64
    /// Of revision and id: eight bytes each, by a key of this process.
    private var prints: [Int]

    /// Begins with the record that a position is behind.
    init(from position: LogPosition) {
        first = position.number
        prints = [Self.print(position.record, position.id)]
    }

    /// Adds the next record.
    mutating func append(_ position: LogPosition) {
        prints.append(Self.print(position.record, position.id))
        guard prints.count > 2 * Self.limit else { return }
        prints.removeFirst(Self.limit)
        first += UInt64(Self.limit)
    }

    /// True if that number is known to be that record.
    func contains(_ number: UInt64, revision: Int64, id: String) -> Bool {
        self[number] == Self.print(revision, id)
    }

    /// True if that number is known to be another record.
    func contradicts(_ number: UInt64, revision: Int64, id: String) -> Bool {
        self[number].map { $0 != Self.print(revision, id) } ?? false
    }

    private subscript(_ number: UInt64) -> Int? {
        guard number >= first, number - first < UInt64(prints.count) else { return nil }
        return prints[Int(number - first)]
    }

    private static func print(_ revision: Int64, _ id: String) -> Int {
        var hasher = Hasher()
        hasher.combine(revision)
        hasher.combine(id)
        return hasher.finalize()
    }
}
