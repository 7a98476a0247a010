// Where records go. Everything here is charged before it is written, so that disk use never passes the limit
// (invariant 7).

import NIOCore
import Synchronization

extension VolumeWriter {
    /// Tells eviction what space there is for volumes.
    func shareOut() {
        let others = indexBytes + leftovers.values.reduce(0, +)
        eviction.setBudget(VolumeRings.budget(maximumSize: maximumSize, indexBytes: others))
        core.largestBody.store(eviction.rings.largestBody, ordering: .relaxed)
    }

    /// Takes a place for a response by what is known of it: as a stored one that it replaces, as a ghost, or nothing.
    func place(_ response: NewResponse, hash: UInt64, bodyLength: Int64) throws(StoreError) -> Placed {
        let length = Record.aligned(Int64(response.headerLength) + bodyLength)
        let accesses = accesses(of: response, hash: hash)
        let ring = eviction.ring(for: accesses, length: length, at: core.directory.clock.epoch)
        eviction.note(length: length)
        let place = try allocate(length, in: ring)
        guard let volume = core.volumes[place.location.volume] else { throw refusal("the volume is gone") }
        return Placed(volume: volume, location: place.location, isSingle: place.isSingle, accesses: accesses)
    }

    private func accesses(of response: NewResponse, hash: UInt64) -> AccessCount {
        if let known = core.directory.accesses(hash, response.variant) { return known }
        let ghost = DirectoryEntry.ghostHash(hash, variant: response.variant.hash)
        let clock = core.directory.clock
        return eviction.accesses(ghost, stored: clock.responses, at: clock.epoch)
    }

    /// A volume of its own for a body whose length nobody knows yet.
    func makeGrowing(_ response: NewResponse, hash: UInt64) throws(StoreError) -> Extent {
        let charge: Int64 = 2 << 20
        let accesses = accesses(of: response, hash: hash)
        let number = try makeVolume(
            in: .probation,
            capacity: eviction.rings.largestBody + (1 << 20),
            isSingle: true,
            spare: true,
            charge: charge
        )
        guard let volume = core.volumes[number] else { throw refusal("the volume is gone") }
        return Extent(
            volume: volume,
            location: RecordLocation(volume: number, offset: UInt32(VolumeLayout.headerLength)),
            headerLength: response.headerLength,
            isSingle: true,
            isGrowing: true,
            accesses: accesses,
            charge: charge
        )
    }

    /// Charges a growing body for what it is about to become.
    ///
    /// Returns false where that is more than the store keeps.
    func grow(_ extent: inout Extent, toBody length: Int64) throws(StoreError) -> Bool {
        let needed = VolumeLayout.headerLength + Record.aligned(Int64(extent.headerLength) + length)
        guard length <= eviction.rings.largestBody, needed <= extent.volume.capacity else { return false }
        guard needed > extent.charge else { return true }
        let step = needed - extent.charge + (1 << 20)
        try makeRoom(for: step, spare: true)
        extent.charge += step
        eviction.setCharge(of: extent.volume.number, to: extent.charge)
        return true
    }

    /// A growing body has ended: it is charged what it takes.
    func settle(_ extent: Extent) {
        let record = Record.aligned(Int64(extent.headerLength) + extent.written)
        eviction.note(length: record)
        eviction.setCharge(of: extent.volume.number, to: VolumeLayout.headerLength + record)
    }

    /// Tells a new index of the rings, oldest volumes first.
    func noteAll() {
        for ring in Ring.allCases {
            for slot in eviction.rings[ring] { note(slot.volume, isIn: ring) }
        }
    }
}
