// A value. Which responses of a reclaimed volume are worth copying forward. Pure.

enum Survivors {
    /// What a ring asks of a response that is to stay: one hit since it was stored or last survived.
    private static let leastAccesses: UInt8 = 1

    /// The most of a reclaimed volume that is copied: reclaiming must always make room.
    private static let mostCopied = 3

    /// The candidates to keep, most accesses per byte first, in at most three quarters of the volume.
    static func choose(from candidates: [DirectoryEntry], charge: Int64) -> [DirectoryEntry] {
        let worthwhile = candidates.filter { $0.accesses >= leastAccesses }
            .sorted { rank($0) > rank($1) }
        var room = charge / 4 * Int64(mostCopied)
        return worthwhile.filter { entry in
            guard entry.recordLength <= room else { return false }
            room -= entry.recordLength
            return true
        }
    }

    /// The accesses a survivor keeps: it has to be asked for again to survive once more.
    static func accesses(of entry: DirectoryEntry, from ring: Shelf.Ring) -> UInt8 {
        ring == .probation ? 0 : min(max(entry.accesses, 1), 3) - 1
    }

    private static func rank(_ entry: DirectoryEntry) -> Double {
        Double(min(entry.accesses, 15)) / Double(entry.recordLength)
    }
}
