// Value. Which responses of a reclaimed volume are worth copying forward. Pure.

struct Survivors {
    /// The responses to copy, best first.
    private(set) var kept: [CatalogEntry] = []
    /// Bytes of their records.
    private(set) var bytes: Int64 = 0
    /// The worth of the best response that is evicted; 0 if all stay.
    private(set) var bestGone = 0.0

    /// The best two thirds of a main volume; of a probation volume only those that reach the threshold.
    /// - Parameters:
    ///   - candidates: The responses of the volume with their worth.
    ///   - charge: The space of the volume: reclaiming must always make room.
    ///   - least: The worth that a response needs; one without worth never stays.
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
