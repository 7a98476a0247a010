// Shared. All metadata that a look-up needs, in memory, in shards with a lock each.
//
// Invariant: an entry is inserted only under its shard's lock and after the fence allowed it. So no purge can be undone
// by a fill, a validation or a loading of the index that began before it.

import Runtime
import Synchronization

/// A stored response that a look-up found.
public struct Candidate: Sendable {
    /// The catalog's entry, as it was at the look-up.
    public let entry: CatalogEntry
    /// Its copy in the memory tier, if there is one.
    public let item: MemoryItem?
}

/// The result of a look-up.
public enum Lookup: Sendable {
    /// Nothing is stored for it.
    case miss
    /// The catalog is still loading and does not have this key yet: the index must be asked.
    case loading
    /// One response is stored.
    case one(Candidate)
    /// Several variants are stored (or, rarely, two keys share the hash).
    case several([Candidate])

    /// The stored responses.
    public var candidates: [Candidate] {
        switch self {
        case .miss, .loading: []
        case .one(let candidate): [candidate]
        case .several(let candidates): candidates
        }
    }
}

final class Catalog: Sendable {
    private static let shardBits = 5
    static let shardCount = 1 << shardBits
    /// About 4000 entries, some microseconds.
    private static let chunksAtOnce = 16

    private final class Shard: Sendable {
        let state: Lock<CatalogShard>
        init(memoryLimit: Int, clock: EpochClock) {
            state = Lock(CatalogShard(memoryLimit: memoryLimit, clock: clock))
        }
    }

    /// Knows the age of accesses.
    let clock: EpochClock
    private let shards: [Shard]

    /// - Parameter memoryLimit: The bytes of the memory tier, divided evenly among the shards.
    init(memoryLimit: Int64) {
        let clock = EpochClock()
        self.clock = clock
        shards = (0..<Self.shardCount).map { _ in
            Shard(memoryLimit: Int(memoryLimit) / Self.shardCount, clock: clock)
        }
    }

    private func shard(of hash: UInt64) -> Shard { shards[Int(truncatingIfNeeded: hash) & (Self.shardCount - 1)] }

    /// Looks a key up and counts an access.
    ///
    /// One short lock; no allocation unless there are variants.
    func look(up hash: UInt64) -> Lookup {
        shard(of: hash).state.withLock { $0.look(up: hash) }
    }

    /// The entries of a hash with their copies in memory; counts nothing.
    func peek(_ hash: UInt64) -> [Candidate] { shard(of: hash).state.withLock { $0.peek(hash) } }

    /// Inserts an entry if `isAllowed` holds under the shard's lock; returns the entry it replaced.
    ///
    /// A copy of another record is inserted only while that record is still there: its removal also means the copy.
    func insert(
        _ entry: CatalogEntry,
        madeOf source: RecordLocation? = nil,
        if isAllowed: () -> Bool
    ) -> (inserted: Bool, replaced: CatalogEntry?) {
        shard(of: entry.hash).state.withLock { shard in
            let isCurrent = source.map { shard.entry(entry.hash, at: $0) != nil } ?? true
            return isCurrent && isAllowed() ? (true, shard.insert(entry)) : (false, nil)
        }
    }

    /// Inserts an entry from the index or a scan, unless a newer one of the key and variant is there.
    func load(_ entry: CatalogEntry, if isAllowed: () -> Bool) {
        shard(of: entry.hash).state.withLock { shard in
            guard isAllowed() else { return }
            var isThere = false
            shard.visit(hash: entry.hash) {
                isThere = isThere || ($0.variant == entry.variant && $0.vary == entry.vary)
            }
            if !isThere { _ = shard.insert(entry) }
        }
    }

    func remove(_ hash: UInt64, where matches: (CatalogEntry) -> Bool = { _ in true }) -> [CatalogEntry] {
        shard(of: hash).state.withLock { $0.remove(hash, where: matches) }
    }

