// Value, inside a shard's lock. Hash buckets over a slab of entries, and the memory tier's items of those entries.
//
// The memory tier is in the same shard so that a memory hit takes one lock and one look-up, and so that removing a
// stored response removes its copy in memory at the same time.

struct CatalogShard {
    private var buckets: [UInt32]
    private(set) var slab = EntrySlab()
    private(set) var memory: MemoryShard
    /// Bytes of the bodies of all entries.
    private(set) var bodyBytes: Int64 = 0

    private let clock: EpochClock
    /// The clock's epoch as of the last batch of look-ups.
    private var epoch: UInt8 = 0
    /// Look-ups since then.
    private var lookups = 0

    init(memoryLimit: Int, clock: EpochClock) {
        self.clock = clock
        buckets = Array(repeating: CatalogEntry.none, count: 64)
        memory = MemoryShard(limit: memoryLimit)
    }

    var count: Int { slab.count }

    /// Bytes that the entries and buckets use, including free places.
    var allocatedBytes: Int { slab.allocatedBytes + buckets.capacity * MemoryLayout<UInt32>.stride }

    /// The entries of a hash with their copies in memory; counts an access of each.
    mutating func look(up hash: UInt64) -> Lookup {
        lookups += 1
        if lookups == EpochClock.batch {
            lookups = 0
            epoch = clock.advance()
        }
        var found: Candidate?
        var several: [Candidate]?
        var index = buckets[bucket(of: hash)]
        while index != CatalogEntry.none {
            let next = slab[index].next
            if slab[index].hash == hash {
                let candidate = touch(index)
                if let first = found {
                    several = (several ?? [first]) + [candidate]
                } else {
                    found = candidate
                }
            }
            index = next
        }
        if let several { return .several(several) }
        return found.map(Lookup.one) ?? .miss
    }

    /// The same, but counts nothing.
    func peek(_ hash: UInt64) -> [Candidate] {
        var found: [Candidate] = []
        visit(hash: hash) { entry in
            let item = entry.memorySlot == CatalogEntry.none ? nil : memory.item(entry.memorySlot)
            found.append(Candidate(entry: entry, item: item))
        }
        return found
    }

    private mutating func touch(_ index: UInt32) -> Candidate {
        slab[index].accesses.touch(at: epoch)
        let entry = slab[index]
        let item = entry.memorySlot == CatalogEntry.none ? nil : memory.hit(entry.memorySlot)
        return Candidate(entry: entry, item: item)
    }

    /// Inserts an entry.
    ///
    /// It replaces one with the same hash and variant, keeps its accesses, and returns it.
    mutating func insert(_ entry: CatalogEntry) -> CatalogEntry? {
        let replaced = remove(entry.hash) { $0.variant == entry.variant && $0.vary == entry.vary }.first
        if slab.count >= buckets.count { grow() }
        var linked = entry
        if let replaced { linked.accesses = replaced.accesses }
        clock.count(1)
        let at = bucket(of: entry.hash)
        linked.next = buckets[at]
        linked.memorySlot = CatalogEntry.none
        buckets[at] = slab.insert(linked)
        bodyBytes += entry.bodyLength
        return replaced
    }

    /// Removes the entries of a hash that match, and returns them.
    mutating func remove(_ hash: UInt64, where matches: (CatalogEntry) -> Bool) -> [CatalogEntry] {
        var removed: [CatalogEntry] = []
        var previous = CatalogEntry.none
        var index = buckets[bucket(of: hash)]
        while index != CatalogEntry.none {
            let entry = slab[index]
            if entry.hash == hash, matches(entry) {
                if previous == CatalogEntry.none {
                    buckets[bucket(of: hash)] = entry.next
                } else {
                    slab[previous].next = entry.next
                }
                if entry.memorySlot != CatalogEntry.none { memory.remove(entry.memorySlot) }
                slab.remove(index)
                clock.count(-1)
                bodyBytes -= entry.bodyLength
                removed.append(entry)
            } else {
                previous = index
            }
            index = entry.next
        }
        return removed
    }

    /// Changes the entry at a place.
    ///
    /// Returns false if it is no longer there.
    mutating func update(
        _ hash: UInt64,
        at location: RecordLocation,
        _ change: (inout CatalogEntry) -> Void
    ) -> Bool {
        guard let index = index(of: hash, at: location) else { return false }
        change(&slab[index])
        return true
    }

    /// The entry at a place; counts no access.
    func entry(_ hash: UInt64, at location: RecordLocation) -> CatalogEntry? {
        index(of: hash, at: location).map { slab[$0] }
    }

    /// Keeps a copy of a stored response in memory, if its entry is still at the same place and was not freshened since
    /// the item was read: the item would keep the older head alive.
    mutating func admit(_ item: MemoryItem, for entry: CatalogEntry) {
        guard let index = index(of: entry.hash, at: entry.location), slab[index].hasSameFreshness(as: entry),
            slab[index].memorySlot == CatalogEntry.none
        else { return }
        guard let (slot, evicted) = memory.admit(item, entry: index) else { return }
        for entry in evicted { slab[entry].memorySlot = CatalogEntry.none }
        slab[index].memorySlot = slot
    }

    /// Drops the copy in memory of the entry at a place.
    mutating func dropFromMemory(_ hash: UInt64, at location: RecordLocation) {
        guard let index = index(of: hash, at: location), slab[index].memorySlot != CatalogEntry.none else { return }
        memory.remove(slab[index].memorySlot)
        slab[index].memorySlot = CatalogEntry.none
    }

    /// Calls `body` with every entry.
    ///
    /// O(entries).
    func visit(_ body: (CatalogEntry) -> Void) {
        for chunk in 0..<slab.chunkCount { slab.visit(chunk: chunk, body) }
    }

    /// Calls `body` with the entries of a hash; counts no access.
    func visit(hash: UInt64, _ body: (CatalogEntry) -> Void) {
        var index = buckets[bucket(of: hash)]
        while index != CatalogEntry.none {
            if slab[index].hash == hash { body(slab[index]) }
            index = slab[index].next
        }
    }

    private func index(of hash: UInt64, at location: RecordLocation) -> UInt32? {
        var index = buckets[bucket(of: hash)]
        while index != CatalogEntry.none {
            if slab[index].hash == hash, slab[index].isAt(location) { return index }
            index = slab[index].next
        }
        return nil
    }

    // The low bits selected the shard; these are others.
    private func bucket(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 16) & (buckets.count - 1) }

    private mutating func grow() {
        let old = buckets
        buckets = Array(repeating: CatalogEntry.none, count: old.count * 2)
        for head in old {
            var index = head
            while index != CatalogEntry.none {
                let next = slab[index].next
                let at = bucket(of: slab[index].hash)
                slab[index].next = buckets[at]
                buckets[at] = index
                index = next
            }
        }
    }
}
