// Confined to the writer thread. The space for volumes: where records go, which volume is reclaimed for them, what is charged.
// `Eviction` decides, `VolumeKeeper` makes room by it.
//
// Invariant: everything is charged before it is written, so that disk use never passes the limit (invariant 7).

import Logging
import NIOCore
import Runtime
import Synchronization

final class SpaceKeeper: VolumeKeeper {
    /// `VolumeKeeper` changes it as well, nobody else.
    var eviction: Eviction
    private let core: StoreCore
    private let extents: OpenExtents
    private let batch: OpenBatch
    private let yielder: Yielder
    private let copier: RecordCopier
    private let leftovers: Leftovers
    private var maximumSize: Int64
    private var indexBytes: Int64
    private var nextPosition: Int64
    private let late: LateVolumes

    init(
        _ core: StoreCore,
        _ extents: OpenExtents,
        _ batch: OpenBatch,
        _ yielder: Yielder,
        maximumSize: Int64,
        survey: VolumeSurvey
    ) {
        self.core = core
        self.extents = extents
        self.batch = batch
        self.yielder = yielder
        copier = RecordCopier(core, yielder)
        leftovers = Leftovers(core)
        late = LateVolumes(core)
        self.maximumSize = maximumSize
        indexBytes = StoreFiles.indexSize(core.path)
        nextPosition = survey.nextPosition
        eviction = Eviction(budget: 0, nextVolume: survey.nextNumber)
        shareOut()
    }

    // MARK: The budget

    func setMaximumSize(_ bytes: Int64) {
        maximumSize = bytes
        shareOut()
        shrinkAll()
    }

    func setIndexSize(_ bytes: Int64) {
        indexBytes = bytes
        shareOut()
        shrinkAll()
    }

    /// Tells eviction what space there is for volumes.
    private func shareOut() {
        let others = indexBytes + leftovers.bytes
        eviction.setBudget(VolumeRings.budget(maximumSize: maximumSize, indexBytes: others))
        core.largestBody.store(eviction.rings.largestBody, ordering: .relaxed)
    }

    private func shrinkAll() {
        shrink()
        publishUse()
    }

    /// Tells the statistics how much the volumes take.
    func publishUse() { core.counters.volumeBytes.store(Int(eviction.rings.used), ordering: .relaxed) }

    /// Reclaims the next volume without its survivors.
    func reclaimNext() {
        guard let victim = eviction.takeVictim(busy: volumesBeingFilled) else { return }
        reclaim(victim, keepingSurvivors: false)
    }

    // MARK: Places

    /// Takes a place for a response by what is known of it: as a stored one that it replaces, as a ghost, or nothing.
    func place(_ response: NewResponse, hash: UInt64, bodyLength: Int64) throws(StoreError) -> PlacedRecord {
        let length = Record.aligned(Int64(response.headerLength) + bodyLength)
        let accesses = accesses(of: response, hash: hash)
        let ring = eviction.ring(for: accesses, length: length, at: core.catalog.clock.epoch)
        eviction.note(length: length)
        let place = try allocate(length, in: ring)
        guard let volume = core.volumes[place.location.volume] else { throw refusal("the volume is gone") }
        return PlacedRecord(volume: volume, location: place.location, isSingle: place.isSingle, accesses: accesses)
    }

    private func accesses(of response: NewResponse, hash: UInt64) -> AccessCount {
        if let known = core.catalog.accesses(hash, response.variant) { return known }
        let ghost = CatalogEntry.ghostHash(hash, variant: response.variant.hash)
        let clock = core.catalog.clock
        return eviction.accesses(ghost, stored: clock.responses, at: clock.epoch)
    }

    /// Takes an extent for a body that comes piece by piece.
    func extent(for fill: FillWriter) throws(StoreError) -> Extent {
        let response = fill.response
        guard let length = response.bodyLength else { return try makeGrowing(response, hash: fill.hash) }
        let place = try place(response, hash: fill.hash, bodyLength: length)
        place.volume.reserve(upTo: Int64(place.location.offset) + Int64(response.headerLength) + length)
        return Extent(
            volume: place.volume,
            location: place.location,
            headerLength: response.headerLength,
            isSingle: place.isSingle,
            isGrowing: false,
            accesses: place.accesses,
            charge: 0
        )
    }

