// Confined to the owner's thread. How room is made. The volumes on the disk (`SpaceKeeper`) and those of a simulation
// take the same steps, so that a simulation is accurate. Space is charged before it is used, so that disk use never
// passes the limit (invariant 7).

import Glibc

/// Owns volumes, and carries out the decisions of eviction.
protocol VolumeKeeper: AnyObject {
    var eviction: Eviction { get set }
    var catalog: Catalog { get }

    /// Volumes into which bodies are being written as they arrive: they cannot be reclaimed.
    var volumesBeingFilled: Set<UInt32> { get }

    /// Makes an empty volume; there is room for it already.
    func make(_ volume: UInt32, capacity: Int64) throws(StoreError)
    /// A volume is now the youngest of a ring.
    func note(_ volume: UInt32, isIn ring: Ring)
    /// Copies a record, and changes the catalog's entry.
    /// - Returns: True if it is at its new place.
    func copy(_ entry: CatalogEntry, to location: RecordLocation) throws(StoreError) -> Bool
    /// A survivor cannot be copied: it is evicted.
    func failedToCopy()
    /// A response stays at its place, in a volume of its own.
    func keep(_ entry: CatalogEntry)
    /// A volume is removed: no look-up may find anything in it any more.
    /// - Returns: The responses that were evicted with it.
    func forget(_ volume: UInt32) -> [CatalogEntry]
    /// Removes the volume's file.
    func remove(_ volume: UInt32)
    /// The reason why there is no room for the response that is being written.
    func refusal(_ detail: String) -> StoreError
}

/// The place of a new record.
struct RecordPlace: Equatable {
    let location: RecordLocation
    /// The volume was made for this record alone.
    let isSingle: Bool
}

extension VolumeKeeper {
    /// Allocates the place of a record of known length.
    func allocate(_ length: Int64, in ring: Ring, forSurvivor: Bool = false) throws(StoreError) -> RecordPlace {
        if length > eviction.rings.singleThreshold {
            let capacity = VolumeLayout.headerLength + length
            let volume = try makeVolume(in: ring, capacity: capacity, isSingle: true, spare: !forSurvivor)
            return RecordPlace(
                location: RecordLocation(volume: volume, offset: UInt32(VolumeLayout.headerLength)),
                isSingle: true
            )
        }
        eviction.sealIfFull(for: length, in: ring)
        if !eviction.hasPlace(for: length, in: ring) {
            let capacity = eviction.rings.volumeCapacity
            try makeRoom(for: VolumeLayout.onDisk(capacity), spare: !forSurvivor)
            // Making room may have opened one for the survivors.
            eviction.sealIfFull(for: length, in: ring)
            if !eviction.hasPlace(for: length, in: ring) {
                let volume = try makeVolume(in: ring, capacity: capacity, isSingle: false, spare: !forSurvivor)
                eviction.open(volume, capacity: capacity, in: ring)
            }
        }
        guard let location = eviction.allocate(length, in: ring) else {
            throw refusal("the volume went while it was made")
        }
        return RecordPlace(location: location, isSingle: false)
    }

    /// Makes a volume, and room for it first; its whole capacity is charged unless another charge is given.
    func makeVolume(
        in ring: Ring,
        capacity: Int64,
        isSingle: Bool,
        spare: Bool,
        charge: Int64? = nil
    ) throws(StoreError) -> UInt32 {
        let charge = VolumeLayout.onDisk(charge ?? capacity)
        try makeRoom(for: charge, spare: spare)
        let volume = try makeNew(capacity: capacity)
        eviction.add(VolumeSlot(volume: volume, charge: charge, isSingle: isSingle), to: ring)
        note(volume, isIn: ring)
        return volume
    }

    /// Makes a volume of the next number that no file has.
    private func makeNew(capacity: Int64) throws(StoreError) -> UInt32 {
        for _ in 0..<Eviction.mostCollisions {
            let volume = eviction.reserveNumber()
            do throws(StoreError) {
                try make(volume, capacity: capacity)
                return volume
            } catch {
                guard error.code == EEXIST else { throw error }
            }
        }
        throw refusal("the next \(Eviction.mostCollisions) numbers of volumes are taken")
    }

    /// Reclaims volumes until `need` more bytes fit.
    func makeRoom(for need: Int64, spare: Bool) throws(StoreError) {
        // At most two rounds over every volume with survivors: a single only moves from probation to the main ring.
        var patience = eviction.rings.count * 2
        while !eviction.rings.hasRoom(for: need, spare: spare) {
            let busy = volumesBeingFilled
            guard let victim = eviction.takeVictim(busy: busy) else {
                guard eviction.sealIdle(except: busy) else { throw refusal("every volume is being written") }
                continue
            }
            reclaim(victim, keepingSurvivors: patience > 0 && spare)
            patience -= 1
        }
    }

    /// Reclaims without survivors until the volumes are within their budget again.
    func shrink() {
        while !eviction.rings.hasRoom(for: 0, spare: false) {
            let busy = volumesBeingFilled
            guard let victim = eviction.takeVictim(busy: busy) else {
                guard eviction.sealIdle(except: busy) else { return }
                continue
            }
            reclaim(victim, keepingSurvivors: false)
        }
    }

    /// Frees a volume after its worthwhile responses were copied forward.
    ///
    /// Copying may itself reclaim other volumes for room.
    func reclaim(_ victim: Eviction.Victim, keepingSurvivors: Bool) {
        let volume = victim.slot.volume
        if keepingSurvivors {
            let entries = catalog.entries(inVolume: volume)
            switch eviction.judge(victim, holding: entries, at: catalog.clock.epoch) {
            case .stays:
                eviction.moveToMain(victim.slot)
                note(volume, isIn: .main)
                for entry in entries { keep(entry) }
                return
            case .goes(let survivors):
                eviction.beginReclaiming(volume)
                copyForward(survivors)
                eviction.endReclaiming(volume)
            }
        }
        for entry in forget(volume) {
            eviction.remember(entry.ghostHash, entry.accesses, stored: catalog.clock.responses)
        }
        drop(volume)
    }

    /// Copies records to the main ring.
    ///
    /// If that fails the rest is evicted: reclaiming must make room in any case.
    private func copyForward(_ survivors: [CatalogEntry]) {
        for entry in survivors {
            do throws(StoreError) {
                let place = try allocate(entry.recordLength, in: .main, forSurvivor: true)
                let isCopied = try copy(entry, to: place.location)
                if !isCopied, place.isSingle { drop(place.location.volume) }
            } catch {
                return failedToCopy()
            }
        }
    }

    /// Removes a volume from its ring and its file from the disk.
    func drop(_ volume: UInt32) {
        eviction.drop(volume)
        remove(volume)
    }
}
