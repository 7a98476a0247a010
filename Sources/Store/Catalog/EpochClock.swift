// Shared. Counts look-ups, and divides them into epochs by which accesses age.

import Synchronization

/// An epoch is four look-ups for each stored response, and a thousand at least: accesses age by traffic, not by time.
final class EpochClock: Sendable {
    private static let lookupsPerResponse = 4
    private static let shortest = 1000
    /// Shards report their look-ups in batches of this size, so that a look-up rarely touches shared memory.
    static let batch = 16

    private let lookups = Atomic<Int>(0)
    private let stored = Atomic<Int>(0)
    private let current = Atomic<UInt8>(0)

    /// The present epoch.
    var epoch: UInt8 { current.load(ordering: .relaxed) }

    /// Stored responses.
    var responses: Int { stored.load(ordering: .relaxed) }

    /// A response was added to the catalog (1), or removed from it (-1).
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
