// Value, inside a catalog shard's lock. The memory tier's items of that shard, bounded in bytes.
//
// SIEVE (Zhang et al., NSDI 2024): a hit sets a bit and moves nothing; the hand walks from old to new, skips items
// visited since it last passed, and evicts the first that was not.

struct MemoryShard {
    private struct Slot {
        var item: MemoryItem?
        var entry: UInt32
        var newer: UInt32
        var older: UInt32
        var isVisited: Bool
    }

    private static let none = CatalogEntry.none
    let limit: Int
    private(set) var used = 0
    private(set) var count = 0
    private(set) var evictions = 0
    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private var newest = none
    private var oldest = none
    private var hand = none

    init(limit: Int) { self.limit = limit }

    mutating func hit(_ slot: UInt32) -> MemoryItem? {
        slots[Int(slot)].isVisited = true
        return slots[Int(slot)].item
    }

    /// The item in a slot; does not count as a hit.
    func item(_ slot: UInt32) -> MemoryItem? { slots[Int(slot)].item }

    /// Adds an item; returns its slot and the catalog entries that lost theirs, or nil if it is too large.
    mutating func admit(_ item: MemoryItem, entry: UInt32) -> (slot: UInt32, evicted: [UInt32])? {
        // A quarter of the shard at most, so that one response cannot empty it.
        guard item.cost <= limit / 4 else { return nil }
        var evicted: [UInt32] = []
        while used + item.cost > limit, let entry = evict() { evicted.append(entry) }
        let slot = free.popLast() ?? UInt32(slots.count)
        let made = Slot(item: item, entry: entry, newer: Self.none, older: newest, isVisited: false)
        if Int(slot) == slots.count { slots.append(made) } else { slots[Int(slot)] = made }
        if newest != Self.none { slots[Int(newest)].newer = slot }
        newest = slot
        if oldest == Self.none { oldest = slot }
        used += item.cost
        count += 1
        return (slot, evicted)
    }

    mutating func remove(_ slot: UInt32) {
        guard let item = slots[Int(slot)].item else { return }
        let newer = slots[Int(slot)].newer
        let older = slots[Int(slot)].older
        if newer != Self.none { slots[Int(newer)].older = older } else { newest = older }
        if older != Self.none { slots[Int(older)].newer = newer } else { oldest = newer }
        if hand == slot { hand = newer }
        slots[Int(slot)].item = nil
        free.append(slot)
        used -= item.cost
        count -= 1
    }

    private mutating func evict() -> UInt32? {
        guard count > 0 else { return nil }
        if hand == Self.none { hand = oldest }
        while slots[Int(hand)].isVisited {
            slots[Int(hand)].isVisited = false
            hand = slots[Int(hand)].newer == Self.none ? oldest : slots[Int(hand)].newer
        }
        let entry = slots[Int(hand)].entry
        evictions += 1
        remove(hand)
        return entry
    }
}
