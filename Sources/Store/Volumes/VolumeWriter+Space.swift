// Where records go, and what goes to make room for them. Everything here is charged before it is written, so that disk
// use never passes the limit (invariant 7).

import NIOCore
import Synchronization

extension VolumeWriter {
    struct Place {
        let volume: Volume
        let location: RecordLocation
        /// The volume was made for this record alone.
        let isSingle: Bool
    }

    /// Shares what the index leaves of the space out among the shelves.
    func shareOut() {
        // The index's files grow by a transaction and its log between two measurements.
        let forVolumes = max(maximumSize - indexBytes - (4 << 20), 16 << 20)
        for index in shelves.indices { shelves[index].setBudget(forVolumes * shelves[index].size.share / 100) }
        core.largestBody.store(shelves[SizeClass.large.rawValue].largestBody, ordering: .relaxed)
    }

    /// Takes an extent for a record of known length.
    func allocate(
        _ recordLength: Int64,
        bodyLength: Int64,
        ring: Shelf.Ring,
        forSurvivor: Bool = false
    ) throws(StoreError) -> Place {
        let size = SizeClass(bodyLength: bodyLength)
        let shelf = size.rawValue
        if bodyLength > shelves[shelf].singleThreshold {
            let capacity = Volume.headerLength + recordLength
            let volume = try makeVolume(shelf, ring: ring, capacity: capacity, isSingle: true, spare: !forSurvivor)
            return Place(
                volume: volume,
                location: RecordLocation(volume: volume.number, offset: UInt32(Volume.headerLength)),
                isSingle: true
            )
        }
        let writing = shelf * 2 + ring.rawValue
        if let current = active[writing], current.used + recordLength > current.volume.capacity { seal(writing) }
        if active[writing] == nil {
            let volume = try makeVolume(
                shelf,
                ring: ring,
                capacity: max(shelves[shelf].volumeCapacity, Volume.headerLength + recordLength),
                isSingle: false,
                spare: !forSurvivor
            )
            active[writing] = ActiveVolume(volume: volume, used: Volume.headerLength)
        }
        guard var current = active[writing] else {
            throw StoreError(.full, "reserve", core.volumesPath, detail: "the volume went while it was made")
        }
        let location = RecordLocation(volume: current.volume.number, offset: UInt32(current.used))
        current.used += recordLength
        active[writing] = current
        return Place(volume: current.volume, location: location, isSingle: false)
    }

    /// A volume of its own for a body whose length nobody knows yet.
    func makeGrowing(headerLength: Int) throws(StoreError) -> Extent {
        let shelf = SizeClass.large.rawValue
        let charge: Int64 = 2 << 20
        let volume = try makeVolume(
            shelf,
            ring: .probation,
            capacity: shelves[shelf].largestBody + (1 << 20),
            isSingle: true,
            spare: true,
            charge: charge
        )
        return Extent(
            volume: volume,
            location: RecordLocation(volume: volume.number, offset: UInt32(Volume.headerLength)),
            headerLength: headerLength,
            isSingle: true,
            isGrowing: true,
            charge: charge
        )
    }

    /// Charges a growing body for what it is about to become.
    ///
    /// Returns false where that is more than the shelf keeps.
    func grow(_ extent: inout Extent, toBody length: Int64) throws(StoreError) -> Bool {
        let shelf = SizeClass.large.rawValue
        let needed = Volume.headerLength + Record.aligned(Int64(extent.headerLength) + length)
        guard length <= shelves[shelf].largestBody, needed <= extent.volume.capacity else { return false }
        guard needed > extent.charge else { return true }
        let step = needed - extent.charge + (1 << 20)
        try makeRoom(step, on: shelf, spare: true)
        extent.charge += step
        shelves[shelf].setCharge(of: extent.volume.number, to: extent.charge)
        return true
    }

    /// A growing body has ended: it is charged what it takes.
    func settle(_ extent: Extent) {
        let length = Volume.headerLength + Record.aligned(Int64(extent.headerLength) + extent.written)
        shelves[SizeClass.large.rawValue].setCharge(of: extent.volume.number, to: Self.onDisk(length))
    }

    private func makeVolume(
        _ shelf: Int,
        ring: Shelf.Ring,
        capacity: Int64,
        isSingle: Bool,
        spare: Bool,
        charge: Int64? = nil
    ) throws(StoreError) -> Volume {
        let charge = Self.onDisk(charge ?? capacity)
        try makeRoom(charge, on: shelf, spare: spare)
        let number = nextVolume
        nextVolume += 1
        let path = core.path(ofVolume: number)
        let file = try File(path, .create)
        let size = shelves[shelf].size
        do throws(StoreError) {
            try file.write(Volume.header(number: number, shelf: size, capacity: capacity), at: 0)
        } catch {
            Paths.remove(path)
            throw error
        }
        let volume = Volume(number: number, file: file, shelf: size, capacity: capacity)
        shelves[shelf].add(Shelf.Slot(volume: number, charge: charge, isSingle: isSingle), to: ring)
        core.volumes.add(volume)
        note(number, ring)
        return volume
    }

    /// Tells a new index of the rings, oldest volumes first.
    func noteAll() {
        for shelf in shelves {
            for ring in [Shelf.Ring.probation, .main] {
                for slot in shelf.rings[ring.rawValue] { note(slot.volume, ring) }
            }
        }
    }

    func note(_ volume: UInt32, _ ring: Shelf.Ring) {
        nextPosition += 1
        core.post(.volume(VolumeRow(number: volume, ring: ring.rawValue, order: nextPosition)))
    }

    /// Files take whole blocks.
    static func onDisk(_ length: Int64) -> Int64 { (length + 4095) & ~4095 }

    /// An active volume is full: from now on it is charged what it takes.
    func seal(_ writing: Int) {
        guard let current = active[writing] else { return }
        shelves[writing / 2].setCharge(of: current.volume.number, to: Self.onDisk(current.used))
        active[writing] = nil
    }
}
