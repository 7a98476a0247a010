// Confined to the writer thread. Makes written records known, and marks those that are of no use.
//
// Invariant: a record's bytes are all written before its row is posted, its row is posted before its entry is in the
// catalog, and the entry gets in only where the fence allows it. So a purge sees every row that a look-up could find.

import HTTPCaching
import NIOCore
import Runtime
import Synchronization

final class Admission {
    /// A record that is written whole.
    struct Written {
        let response: NewResponse
        let hash: UInt64
        let location: RecordLocation
        let bodyLength: Int64
        let sequence: UInt64
        let accesses: AccessCount
        /// The record that it is made of: it is known only while that one is.
        var source: RecordLocation?
    }

    private let core: StoreCore
    private let space: SpaceKeeper

    init(_ core: StoreCore, _ space: SpaceKeeper) {
        self.core = core
        self.space = space
    }

    /// Makes a record known: row first, then entry, both only where no purge came in between.
    func admit(_ record: Written) -> StoreRefusal? {
        let (response, hash, location) = (record.response, record.hash, record.location)
        let entry = CatalogEntry(
            hash: hash,
            variant: response.variant.hash,
            vary: response.variant.vary,
            location: location,
            headerLength: response.headerLength,
            bodyLength: record.bodyLength,
            facts: response.facts,
            epoch: response.epoch,
            accesses: record.accesses
        )
        // A late fill must not even touch the row: it may be that of a newer response, which then no sweep would find.
        // Where the purge comes between here and the insertion, its sweep comes after the row and finds the key by it.
        guard core.fence.allowsStoring(response.key, in: response.groups, since: response.epoch) else {
            markRemoved(location, hash: hash)
            return .purged
        }
        let row = core.row(entry, key: response.key, variant: response.variant.text, sequence: record.sequence)
        let isAllKnown = core.isLoaded.load(ordering: .acquiring)
        core.post(isAllKnown ? .put(row, groups: response.groups) : .supersede(row, groups: response.groups))
        let (isIn, replaced) = core.catalog.insert(entry, madeOf: record.source) {
            core.fence.allowsStoring(response.key, in: response.groups, since: response.epoch)
        }
        guard isIn else {
            core.post(.remove(key: response.key, location))
            markRemoved(location, hash: hash)
            return .purged
        }
        if let replaced { markRemoved(replaced.location, hash: hash) }
        core.counters.stored.add(1)
        core.counters.storedBytes.add(Int(record.bodyLength))
        return nil
    }

    /// Marks a record as removed, or gives its volume back where it has one of its own.
    ///
    /// Only if it is one of that hash: what tells its place may be a broken index.
    func markRemoved(_ location: RecordLocation, hash: UInt64) {
        guard let volume = core.volumes[location.volume] else { return }
        var start = ByteBuffer()
        guard
            volume.file.read(Record.prefixLength, at: Int64(location.offset), into: &start, mayBlock: true)
                == .complete,
            let prefix = RecordPrefix(start), prefix.hash == hash
        else { return }
        if space.isSingle(location.volume) { return space.drop(location.volume) }
        volume.writeRemoved(at: location)
    }

    func counted(_ refusal: StoreRefusal) -> StoreRefusal {
        core.counters.count(refusal)
        return refusal
    }
}

extension Volume {
    /// Marks the record at a place as removed.
    func writeRemoved(at location: RecordLocation) {
        let state = ByteBuffer(bytes: [Record.State.removed.rawValue])
        // Where even this cannot be written, a rebuilt index brings the response back only to be validated.
        try? file.write(state, at: Int64(location.offset) + Record.stateOffset)
    }
}
