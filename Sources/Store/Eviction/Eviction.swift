// Value, confined to the store's writer thread. The state and the decisions of eviction: the ring of a new response,
// the survivors of a reclaimed volume, and the next volume to reclaim. Pure: no disk, no clock, no catalog;
// `VolumeKeeper` carries the decisions out.
//
// S3-FIFO (Yang et al., SOSP 2023) over volumes, with a rank: new responses go to a small probation ring, the
// worthwhile ones move to the main ring, and evicted ones are remembered by their hash. docs/decisions/0040 describes
// the rules and their effect.

/// Noncopyable: a question to it would else copy all of it.
struct Eviction: ~Copyable {
    /// The volume of a ring to which records are appended.
    struct Active: Equatable {
        let volume: UInt32
        let capacity: Int64
        var used: Int64 = VolumeLayout.headerLength
    }

    /// A volume to reclaim, and the ring it is in.
    struct Victim: Equatable {
        let slot: VolumeSlot
        let ring: Ring
    }

    /// The fate of a volume that is reclaimed.
    enum Verdict {
        /// It holds one response, which stays: the volume is moved.
        case stays
        /// It is removed; these responses are copied forward first.
        case goes(survivors: [CatalogEntry])
    }

    /// Numbers to try for one new volume if files that no survey saw already have them.
    static let mostCollisions = 10_000
    /// After this many volumes in a row from probation the threshold is too high.
    private static let longestRow = 32

    private(set) var rings: VolumeRings
    private(set) var ranking = Ranking()
    private(set) var threshold = AdmissionThreshold()
    private(set) var active: [Active?] = [nil, nil]
    private var ghosts = GhostList()
    /// Bytes of main volumes with one body that may still stay: a third of what passes through the main ring is
    /// evicted.
    private var allowance = Int64.max
    /// Volumes reclaimed from probation since the last one from the main ring.
    private var fromProbation = 0
    /// Volumes whose survivors are being copied.
    private var reclaiming: Set<UInt32> = []
    private var nextVolume: UInt32

    init(budget: Int64, nextVolume: UInt32 = 1) {
        rings = VolumeRings(budget: budget)
        self.nextVolume = nextVolume
    }

    // MARK: New records

    /// The accesses of a response that is to be stored.
    ///
    /// This request counts as one.
    mutating func accesses(_ hash: UInt64, stored: Int, at epoch: UInt8) -> AccessCount {
        guard var known = ghosts.recall(hash, stored: stored) else { return .first(at: epoch) }
        known.touch(at: epoch)
        return known
    }

    /// The ring of a new record, by its worth.
    func ring(for accesses: AccessCount, length: Int64, at epoch: UInt8) -> Ring {
        threshold.admits(ranking.worth(accesses, length: length, at: epoch)) ? .main : .probation
    }

    /// A record of that length is stored: updates the average length, by which records are ranked.
    mutating func note(length: Int64) { ranking.note(length: length) }

    // MARK: Reclaiming

    /// The volume to reclaim next: the oldest of probation if that has more than its share, else the oldest of the main
    /// ring.
    ///
    /// Never one in `busy`, one that is being written, or one that is already being reclaimed.
    func nextVictim(busy: Set<UInt32>) -> Victim? {
        let (new, old) = oldest(except: busy)
        return rings.isProbationFull || old == nil ? new ?? old : old
    }

    /// Selects that volume.
    ///
    /// Lowers the threshold if probation alone has given up volumes for long, although the main ring could.
    mutating func takeVictim(busy: Set<UInt32>) -> Victim? {
        let (_, old) = oldest(except: busy)
        if old != nil, fromProbation >= Self.longestRow { threshold.lower() }
        let victim = nextVictim(busy: busy)
        if let victim { fromProbation = victim.ring == .main ? 0 : fromProbation + 1 }
        return victim
    }

    private func oldest(except busy: Set<UInt32>) -> (new: Victim?, old: Victim?) {
        let isBusy = { [active, reclaiming] (volume: UInt32) in
            active[0]?.volume == volume || active[1]?.volume == volume || reclaiming.contains(volume)
                || busy.contains(volume)
        }
        let new = rings.oldest(of: .probation, except: isBusy).map { Victim(slot: $0, ring: .probation) }
        let old = rings.oldest(of: .main, except: isBusy).map { Victim(slot: $0, ring: .main) }
        return (new, old)
    }

