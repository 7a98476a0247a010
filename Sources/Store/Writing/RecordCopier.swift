// Confined to the writer thread. Copies records that outlive their volume.

import NIOCore
import Runtime
import Synchronization

final class RecordCopier {
    private let core: StoreCore
    private let yielder: Yielder

    init(_ core: StoreCore, _ yielder: Yielder) {
        self.core = core
        self.yielder = yielder
    }

    /// Copies a record, and changes its row and its entry.
    ///
    /// - Returns: False where it is not as it was written, or went meanwhile.
    /// - Throws: Where it cannot be written.
    func copy(_ entry: CatalogEntry, to location: RecordLocation) throws(StoreError) -> Bool {
        yielder.yieldIfOver()
        guard let copied = read(entry) else {
            core.counters.corrupt.add(1)
            return false
        }
        guard let volume = core.volumes[location.volume] else {
            throw StoreError(.full, "reserve", core.volumesPath, detail: "the volume is gone")
        }
        volume.reserve(upTo: Int64(location.offset) + Int64(copied.record.readableBytes))
        try volume.file.write(copied.record, at: Int64(location.offset))
        var moved = entry
        moved.move(to: location)
        // Row before entry, as for a new record: a purge in between finds the one or the other.
        let row = core.row(moved, key: copied.key, variant: copied.variant, sequence: core.takeSequence())
        core.post(.put(row, groups: nil))
        let isThere = core.catalog.update(entry.hash, at: entry.location) {
            $0.move(to: location)
            $0.flags.remove(.unverified)
        }
        guard isThere else {
            core.post(.remove(key: copied.key, location))
            volume.writeRemoved(at: location)
            return false
        }
        core.counters.survivors.add(1)
        core.counters.survivorBytes.add(copied.record.readableBytes)
        return true
    }

    /// A record with its body; nil where it is not as it was written.
    private func read(_ entry: CatalogEntry) -> (record: ByteBuffer, key: [UInt8], variant: [UInt8])? {
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
}