    /// A volume of its own for a body whose length nobody knows yet.
    private func makeGrowing(_ response: NewResponse, hash: UInt64) throws(StoreError) -> Extent {
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
    /// - Returns: False where that is more than the store keeps.
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

    func isSingle(_ volume: UInt32) -> Bool { eviction.rings.isSingle(volume) }

    // MARK: Volumes that are there

    /// Takes volumes that are there onto their rings, less what is over the limit.
    func adopt(_ survey: VolumeSurvey) {
        for found in survey.volumes {
            eviction.add(found.slot, to: found.ring)
            if let volume = found.volume {
                core.volumes.add(volume)
            } else {
                core.volumes.addUnopened(found.number)
                late.add(found.number, in: found.ring)
            }
        }
        shrinkAll()
    }

    /// Takes the volumes of another directory, in the place of those that were forgotten.
    func adopt(another survey: VolumeSurvey) {
        eviction.raiseNumber(to: survey.nextNumber)
        indexBytes = StoreFiles.indexSize(core.path)
        shareOut()
        adopt(survey)
    }

    func forgetAll() {
        late.forgetAll()
        leftovers.forgetAll()
        core.volumes.removeAll()
        _ = core.catalog.removeAll { _ in true }
        extents.removeAll()
        eviction.dropAll()
    }

    /// A volume was deleted from outside.
    func lose(_ volume: Volume) {
        core.logger.warning("A volume was deleted from outside", metadata: ["volume": "\(volume.number)"])
        core.volumes.remove(volume.number)
        _ = core.catalog.removeAll(inVolume: volume.number)
        drop(volume.number)
    }

    /// Opens volumes that could not be opened before, few at a time, and removes files that could not be removed.
    func retryVolumes() {
        openLate()
        if leftovers.retry() { shareOut() }
    }

    private func openLate() {
        let tried = late.open()
        for number in tried.useless { drop(number) }
        guard !tried.opened.isEmpty else { return }
        for found in tried.opened { eviction.update(found.slot) }
        shrinkAll()
        core.post(.opened(tried.opened.map(\.number)))
    }

    /// Tells a new index of the rings, oldest volumes first.
    func noteAll() {
        for ring in Ring.allCases {
            for slot in eviction.rings[ring] { note(slot.volume, isIn: ring) }
        }
    }

    // MARK: What `VolumeKeeper` has done

    var catalog: Catalog { core.catalog }

    var volumesBeingFilled: Set<UInt32> { extents.volumes.union(batch.volume.map { [$0] } ?? []) }

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

    func copy(_ entry: CatalogEntry, to location: RecordLocation) throws(StoreError) -> Bool {
        try copier.copy(entry, to: location)
    }

    func failedToCopy() { core.counters.writeErrors.add(1) }

    func keep(_ entry: CatalogEntry) { core.counters.survivors.add(1) }

    func forget(_ volume: UInt32) -> [CatalogEntry] {
        yielder.yieldIfOver()
        // The table first: code that loads a row of this volume asks it under the shard's lock, so no row is left behind.
        core.volumes.remove(volume)
        let gone = core.catalog.removeAll(inVolume: volume)
        core.counters.evictions.add(gone.count)
        core.counters.evictedBytes.add(Int(gone.reduce(0) { $0 + $1.bodyLength }))
        return gone
    }

    /// Unlinks a volume; readers that hold it finish.
    ///
    /// That takes the kernel up to a millisecond, as long as all the rest of reclaiming: others go first before and after it.
    func remove(_ volume: UInt32) {
        yielder.yieldIfOver()
        extents.forget(volume: volume)
        core.volumes.remove(volume)
        late.remove(volume)
        core.post(.removeVolume(volume))
        if leftovers.remove(volume) { shareOut() }
        yielder.yieldIfOver()
    }

    func refusal(_ detail: String) -> StoreError { StoreError(.full, "reserve", core.volumesPath, detail: detail) }
}
