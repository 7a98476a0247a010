// Value. Whether the disk gives what hits ask of it in time. Pure: time is an argument.

import Runtime

struct ReadHealth: Equatable {
    /// So many late reads, one after the other, tell of the disk rather than of a moment.
    static let latesInARow = 5
    /// Late reads further apart than this do not count together.
    static let memory: Duration = .seconds(10)
    /// So many reads in time, one after the other, end it.
    static let inTimesInARow = 3

    private(set) var isSlow = false
    private var lates = 0
    private var lastLate: Instant?
    private var inTimes = 0

    /// A read is late: it may never come.
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
