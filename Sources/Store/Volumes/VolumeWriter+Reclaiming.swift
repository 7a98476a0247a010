// What goes to make room: volumes, oldest first, their worthwhile responses copied forward.

import NIOCore
import Synchronization

extension VolumeWriter {
    /// Reclaims volumes until `need` more bytes fit.
    func makeRoom(_ need: Int64, on shelf: Int, spare: Bool) throws(StoreError) {
        // Every volume at most twice with its survivors: a single only moves from probation to the main ring.
        var patience = shelves[shelf].rings.joined().count * 2
        while !shelves[shelf].hasRoom(for: need, spare: spare) {
            guard let victim = shelves[shelf].victim(busy: busyVolumes) else {
                guard sealIdle(shelf) else {
                    throw StoreError(.full, "reserve", core.volumesPath, detail: "every volume is being written")
                }
                continue
            }
            reclaim(victim, on: shelf, keepingSurvivors: patience > 0 && spare)
            patience -= 1
        }
    }

    /// Volumes that cannot go: being written, with fills whose extents lie in them, or just about to go.
    private var busyVolumes: Set<UInt32> {
        reclaiming.union(active.compactMap { $0?.volume.number }).union(extents.values.map(\.volume.number))
    }

    /// Ends the writing of a shelf's active volumes where nothing else is left to reclaim.
    private func sealIdle(_ shelf: Int) -> Bool {
        let filling = Set(extents.values.map(\.volume.number))
        for writing in [shelf * 2, shelf * 2 + 1] {
            guard let current = active[writing], current.used > Volume.headerLength,
                !filling.contains(current.volume.number)
            else { continue }
            seal(writing)
            return true
        }
        return false
    }

    /// Frees a volume, its worthwhile responses copied forward first.
    ///
    /// Copying may itself reclaim others, for room.
    func reclaim(_ victim: Shelf.Victim, on shelf: Int, keepingSurvivors: Bool) {
        let number = victim.slot.volume
        let entries = core.directory.entries { $0.volume == number }
        if keepingSurvivors, victim.slot.isSingle, let only = entries.first, only.accesses > 0 {
            return moveToMain(victim, only, on: shelf)
        }
        if keepingSurvivors, !victim.slot.isSingle {
            reclaiming.insert(number)
            copyForward(Survivors.choose(from: entries, charge: victim.slot.charge), from: victim.ring)
            reclaiming.remove(number)
        }
        // The table first: whoever loads a row of this volume asks it under the shard's lock, so that none stays behind.
        core.volumes.remove(number)
        let gone = core.directory.removeAll { $0.volume == number }
        if victim.ring == .probation { for entry in gone { ghosts.insert(entry.hash) } }
        core.counters.evictions.add(gone.count)
        core.counters.evictedBytes.add(Int(gone.reduce(0) { $0 + $1.bodyLength }))
        drop(number, from: shelf)
    }

    private func moveToMain(_ victim: Shelf.Victim, _ entry: DirectoryEntry, on shelf: Int) {
        shelves[shelf].remove(victim.slot.volume)
        shelves[shelf].add(victim.slot, to: .main)
        note(victim.slot.volume, .main)
        _ = core.directory.update(entry.hash, at: entry.location) {
            $0.accesses = Survivors.accesses(of: $0, from: victim.ring)
        }
        core.counters.survivors.add(1)
    }

    /// Copies records to the main ring.
    ///
    /// Where that fails the rest is evicted: reclaiming must make room all the same.
    private func copyForward(_ survivors: [DirectoryEntry], from ring: Shelf.Ring) {
        do throws(StoreError) {
            for entry in survivors { try copyForward(entry, from: ring) }
        } catch {
            core.counters.writeErrors.add(1)
        }
    }

    private func copyForward(_ entry: DirectoryEntry, from ring: Shelf.Ring) throws(StoreError) {
        guard let volume = core.volumes[entry.volume] else { return }
        var record = ByteBuffer()
        let length = entry.headerLength + Int(entry.bodyLength)
        guard volume.file.read(length, at: Int64(entry.offset), into: &record, mayBlock: true) == .complete,
            let prefix = RecordPrefix(record), prefix.state == .complete, prefix.matchesChecksum(in: record),
            prefix.hash == entry.hash, prefix.headerLength == entry.headerLength, prefix.bodyLength == entry.bodyLength,
            let key = record.getBytes(at: Record.prefixLength, length: prefix.keyLength),
            let variant = record.getBytes(at: Record.prefixLength + key.count, length: prefix.variantLength),
            // The copy counts as written by this run: what an unclean stop left in doubt has to be seen first.
            !entry.isUnverified
                || record.getSlice(at: entry.headerLength, length: Int(entry.bodyLength))?.crc32c()
                    == prefix.bodyChecksum
        else {
            core.counters.corrupt.add(1)
            return
        }
        let place = try allocate(
            Record.aligned(Int64(length)),
            bodyLength: entry.bodyLength,
            ring: .main,
            forSurvivor: true
        )
        try place.volume.file.write(record, at: Int64(place.location.offset))
        var moved = entry
        moved.move(to: place.location)
        // Row before entry, as for a new record: a purge in between finds the one or the other.
        core.post(.put(core.row(moved, key: key, variant: variant, sequence: core.takeSequence()), groups: nil))
        let isThere = core.directory.update(entry.hash, at: entry.location) {
            $0.move(to: place.location)
            $0.flags.remove(.unverified)
            $0.accesses = Survivors.accesses(of: $0, from: ring)
        }
        guard isThere else {
            core.post(.remove(key: key, place.location))
            return markRemoved(place.location, hash: entry.hash)
        }
        core.counters.survivors.add(1)
        core.counters.survivorBytes.add(length)
    }

    /// Takes a volume off its shelf and unlinks it; readers that hold it finish.
    func drop(_ number: UInt32, from shelf: Int) {
        shelves[shelf].remove(number)
        for writing in active.indices where active[writing]?.volume.number == number { active[writing] = nil }
        for (fill, extent) in extents where extent.volume.number == number { extents[fill] = nil }
        core.volumes.remove(number)
        core.post(.removeVolume(number))
        Paths.remove(core.path(ofVolume: number))
    }

    /// Reclaims without survivors until the shelf is within its budget again.
    func shrink(_ shelf: Int, toSpare spare: Bool) {
        while !shelves[shelf].hasRoom(for: 0, spare: spare) {
            guard let victim = shelves[shelf].victim(busy: busyVolumes) else {
                guard sealIdle(shelf) else { return }
                continue
            }
            reclaim(victim, on: shelf, keepingSurvivors: false)
        }
    }

    /// The disk is full though the limit is not reached: others use it too.
    ///
    /// The oldest volume of the largest shelf goes.
    func makeSomeRoom() {
        let fullest = shelves.indices.max { shelves[$0].used < shelves[$1].used }
        guard let fullest, let victim = shelves[fullest].victim(busy: busyVolumes) else { return }
        reclaim(victim, on: fullest, keepingSurvivors: false)
    }

    /// Tells the statistics how much the volumes take.
    func publishUse() {
        core.counters.volumeBytes.store(Int(shelves.reduce(0) { $0 + $1.used }), ordering: .relaxed)
    }
}
