// Value. Whether the disk serves the reads of hits in time. Pure: time is an argument.

import Runtime

struct ReadHealth: Equatable {
    /// Late reads in a row that count as a slow disk instead of a coincidence.
    static let latesInARow = 5
    /// Late reads that are further apart do not count together.
    static let memory: Duration = .seconds(10)
    /// Reads in time in a row after which the disk counts as fast again.
    static let inTimesInARow = 3

    private(set) var isSlow = false
    private var lates = 0
    private var lastLate: Instant?
    private var inTimes = 0

    /// A read is late: it may never end.
    mutating func noteLate(at now: Instant) {
        if let lastLate, now - lastLate > Self.memory { lates = 0 }
        lates += 1
        lastLate = now
        inTimes = 0
        if lates >= Self.latesInARow { isSlow = true }
    }

    /// A read came in time.
    mutating func noteInTime() {
        lates = 0
        guard isSlow else { return }
        inTimes += 1
        if inTimes >= Self.inTimesInARow { self = ReadHealth() }
    }
}
