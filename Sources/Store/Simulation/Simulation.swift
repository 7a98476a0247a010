// Confined to its owner. A store without a disk: the real catalog, the real eviction, and no bytes.
//
// `larder simulate` replays a trace through it, at several sizes, to show how large a cache should be; the miss ratios
// of docs/benchmarks/miss-ratios.md come from it.

import HTTPCaching
import HTTPMessage

/// A cache of a size, and the results of the requests that were replayed.
public final class Simulation {
    /// The results so far.
    public struct Figures: Sendable, Equatable {
        /// Requests.
        public internal(set) var requests = 0
        /// Hits among them.
        public internal(set) var hits = 0
        /// Bytes of the requested bodies.
        public internal(set) var bytes: Int64 = 0
        /// Bytes of hits.
        public internal(set) var hitBytes: Int64 = 0
        /// Responses stored.
        public internal(set) var stored = 0
        /// Bytes of their records.
        public internal(set) var storedBytes: Int64 = 0
        /// Responses evicted.
        public internal(set) var evictions = 0
        /// Responses that survived the reclaiming of their volume.
        public internal(set) var survivors = 0
        /// Bytes of the records that were copied for that.
        public internal(set) var survivorBytes: Int64 = 0
        /// Requests for pictures that are too large to be stored.
        public internal(set) var tooLarge = 0
        /// The most bytes that volumes and index were charged at once.
        public internal(set) var mostBytes: Int64 = 0

        /// No results yet.
        public init() {}

        /// The share of requests that were misses.
        public var objectMissRatio: Double { Self.share(requests - hits, of: requests) }
        /// The share of bytes that were misses.
        public var byteMissRatio: Double { Self.share(Int(bytes - hitBytes), of: Int(bytes)) }
        /// Bytes written for each byte stored.
        public var writeAmplification: Double { Self.share(Int(storedBytes + survivorBytes), of: Int(storedBytes)) }

        private static func share(_ part: Int, of whole: Int) -> Double {
            whole == 0 ? 0 : Double(part) / Double(whole)
        }
    }

    /// The smallest store there can be, in bytes.
    public static let smallestSize: Int64 = 32 << 20
    /// The head of an average picture: status line, type, lifetime, validators, date.
    static let headLength = 250
    private static let responsesBetweenLooks = 256

    /// The limit of disk use, in bytes.
    public let maximumSize: Int64
    /// The results so far.
    public private(set) var figures = Figures()

    let catalog = Catalog(memoryLimit: 0)
    var eviction: Eviction
    private var index = SimulatedIndex()
    private let headLength: Int

    private static let facts = StoredFacts(
        status: 200,
        flags: [],
        bornAt: WallTime(secondsSinceEpoch: 0),
        freshUntil: WallTime(secondsSinceEpoch: 0),
        staleWhileRevalidate: 0,
        staleIfError: 0
    )

    /// An empty store.
    /// - Parameter maximumSize: The value of `cache.max_size`, in bytes.
    public convenience init(maximumSize: Int64) { self.init(maximumSize: maximumSize, headLength: Self.headLength) }

    init(maximumSize: Int64, headLength: Int) {
        self.maximumSize = maximumSize
        self.headLength = headLength
        eviction = Eviction(budget: 0)
        shareOut()
    }

    /// Stored responses.
    public var responses: Int { catalog.clock.responses }

    /// A request: a hit, or a miss that stores the response.
    /// - Parameters:
    ///   - hash: The key's hash.
    ///   - keyLength: Bytes of the key.
    ///   - length: Bytes of the body.
    /// - Returns: True for a hit.
    @discardableResult
    public func request(_ hash: UInt64, keyLength: Int, length: Int64) -> Bool {
        figures.requests += 1
        figures.bytes += length
        if case .miss = catalog.look(up: hash) {
            store(hash, keyLength: keyLength, length: length)
            return false
        }
        figures.hits += 1
        figures.hitBytes += length
        return true
    }

    private func store(_ hash: UInt64, keyLength: Int, length: Int64) {
        guard length <= eviction.rings.largestBody else {
            figures.tooLarge += 1
            return
        }
        let headerLength = Record.headerLength(key: keyLength, variant: 0, head: headLength)
        let record = Record.aligned(Int64(headerLength) + length)
        let clock = catalog.clock
        let accesses = eviction.accesses(hash, stored: clock.responses, at: clock.epoch)
        let ring = eviction.ring(for: accesses, length: record, at: clock.epoch)
        eviction.note(length: record)
        // The volumes have room for the largest body, and nothing is being filled: allocating succeeds.
        guard let place = try? allocate(record, in: ring) else { return }
        let entry = CatalogEntry(
            hash: hash,
            variant: 0,
            vary: 0,
            location: place.location,
            headerLength: headerLength,
            bodyLength: length,
            facts: Self.facts,
            epoch: 0,
            accesses: accesses
        )
        _ = catalog.insert(entry) { true }
        figures.stored += 1
        figures.storedBytes += record
        figures.mostBytes = max(figures.mostBytes, eviction.rings.used + index.bytes)
        index.store(keyLength: keyLength)
        if figures.stored % Self.responsesBetweenLooks == 0 {
            index.grow(to: responses)
            shareOut()
        }
    }

    /// Does what the writer does when it gets the size of the index.
    private func shareOut() {
        let space = VolumeRings.budget(maximumSize: maximumSize, indexBytes: index.bytes)
        guard space != eviction.rings.budget else { return }
        eviction.setBudget(space)
        shrink()
    }
}

extension Simulation: VolumeKeeper {
    var volumesBeingFilled: Set<UInt32> { [] }

    func make(_ volume: UInt32, capacity: Int64) {}
    func note(_ volume: UInt32, isIn ring: Ring) {}
    func remove(_ volume: UInt32) {}
    func failedToCopy() {}
    func keep(_ entry: CatalogEntry) { figures.survivors += 1 }

    func copy(_ entry: CatalogEntry, to location: RecordLocation) -> Bool {
        figures.survivors += 1
        figures.survivorBytes += entry.recordLength
        return catalog.update(entry.hash, at: entry.location) { $0.move(to: location) }
    }

    func forget(_ volume: UInt32) -> [CatalogEntry] {
        let gone = catalog.removeAll(inVolume: volume)
        figures.evictions += gone.count
        return gone
    }

    func refusal(_ detail: String) -> StoreError { StoreError(.full, "reserve", "", detail: detail) }
}
