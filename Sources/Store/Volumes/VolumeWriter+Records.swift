// How records come into volumes piece by piece, as a fill's bytes arrive, or are freshened where they are.

import HTTPCaching
import HTTPMessage
import NIOCore
import Runtime
import Synchronization

extension VolumeWriter {
    /// Takes an extent for a fill's body.
    func open(_ fill: FillWriter) {
        let failure = attempt { () throws(StoreError) in
            let extent = try extent(for: fill)
            // Reserved on disk as well, so that a scan of the volume can step over what is not complete.
            let prefix = fill.response.prefix(
                hash: fill.hash,
                state: .reserved,
                bodyLength: fill.response.bodyLength ?? 0,
                sequence: 0,
                checksum: 0,
                at: core.clock.now
            )
            extents[fill.number] = extent
            try extent.volume.file.write(
                prefix.encoded(key: fill.response.key, variant: fill.response.variant.text, head: fill.response.head),
                at: Int64(extent.location.offset)
            )
            fill.isPlaced(in: extent.volume, bodyOffset: Int64(extent.location.offset) + Int64(extent.headerLength))
            return nil
        }
        if let failure { end(fill, because: failure) }
    }

    private func extent(for fill: FillWriter) throws(StoreError) -> Extent {
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

    func write(_ bytes: ByteBuffer, of fill: FillWriter) {
        guard var extent = extents[fill.number] else { return end(fill, because: .sick) }
        let failure = attempt { () throws(StoreError) in
            let length = extent.written + Int64(bytes.readableBytes)
            if let told = fill.response.bodyLength, length > told { return .incomplete }
            if extent.isGrowing, try !grow(&extent, toBody: length) { return .tooLarge }
            let at = Int64(extent.location.offset) + Int64(extent.headerLength) + extent.written
            try extent.volume.file.write(bytes, at: at)
            extent.written = length
            extent.checksum = bytes.crc32c(from: extent.checksum)
            extents[fill.number] = extent
            fill.isWritten(upTo: length)
            return nil
        }
        if let failure { end(fill, because: failure) }
    }

    func finish(_ fill: FillWriter) -> StoreRefusal? {
        guard let extent = extents[fill.number] else { return fill.refusal ?? counted(.sick) }
        let response = fill.response
        let result = attempt { () throws(StoreError) in
            let sequence = core.takeSequence()
            let prefix = response.prefix(
                hash: fill.hash,
                state: .complete,
                bodyLength: extent.written,
                sequence: sequence,
                checksum: extent.checksum,
                at: core.clock.now
            )
            try extent.volume.file.write(
                prefix.encoded(key: response.key, variant: response.variant.text, head: response.head),
                at: Int64(extent.location.offset)
            )
            if extent.isGrowing { settle(extent) }
            return admit(
                response,
                hash: fill.hash,
                at: extent.location,
                bodyLength: extent.written,
                sequence: sequence,
                accesses: extent.accesses
            )
        }
        if result == nil { extents[fill.number] = nil } else { discard(fill.number) }
        return result.map(counted)
    }

    /// A fill cannot be stored any more; its sender learns that with its next bytes.
    private func end(_ fill: FillWriter, because refusal: StoreRefusal) {
        discard(fill.number)
        if fill.fail(because: refusal) { core.counters.count(refusal) }
    }

    /// Gives a fill's extent back: a volume of its own at once, a place between others when their volume is reclaimed.
    func discard(_ fill: UInt64) {
        guard let extent = extents.removeValue(forKey: fill) else { return }
        // Not where the extent's volume was lost with the directory: its number has no path any more.
        guard let volume = core.volumes[extent.volume.number], volume === extent.volume else { return }
        if extent.isSingle { return drop(volume.number) }
        writeRemoved(extent.location, in: volume)
    }

    func counted(_ refusal: StoreRefusal) -> StoreRefusal {
        core.counters.count(refusal)
        return refusal
    }

    /// Makes a complete record known: row first, then entry, both only where no purge came in between.
    func admit(
        _ response: NewResponse,
        hash: UInt64,
        at location: RecordLocation,
        bodyLength: Int64,
        sequence: UInt64,
        accesses: AccessCount,
        source: RecordLocation? = nil
    ) -> StoreRefusal? {
        let entry = DirectoryEntry(
            hash: hash,
            variant: response.variant.hash,
            vary: response.variant.vary,
            location: location,
            headerLength: response.headerLength,
            bodyLength: bodyLength,
            facts: response.facts,
            epoch: response.epoch,
            accesses: accesses
        )
        // A late fill must not even touch the row: it may be that of a newer response, which then no sweep would find.
        // Where the purge comes between here and the insertion, its sweep comes after the row and finds the key by it.
        guard core.fence.allowsStoring(response.key, in: response.groups, since: response.epoch) else {
            markRemoved(location, hash: hash)
            return .purged
        }
        let row = core.row(entry, key: response.key, variant: response.variant.text, sequence: sequence)
        let isAllKnown = core.isLoaded.load(ordering: .acquiring)
        core.post(isAllKnown ? .put(row, groups: response.groups) : .supersede(row, groups: response.groups))
        let (isIn, replaced) = core.directory.insert(entry, madeOf: source) {
            core.fence.allowsStoring(response.key, in: response.groups, since: response.epoch)
        }
        guard isIn else {
            core.post(.remove(key: response.key, location))
            markRemoved(location, hash: hash)
            return .purged
        }
        if let replaced { markRemoved(replaced.location, hash: hash) }
        core.counters.stored.add(1)
        core.counters.storedBytes.add(Int(bodyLength))
        return nil
    }

    /// Writes what a 304 changed over a record's header.
    ///
    /// A record that was moved or replaced meanwhile stays as it is.
    func freshen(_ freshened: Freshened) {
        let refusal = attempt { () throws(StoreError) in
            let entry = freshened.entry
            guard let volume = core.volumes[entry.volume], core.directory.entry(entry.hash, at: entry.location) != nil
            else { return nil }
            var header = ByteBuffer()
            guard
                volume.file.read(entry.headerLength, at: Int64(entry.offset), into: &header, mayBlock: true)
                    == .complete,
                var prefix = RecordPrefix(header), prefix.state == .complete, prefix.matchesChecksum(in: header),
                prefix.hash == entry.hash, prefix.headerLength == entry.headerLength,
                let key = header.getBytes(at: Record.prefixLength, length: prefix.keyLength), key == freshened.key,
                let variant = header.getBytes(at: Record.prefixLength + key.count, length: prefix.variantLength)
            else { return nil }
            guard core.fence.allowsStoring(key, in: freshened.groups, since: freshened.epoch) else { return .purged }
            let content = Record.prefixLength + key.count + variant.count + freshened.head.readableBytes
            guard content <= prefix.headerLength else {
                return moveWithNewHead(freshened, variant: variant, volume: volume, prefix: prefix)
            }
            prefix.facts = freshened.facts
            prefix.headLength = freshened.head.readableBytes
            try volume.file.write(
                prefix.encoded(key: key, variant: variant, head: freshened.head),
                at: Int64(entry.offset)
            )
            core.directory.dropFromMemory(entry.hash, at: entry.location)
            var changed = entry
            changed.freshen(freshened.facts)
            let row = core.row(changed, key: key, variant: variant, sequence: prefix.sequence)
            core.post(.freshen(row, groups: freshened.groups))
            _ = core.directory.update(entry.hash, at: entry.location) { $0.freshen(freshened.facts) }
            return nil
        }
        if let refusal { core.counters.count(refusal) }
    }

    /// A head that outgrew its place: the record is written anew, with its body.
    private func moveWithNewHead(
        _ freshened: Freshened,
        variant: [UInt8],
        volume: Volume,
        prefix: RecordPrefix
    ) -> StoreRefusal? {
        var body = ByteBuffer()
        let at = Int64(freshened.entry.offset) + Int64(prefix.headerLength)
        guard prefix.bodyLength <= core.largestCopy,
            volume.file.read(Int(prefix.bodyLength), at: at, into: &body, mayBlock: true) == .complete,
            body.crc32c() == prefix.bodyChecksum, let variant = core.variant(ofText: variant),
            freshened.head.readableBytes <= 64 << 10
        else {
            core.forget(freshened.entry, key: freshened.key)
            return nil
        }
        let response = NewResponse(
            freshened.key,
            variant,
            recordHead: freshened.head,
            facts: freshened.facts,
            bodyLength: prefix.bodyLength,
            epoch: freshened.epoch,
            groups: freshened.groups
        )
        let checksum = prefix.bodyChecksum
        let source = freshened.entry.location
        gather(WholeResponse(response, hash: prefix.hash, body: [body], checksum: checksum, source: source) { _ in })
        writeGathered()
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
        if eviction.rings.isSingle(location.volume) { return drop(location.volume) }
        writeRemoved(location, in: volume)
    }

    func writeRemoved(_ location: RecordLocation, in volume: Volume) {
        let state = ByteBuffer(bytes: [Record.State.removed.rawValue])
        // Where even this cannot be written, a rebuilt index brings the response back only to be validated.
        try? volume.file.write(state, at: Int64(location.offset) + Record.stateOffset)
    }
}
