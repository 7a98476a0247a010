// Value. Which responses of a reclaimed volume are worth copying forward. Pure.

struct Survivors {
    /// The responses to copy, best first.
    private(set) var kept: [CatalogEntry] = []
    /// Bytes of their records.
    private(set) var bytes: Int64 = 0
    /// The worth of the best one that goes; 0 if all stay.
    private(set) var bestGone = 0.0

    /// The best two thirds of a main volume; of probation those alone that reach the bar.
    /// - Parameters:
    ///   - candidates: What the volume holds, and what each is worth.
    ///   - charge: What the volume takes: reclaiming must always make room.
    ///   - least: What a response must be worth; one worth nothing never stays.
    init(of candidates: [(entry: CatalogEntry, worth: Double)], charge: Int64, least: Double) {
        let room = charge * 2 / 3
        for (entry, worth) in candidates.sorted(by: { $0.worth > $1.worth }) {
            if worth >= least, worth > 0, bytes + entry.recordLength <= room {
                kept.append(entry)
                bytes += entry.recordLength
            } else {
                bestGone = max(bestGone, worth)
            }
        }
    }
}
