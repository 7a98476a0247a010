// What the writer does when volumes are made, moved, and go: `VolumeKeeper` says when.

import Logging
import NIOCore
import Synchronization

extension VolumeWriter: VolumeKeeper {
    var directory: Directory { core.directory }

    var volumesBeingFilled: Set<UInt32> {
        Set(extents.values.map(\.volume.number) + (gathering.map { [$0.volume.number] } ?? []))
    }

    func make(_ number: UInt32, capacity: Int64) throws(StoreError) {
        let path = core.path(ofVolume: number)
        let file = try File(path, .create)
        do throws(StoreError) {
            try file.write(Volume.header(number: number, capacity: capacity), at: 0)
        } catch {
            Paths.remove(path)
            throw error
        }
        core.volumes.add(Volume(number: number, file: file, capacity: capacity))
    }

    func note(_ volume: UInt32, isIn ring: Ring) {
        nextPosition += 1
        core.post(.volume(VolumeRow(number: volume, ring: ring.rawValue, order: nextPosition)))
    }

    func failedToCopy() { core.counters.writeErrors.add(1) }

    func keep(_ entry: DirectoryEntry) { core.counters.survivors.add(1) }

    func copy(_ entry: DirectoryEntry, to location: RecordLocation) throws(StoreError) -> Bool {
        giveWay()
        guard let copied = readWhole(entry) else {
            core.counters.corrupt.add(1)
            return false
        }
        guard let volume = core.volumes[location.volume] else { throw refusal("the volume is gone") }
        volume.reserve(upTo: Int64(location.offset) + Int64(copied.record.readableBytes))
        try volume.file.write(copied.record, at: Int64(location.offset))
        var moved = entry
        moved.move(to: location)
        // Row before entry, as for a new record: a purge in between finds the one or the other.
        let row = core.row(moved, key: copied.key, variant: copied.variant, sequence: core.takeSequence())
        core.post(.put(row, groups: nil))
        let isThere = core.directory.update(entry.hash, at: entry.location) {
            $0.move(to: location)
            $0.flags.remove(.unverified)
        }
        guard isThere else {
            core.post(.remove(key: copied.key, location))
            writeRemoved(location, in: volume)
            return false
        }
        core.counters.survivors.add(1)
        core.counters.survivorBytes.add(copied.record.readableBytes)
        return true
    }

    /// A record with its body; nil where it is not as it was written.
    private func readWhole(_ entry: DirectoryEntry) -> (record: ByteBuffer, key: [UInt8], variant: [UInt8])? {
        guard let volume = core.volumes[entry.volume] else { return nil }
        var record = ByteBuffer()
        let length = entry.headerLength + Int(entry.bodyLength)
        guard volume.file.read(length, at: Int64(entry.offset), into: &record, mayBlock: true) == .complete,
            let prefix = RecordPrefix(record), prefix.state == .complete, prefix.matchesChecksum(in: record),
            prefix.hash == entry.hash, prefix.headerLength == entry.headerLength, prefix.bodyLength == entry.bodyLength,
            let key = record.getBytes(at: Record.prefixLength, length: prefix.keyLength),
            let variant = record.getBytes(at: Record.prefixLength + key.count, length: prefix.variantLength),
            // The copy counts as written by this run: its body has to be seen to be right.
            record.getSlice(at: entry.headerLength, length: Int(entry.bodyLength))?.crc32c() == prefix.bodyChecksum
        else { return nil }
        return (record, key, variant)
    }

    func forget(_ volume: UInt32) -> [DirectoryEntry] {
        giveWay()
        // The table first: whoever loads a row of this volume asks it under the shard's lock, so that none stays behind.
        core.volumes.remove(volume)
        let gone = core.directory.removeAll(inVolume: volume)
        core.counters.evictions.add(gone.count)
        core.counters.evictedBytes.add(Int(gone.reduce(0) { $0 + $1.bodyLength }))
        return gone
    }

    /// Unlinks a volume; readers that hold it finish.
    ///
    /// That takes the kernel up to a millisecond, as long as all the rest of reclaiming: others go first before and after it.
    func remove(_ volume: UInt32) {
        giveWay()
        for (fill, extent) in extents where extent.volume.number == volume { extents[fill] = nil }
        core.volumes.remove(volume)
        unopened.remove(volume)
        core.post(.removeVolume(volume))
        removeFile(of: volume)
        giveWay()
    }

    /// Removes a volume's file; one that stays is charged, and tried again.
    ///
    /// - Returns: Whether it is gone.
    @discardableResult
    func removeFile(of volume: UInt32) -> Bool {
        let path = core.path(ofVolume: volume)
        Paths.remove(path)
        let former = leftovers[volume]
        let isGone = !Paths.isTaken(path)
        leftovers[volume] = isGone ? nil : VolumeLayout.onDisk(Paths.onDisk(path))
        if former != leftovers[volume] { shareOut() }
        if !isGone, former == nil {
            core.logger.warning("A volume's file cannot be removed", metadata: ["path": "\(path)"])
        }
        return isGone
    }

    func refusal(_ detail: String) -> StoreError { StoreError(.full, "reserve", core.volumesPath, detail: detail) }

    /// The disk is full though the limit is not reached: others use it too.
    ///
    /// The next volume goes.
    func makeSomeRoom() {
        guard let victim = eviction.takeVictim(busy: volumesBeingFilled) else { return }
        reclaim(victim, keepingSurvivors: false)
    }

    /// Tells the statistics how much the volumes take.
    func publishUse() { core.counters.volumeBytes.store(Int(eviction.rings.used), ordering: .relaxed) }
}
