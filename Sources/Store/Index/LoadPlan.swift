// Value. What the index thread has to do until the catalog has every response of the index, and the index every response of
// the volumes. Pure.
//
// Invariant: while a step is left the catalog does not have all, so a look-up that finds nothing asks the index.

import Runtime

struct LoadPlan: Equatable {
    enum Step: Equatable {
        /// Load the rows behind a place; from the first on where it is nil.
        case load(after: ListPlace?)
        /// Read the records of these volumes, the last one first.
        case rebuild(volumes: [UInt32])
    }

    /// The shortest time between two rebuilds: a disk that fails goes on failing.
    static let rebuildPause: Duration = .seconds(1)

    private(set) var step: Step?
    /// Rows were lost: purges stay in effect and no stop is clean until the index is rebuilt.
    private(set) var isIncomplete = false
    /// Volumes that could not be opened when the index was rebuilt: it has no rows of theirs.
    private var unread: Set<UInt32> = []
    private var lastRebuild: Instant?

    /// Rows are missing, or may be.
    var isRebuilding: Bool {
        if case .rebuild = step { return true }
        return isIncomplete
    }

    /// Rows are missing, and nothing is under way that brings them.
    var needsRebuild: Bool { isIncomplete && step == nil }

    // MARK: Rebuilding

    /// Notes the time of a rebuild; false where the last one is too recent.
    mutating func mayRebuild(at now: Instant) -> Bool {
        if let lastRebuild, now - lastRebuild < Self.rebuildPause { return false }
        lastRebuild = now
        return true
    }

    /// The directory is another one: its rebuild need not wait.
    mutating func forgetLastRebuild() { lastRebuild = nil }

    mutating func rebuild(_ volumes: [UInt32], unread: Set<UInt32>) {
        step = .rebuild(volumes: volumes)
        self.unread = unread
        isIncomplete = false
    }

    /// The index cannot be rebuilt now: what the catalog does not know is a miss.
    mutating func giveUpRebuild() {
        step = nil
        isIncomplete = true
    }

    mutating func loseRows() { isIncomplete = true }

    /// Takes the next volume to read; nil where none is left.
    mutating func nextVolume() -> UInt32? {
        guard case .rebuild(var volumes) = step, let number = volumes.popLast() else { return nil }
        step = .rebuild(volumes: volumes)
        return number
    }

    // MARK: Loading

    mutating func load() { step = .load(after: nil) }

    /// Rows were loaded, up to a place; nil where they were the last ones.
    mutating func loaded(upTo place: ListPlace?) { step = place.map { .load(after: $0) } }

    /// Volumes could be opened at last.
    ///
    /// - Returns: Whether the index must be rebuilt, since it has no rows of one of them.
    mutating func opened(_ volumes: [UInt32]) -> Bool {
        if case .rebuild(let others) = step {
            step = .rebuild(volumes: others + volumes)
            return false
        }
        guard unread.isDisjoint(with: volumes) else {
            isIncomplete = true
            return true
        }
        load()
        return false
    }
}