    func update(_ hash: UInt64, at location: RecordLocation, _ change: (inout CatalogEntry) -> Void) -> Bool {
        shard(of: hash).state.withLock { $0.update(hash, at: location, change) }
    }

    func entry(_ hash: UInt64, at location: RecordLocation) -> CatalogEntry? {
        shard(of: hash).state.withLock { $0.entry(hash, at: location) }
    }

    func admit(_ item: MemoryItem, for entry: CatalogEntry) {
        shard(of: entry.hash).state.withLock { $0.admit(item, for: entry) }
    }

    func hasRoomInMemory(for entry: CatalogEntry) -> Bool {
        shard(of: entry.hash).state.withLock { $0.memory.used + Int(entry.recordLength) + 512 <= $0.memory.limit }
    }

    func dropFromMemory(_ hash: UInt64, at location: RecordLocation) {
        shard(of: hash).state.withLock { $0.dropFromMemory(hash, at: location) }
    }

    /// The accesses of a stored variant of a key.
    func accesses(_ hash: UInt64, _ variant: Variant) -> AccessCount? {
        peek(hash).first { $0.entry.variant == variant.hash && $0.entry.vary == variant.vary }?.entry.accesses
    }

    /// The entries of a volume, a few chunks of entries at a time, so that no look-up waits for the rest.
    ///
    /// O(entries), never on an event loop. An entry keeps its place while it exists, so none is skipped.
    func entries(inVolume volume: UInt32) -> [CatalogEntry] { entries(inVolumes: volume...volume) }

    /// The entries of volumes with consecutive numbers, as above.
    func entries(inVolumes volumes: ClosedRange<UInt32>) -> [CatalogEntry] {
        var found: [CatalogEntry] = []
        for shard in shards {
            var chunk = 0
            var count = 1
            while chunk < count {
                shard.state.withLock { state in
                    count = state.slab.chunkCount
                    let end = min(chunk + Self.chunksAtOnce, count)
                    while chunk < end {
                        state.slab.entries(inVolumes: volumes, chunk: chunk, &found)
                        chunk += 1
                    }
                }
            }
        }
        return found
    }

    /// Removes the entries of a volume.
    ///
    /// O(entries), never on an event loop.
    func removeAll(inVolume volume: UInt32) -> [CatalogEntry] {
        entries(inVolume: volume).flatMap { entry in
            remove(entry.hash) { $0.isAt(entry.location) }
        }
    }

    /// The entries that match, a shard at a time.
    ///
    /// O(entries), never on an event loop.
    func entries(where matches: (CatalogEntry) -> Bool) -> [CatalogEntry] {
        var found: [CatalogEntry] = []
        for shard in shards {
            shard.state.withLock { $0.visit { if matches($0) { found.append($0) } } }
        }
        return found
    }

    /// Removes every entry that matches, a shard at a time.
    ///
    /// O(entries), never on an event loop.
    func removeAll(where matches: (CatalogEntry) -> Bool) -> [CatalogEntry] {
        var removed: [CatalogEntry] = []
        for shard in shards {
            shard.state.withLock { state in
                var hashes: Set<UInt64> = []
                state.visit { if matches($0) { hashes.insert($0.hash) } }
                for hash in hashes { removed += state.remove(hash, where: matches) }
            }
        }
        return removed
    }

    /// Stored responses and the memory tier's use.
    ///
    /// O(shards).
    var totals: DirectoryTotals {
        shards.reduce(into: DirectoryTotals()) { totals, shard in
            shard.state.withLock {
                totals.responses += $0.count
                totals.bodyBytes += $0.bodyBytes
                totals.allocatedBytes += $0.allocatedBytes
                totals.memoryResponses += $0.memory.count
                totals.memoryBytes += $0.memory.used
                totals.memoryEvictions += $0.memory.evictions
            }
        }
    }
}

/// The totals of the catalog and the memory tier.
struct DirectoryTotals: Sendable {
    var responses = 0
    var bodyBytes: Int64 = 0
    var allocatedBytes = 0
    var memoryResponses = 0
    var memoryBytes = 0
    var memoryEvictions = 0
}
