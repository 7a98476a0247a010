// Value, confined to the store's writer thread. The two rings of volumes: the space charged for them, and the next
// volume to reclaim. Pure: it names volumes and never touches one.

/// The ring of a volume until it is reclaimed.
enum Ring: Int, Sendable, CaseIterable {
    /// For new responses, until they have proved their worth.
    case probation
    /// For responses that have proved their worth.
    case main
}

/// A volume as eviction sees it.
struct VolumeSlot: Equatable {
    let volume: UInt32
    /// Bytes charged: the capacity while the volume is written, its length afterwards.
    var charge: Int64
    /// It contains a single body, and moves between rings without being copied.
    var isSingle: Bool
}

struct VolumeRings {
    private static let mebibyte: Int64 = 1 << 20

    private(set) var budget: Int64
    private var rings: [[VolumeSlot]] = [[], []]
    private var charges: [Int64] = [0, 0]

    init(budget: Int64) { self.budget = budget }

    /// The part of the space that the index leaves for volumes.
    ///
    /// The index's files grow by a transaction and its log between two measurements.
    static func budget(maximumSize: Int64, indexBytes: Int64) -> Int64 {
        max(maximumSize - indexBytes - (4 << 20), 16 << 20)
    }

    subscript(ring: Ring) -> [VolumeSlot] { rings[ring.rawValue] }

    var used: Int64 { charges[0] + charges[1] }
    var count: Int { rings[0].count + rings[1].count }

    /// A 128th of the space, 1 MiB to 1 GiB, in whole MiB: small steps keep the space full.
    var volumeCapacity: Int64 {
        min(max((budget / 128) & ~(Self.mebibyte - 1), Self.mebibyte), 1 << 30)
    }

    /// Longer records get a volume of their own.
    var singleThreshold: Int64 { volumeCapacity / 4 }

    /// The largest body kept: a tenth of the space.
    var largestBody: Int64 { budget / 10 }

    /// The space for new responses: three hundredths, but two volumes at least.
    var probationTarget: Int64 { max(budget * 3 / 100, 2 * volumeCapacity) }

    /// True if probation has more than its share.
    var isProbationFull: Bool { charges[Ring.probation.rawValue] > probationTarget }

    mutating func setBudget(_ bytes: Int64) { budget = bytes }

    /// True if `need` more bytes fit, with a volume to spare for copying survivors.
    func hasRoom(for need: Int64, spare: Bool) -> Bool {
        used + need + (spare ? volumeCapacity : 0) <= budget
    }

    mutating func add(_ slot: VolumeSlot, to ring: Ring) {
        rings[ring.rawValue].append(slot)
        charges[ring.rawValue] += slot.charge
    }

    mutating func setCharge(of volume: UInt32, to charge: Int64) {
        guard let (ring, index) = place(of: volume) else { return }
        charges[ring] += charge - rings[ring][index].charge
        rings[ring][index].charge = charge
    }

    /// Corrects the estimate that was made before the volume could be opened.
    mutating func setIsSingle(of volume: UInt32, to isSingle: Bool) {
        if let (ring, index) = place(of: volume) { rings[ring][index].isSingle = isSingle }
    }

    mutating func remove(_ volume: UInt32) {
        guard let (ring, index) = place(of: volume) else { return }
        charges[ring] -= rings[ring].remove(at: index).charge
    }

    mutating func removeAll() { self = VolumeRings(budget: budget) }

    /// True if a volume contains a single body.
    func isSingle(_ volume: UInt32) -> Bool { place(of: volume).map { rings[$0.ring][$0.index].isSingle } ?? false }

    /// The oldest volume of a ring that can go.
    func oldest(of ring: Ring, except busy: (UInt32) -> Bool) -> VolumeSlot? {
        rings[ring.rawValue].first { !busy($0.volume) }
    }

    // The youngest first: charges are set when a volume is full, and the oldest is the one that is removed.
    private func place(of volume: UInt32) -> (ring: Int, index: Int)? {
        for ring in rings.indices {
            if rings[ring].first?.volume == volume { return (ring, 0) }
            if let index = rings[ring].lastIndex(where: { $0.volume == volume }) { return (ring, index) }
        }
        return nil
    }
}