    /// Decides which responses of a volume survive, and learns from those that do not.
    mutating func judge(_ victim: Victim, holding entries: [CatalogEntry], at epoch: UInt8) -> Verdict {
        let candidates = entries.map { entry in
            (entry: entry, worth: ranking.worth(entry.accesses, length: entry.recordLength, at: epoch))
        }
        let charge = victim.slot.charge
        if victim.slot.isSingle {
            let worth = candidates.first?.worth ?? 0
            if staysWhole(worth, victim) { return .stays }
            if victim.ring == .main { allow(2 * charge) }
            threshold.learn(worth, from: victim.ring, weight: Double(charge) / Double(rings.volumeCapacity))
            return .goes(survivors: [])
        }
        let survivors = Survivors(of: candidates, charge: charge, least: victim.ring == .main ? 0 : threshold.value)
        threshold.learn(survivors.bestGone, from: victim.ring)
        if victim.ring == .main { allow(2 * (charge - survivors.bytes) - survivors.bytes) }
        return .goes(survivors: survivors.kept)
    }

    /// Whether a volume with one body stays: its worth must reach the threshold, and of the main ring two thirds at
    /// most stay.
    private mutating func staysWhole(_ worth: Double, _ victim: Victim) -> Bool {
        guard worth > 0 else { return false }
        guard victim.ring == .main else { return worth >= threshold.value }
        allow(0)
        // A body just at the threshold leaves the allowance to those above it.
        guard worth > threshold.value, allowance > 0 else { return false }
        allowance -= victim.slot.charge
        return true
    }

    private mutating func allow(_ bytes: Int64) { allowance = min(allowance, rings.largestBody - bytes) + bytes }

    /// Remembers a response that was evicted.
    mutating func remember(_ hash: UInt64, _ accesses: AccessCount, stored: Int) {
        ghosts.insert(hash, accesses, stored: stored)
    }

    mutating func beginReclaiming(_ volume: UInt32) { reclaiming.insert(volume) }
    mutating func endReclaiming(_ volume: UInt32) { reclaiming.remove(volume) }

    // MARK: Volumes

    mutating func setBudget(_ bytes: Int64) { rings.setBudget(bytes) }

    /// Numbers are never used again.
    mutating func reserveNumber() -> UInt32 {
        defer { nextVolume += 1 }
        return nextVolume
    }

    mutating func raiseNumber(to number: UInt32) { nextVolume = max(nextVolume, number) }
    var nextNumber: UInt32 { nextVolume }

    mutating func add(_ slot: VolumeSlot, to ring: Ring) { rings.add(slot, to: ring) }

    /// Sets the bytes charged for a volume.
    mutating func setCharge(of volume: UInt32, to length: Int64) {
        rings.setCharge(of: volume, to: VolumeLayout.onDisk(length))
    }

    /// A volume could be opened: now its size is known, and whether it contains one body.
    mutating func update(_ slot: VolumeSlot) {
        rings.setCharge(of: slot.volume, to: slot.charge)
        rings.setIsSingle(of: slot.volume, to: slot.isSingle)
    }

    /// A volume with one body stays: it becomes the youngest of the main ring.
    mutating func moveToMain(_ slot: VolumeSlot) {
        rings.remove(slot.volume)
        rings.add(slot, to: .main)
    }

    mutating func drop(_ volume: UInt32) {
        rings.remove(volume)
        for ring in Ring.allCases where active[ring.rawValue]?.volume == volume { active[ring.rawValue] = nil }
    }

    mutating func dropAll() {
        rings.removeAll()
        active = [nil, nil]
    }

    mutating func open(_ volume: UInt32, capacity: Int64, in ring: Ring) {
        active[ring.rawValue] = Active(volume: volume, capacity: capacity)
    }

    /// Whether a record fits into the ring's active volume.
    func hasPlace(for length: Int64, in ring: Ring) -> Bool {
        active[ring.rawValue].map { $0.used + length <= $0.capacity } ?? false
    }

    /// Seals the ring's active volume if a record does not fit into it.
    mutating func sealIfFull(for length: Int64, in ring: Ring) {
        if !hasPlace(for: length, in: ring) { seal(ring) }
    }

    /// The next place in a ring's active volume; nil if there is none.
    mutating func allocate(_ length: Int64, in ring: Ring) -> RecordLocation? {
        guard let current = active[ring.rawValue], current.used + length <= current.capacity else { return nil }
        active[ring.rawValue]?.used += length
        return RecordLocation(volume: current.volume, offset: UInt32(current.used))
    }

    /// Seals an active volume if nothing else is left to reclaim.
    mutating func sealIdle(except busy: Set<UInt32>) -> Bool {
        for ring in Ring.allCases {
            guard let current = active[ring.rawValue], current.used > VolumeLayout.headerLength,
                !busy.contains(current.volume)
            else { continue }
            seal(ring)
            return true
        }
        return false
    }

    /// Ends the writing of an active volume: from now on only its used bytes are charged.
    private mutating func seal(_ ring: Ring) {
        guard let current = active[ring.rawValue] else { return }
        setCharge(of: current.volume, to: VolumeLayout.onDisk(writtenUpTo: current.used, capacity: current.capacity))
        active[ring.rawValue] = nil
    }
}
