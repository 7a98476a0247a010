// Value, confined to the store's writer thread. What eviction knows and decides: where a new response goes, what a
// reclaimed volume keeps, which volume is next. Pure: no disk, no clock, no catalog; `VolumeKeeper` does what it says.
//
// S3-FIFO (Yang et al., SOSP 2023) by the volume, with a rank: new responses go to a small probation ring, what is
// worth it moves to the main ring, what goes is remembered by its hash. docs/decisions/0040 tells the rules and what
// they give.

struct Eviction {
    /// The volume of a ring that records are appended to.
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

    /// What becomes of a volume that is reclaimed.
    enum Verdict {
        /// It holds one response, which stays: the volume is moved.
        case stays
        /// It goes, these responses are copied forward first.
        case goes(survivors: [CatalogEntry])
    }

    /// Numbers that are tried for one new volume, where files have them that no survey saw.
    static let mostCollisions = 10_000
    /// After so many volumes in a row from probation the bar is too high.
    private static let longestRow = 32

    private(set) var rings: VolumeRings
    private(set) var ranking = Ranking()
    private(set) var threshold = AdmissionThreshold()
    private(set) var active: [Active?] = [nil, nil]
    private var ghosts = GhostList()
    /// Bytes of main volumes of one body that may stay yet: of what passes the main ring a third goes.
    private var allowance = Int64.max
    /// Volumes reclaimed from probation since one of the main ring was.
    private var fromProbation = 0
    /// Volumes whose survivors are being copied.
    private var reclaiming: Set<UInt32> = []
    private var nextVolume: UInt32

    init(budget: Int64, nextVolume: UInt32 = 1) {
        rings = VolumeRings(budget: budget)
        self.nextVolume = nextVolume
    }

    // MARK: What comes

    /// What is known of a response that is to be stored: it counts as asked for.
    mutating func accesses(_ hash: UInt64, stored: Int, at epoch: UInt8) -> AccessCount {
        guard var known = ghosts.recall(hash, stored: stored) else { return .first(at: epoch) }
        known.touch(at: epoch)
        return known
    }

    /// The ring of a new record, by what it is worth.
    func ring(for accesses: AccessCount, length: Int64, at epoch: UInt8) -> Ring {
        threshold.admits(ranking.worth(accesses, length: length, at: epoch)) ? .main : .probation
    }

    /// A record of that length is stored: the average length of records, by which they are ranked, moves.
    mutating func note(length: Int64) { ranking.note(length: length) }

    // MARK: What goes

    /// The volume to reclaim next: probation's oldest where it has more than its share, else the main ring's.
    ///
    /// Not those in `busy`, nor any that is being written or just about to go.
    func nextVictim(busy: Set<UInt32>) -> Victim? {
        let (new, old) = oldest(except: busy)
        return rings.isProbationFull || old == nil ? new ?? old : old
    }

    /// Takes that volume: the bar is lowered where probation alone has given up volumes for long, though the main ring could.
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

    /// Decides what a volume keeps, and learns from what it has to give up.
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

    /// Whether a volume of one body stays: by the bar, and of the main ring two thirds at most.
    private mutating func staysWhole(_ worth: Double, _ victim: Victim) -> Bool {
        guard worth > 0 else { return false }
        guard victim.ring == .main else { return worth >= threshold.value }
        allow(0)
        // Those at the bar leave the allowance to those above it.
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

    /// A volume takes so much from now on.
    mutating func setCharge(of volume: UInt32, to length: Int64) {
        rings.setCharge(of: volume, to: VolumeLayout.onDisk(length))
    }

    /// A volume could be opened: what it takes, and whether it holds one body, is known now.
    mutating func update(_ slot: VolumeSlot) {
        rings.setCharge(of: slot.volume, to: slot.charge)
        rings.setIsSingle(of: slot.volume, to: slot.isSingle)
    }

    /// A volume of one body stays: it is the main ring's youngest.
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

    /// Whether the ring's active volume takes a record.
    func hasPlace(for length: Int64, in ring: Ring) -> Bool {
        active[ring.rawValue].map { $0.used + length <= $0.capacity } ?? false
    }

    /// Ends the writing of the ring's active volume where that is too full for a record.
    mutating func sealIfFull(for length: Int64, in ring: Ring) {
        if !hasPlace(for: length, in: ring) { seal(ring) }
    }

    /// The next place in a ring's active volume; nil if there is none.
    mutating func allocate(_ length: Int64, in ring: Ring) -> RecordLocation? {
        guard let current = active[ring.rawValue], current.used + length <= current.capacity else { return nil }
        active[ring.rawValue]?.used += length
        return RecordLocation(volume: current.volume, offset: UInt32(current.used))
    }

    /// Ends the writing of an active volume where nothing else is left to reclaim.
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

    /// An active volume is full: from now on it is charged what it takes.
    private mutating func seal(_ ring: Ring) {
        guard let current = active[ring.rawValue] else { return }
        setCharge(of: current.volume, to: VolumeLayout.onDisk(writtenUpTo: current.used, capacity: current.capacity))
        active[ring.rawValue] = nil
    }
}
