// A value, confined to the store's writer thread. The two rings of volumes of one size class: what is charged against
// the shelf's budget, and which volume goes next. Pure: it names volumes and never touches one.
//
// S3-FIFO (Yang et al., SOSP 2023) by the volume: new responses go to a small probation ring; what was asked for again
// there moves to the main ring; what was not is remembered by its hash and goes to the main ring if it comes back soon.

struct Shelf {
    enum Ring: Int, Sendable {
        case probation
        case main
    }

    struct Slot: Equatable {
        let volume: UInt32
        /// Bytes charged: the capacity while the volume is written, its length afterwards.
        var charge: Int64
        /// Holds one body of its own, which moves between rings without being copied.
        let isSingle: Bool
    }

    /// A volume to reclaim, and the ring it is in.
    struct Victim: Equatable {
        let slot: Slot
        let ring: Ring
    }

    let size: SizeClass
    private(set) var budget: Int64
    private(set) var rings: [[Slot]] = [[], []]
    private(set) var used: Int64 = 0

    init(size: SizeClass, budget: Int64) {
        self.size = size
        self.budget = budget
    }

    /// A thirty-second of the shelf, 1 MiB to 1 GiB, in whole MiB (design §4).
    var volumeCapacity: Int64 { min(max((budget / 32) & ~((1 << 20) - 1), 1 << 20), 1 << 30) }

    /// Larger bodies get a volume of their own.
    var singleThreshold: Int64 { volumeCapacity / 4 }

    /// The largest body kept: a quarter of the shelf.
    var largestBody: Int64 { budget / 4 }

    /// The tenth of the shelf in which new responses prove themselves; two volumes at least.
    private var probationTarget: Int64 { max(budget / 10, 2 * volumeCapacity) }

    mutating func setBudget(_ bytes: Int64) { budget = bytes }

    /// True where `need` more bytes fit, with a volume to spare for copying survivors.
    func hasRoom(for need: Int64, spare: Bool) -> Bool {
        used + need + (spare ? volumeCapacity : 0) <= budget
    }

    mutating func add(_ slot: Slot, to ring: Ring) {
        rings[ring.rawValue].append(slot)
        used += slot.charge
    }

    mutating func setCharge(of volume: UInt32, to charge: Int64) {
        for ring in rings.indices {
            guard let index = rings[ring].firstIndex(where: { $0.volume == volume }) else { continue }
            used += charge - rings[ring][index].charge
            rings[ring][index].charge = charge
        }
    }

    mutating func remove(_ volume: UInt32) {
        for ring in rings.indices {
            guard let index = rings[ring].firstIndex(where: { $0.volume == volume }) else { continue }
            used -= rings[ring][index].charge
            rings[ring].remove(at: index)
        }
    }

    /// True where a volume holds one body of its own.
    func isSingle(_ volume: UInt32) -> Bool { rings.joined().contains { $0.volume == volume && $0.isSingle } }

    /// The volume to reclaim next, oldest first; those in `busy` are being written.
    func victim(busy: Set<UInt32>) -> Victim? {
        let candidates = [Ring.probation, .main].map { ring in
            rings[ring.rawValue].first { !busy.contains($0.volume) }.map { Victim(slot: $0, ring: ring) }
        }
        let probation = rings[0].reduce(0) { $0 + $1.charge }
        if probation > probationTarget || candidates[1] == nil { return candidates[0] ?? candidates[1] }
        return candidates[1]
    }
}
