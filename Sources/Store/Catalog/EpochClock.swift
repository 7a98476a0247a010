// Shared. Counts look-ups, and tells the epochs in which accesses grow old.

import Synchronization

/// An epoch is four look-ups for each stored response, and a thousand at least: popularity is forgotten in the time of the
/// traffic, not of the clock.
final class EpochClock: Sendable {
    private static let lookupsPerResponse = 4
    private static let shortest = 1000
    /// Shards tell their look-ups by so many, so that a look-up rarely touches what all share.
    static let batch = 16

    private let lookups = Atomic<Int>(0)
    private let stored = Atomic<Int>(0)
    private let current = Atomic<UInt8>(0)

    /// The epoch of now.
    var epoch: UInt8 { current.load(ordering: .relaxed) }

    /// Stored responses.
    var responses: Int { stored.load(ordering: .relaxed) }

    /// A response came into the catalog, or left it (-1).
    func count(_ change: Int) { stored.add(change, ordering: .relaxed) }

    /// Counts a batch of look-ups.
    /// - Returns: The epoch after it.
    func advance() -> UInt8 {
        let sum = lookups.add(Self.batch, ordering: .relaxed).newValue
        let length = max(Self.shortest, responses * Self.lookupsPerResponse)
        guard sum >= length, lookups.compareExchange(expected: sum, desired: 0, ordering: .relaxed).exchanged else {
            return epoch
        }
        return current.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
