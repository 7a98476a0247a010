// Shared. Reads a record and makes a stored response from it: one read, after which everything is compared and
// checked.

import HTTPCaching
import HTTPMessage
import NIOCore
import Synchronization

extension StoreCore {
    /// Reads a record into a buffer of its own.
    func read(_ entry: CatalogEntry, key: RawSpan, mayBlock: Bool) -> StoredRead {
        var buffer = ByteBuffer()
        return read(entry, key: key, mayBlock: mayBlock, into: &buffer)
    }

    /// Reads a record.
    ///
    /// On an event loop only from the page cache, with `mayBlock` false.
    func read(
        _ entry: CatalogEntry,
        key: RawSpan,
        mayBlock: Bool,
        into buffer: inout ByteBuffer
    ) -> StoredRead {
        if entry.isUnverified, !mayBlock { return .wouldBlock }
        guard let volume = volumes[entry.volume] else {
            _ = catalog.remove(entry.hash) { $0.isAt(entry.location) }
            return .absent
        }
        let withBody = entry.bodyLength <= Store.readAlong
        let length = entry.headerLength + (withBody ? Int(entry.bodyLength) : 0)
        // While a head is being freshened in place it is briefly neither old nor new: read again, off the loop.
        for _ in 0..<(mayBlock ? 3 : 1) {
            buffer.clear()
            switch volume.file.read(length, at: Int64(entry.offset), into: &buffer, mayBlock: mayBlock) {
            case .complete: break
            case .wouldBlock: return .wouldBlock
            case .short: return broken(entry, key)
            // The disk may work again for the next reader.
            case .failed:
                counters.readErrors.add(1)
                return .absent
            }
            guard let prefix = RecordPrefix(buffer), prefix.matchesChecksum(in: buffer) else { continue }
            return check(entry, key, volume, prefix, buffer, withBody: withBody)
        }
        return mayBlock ? broken(entry, key) : .wouldBlock
    }

    private func check(
        _ entry: CatalogEntry,
        _ key: RawSpan,
        _ volume: Volume,
        _ prefix: RecordPrefix,
        _ buffer: ByteBuffer,
        withBody: Bool
    ) -> StoredRead {
        switch compare(entry, key, volume, prefix, buffer, withBody: withBody) {
        case .broken: return broken(entry, key)
        // The other key's response is valid in its place.
        case .ofOtherKey: return .absent
        case .same(let response):
            guard prefix.state == .complete else {
                forget(entry, key: key.copy)
                return .absent
            }
            switch isRight(response) {
            case .right: return .found(response)
            case .wrong: return broken(entry, key)
            case .unreadable:
                counters.readErrors.add(1)
                return .absent
            }
        }
    }

    /// The result of comparing a record with its entry.
    private enum Comparison {
        case same(StoredResponse)
        /// Another key has the same hash.
        case ofOtherKey
        case broken
    }

    /// Decodes a record and compares it with its entry; changes nothing.
    private func compare(
        _ entry: CatalogEntry,
        _ key: RawSpan,
        _ volume: Volume,
        _ prefix: RecordPrefix,
        _ buffer: ByteBuffer,
        withBody: Bool
    ) -> Comparison {
        let headStart = Record.prefixLength + prefix.keyLength + prefix.variantLength
        guard prefix.hash == entry.hash, prefix.headerLength == entry.headerLength,
            prefix.bodyLength == entry.bodyLength,
            let storedKey = buffer.getSlice(at: Record.prefixLength, length: prefix.keyLength),
            let whole = buffer.getSlice(at: headStart, length: prefix.headLength),
            let variant = buffer.getBytes(at: Record.prefixLength + prefix.keyLength, length: prefix.variantLength)
        else { return .broken }
        guard storedKey.readableBytesSpan.equals(key) else { return .ofOtherKey }
        var facts = prefix.facts
        // A rebuilt index does not know which responses a lost purge removed. So nothing counts as fresh, and neither a
        // window of the response nor a client's wish lets it be served stale.
        facts.freshUntil = min(facts.freshUntil, entry.freshUntil)
        if entry.freshUntilSeconds == 0 { facts.flags.insert(.mustRevalidate) }
        let (head, target) = RecordHead.split(whole, facts)
        return .same(
            StoredResponse(
                entry: entry,
                facts: facts,
                head: head,
                target: target,
                variant: variant,
                bodyChecksum: prefix.bodyChecksum,
                body: withBody ? buffer.getSlice(at: prefix.headerLength, length: Int(prefix.bodyLength)) : nil,
                volume: volume,
                bodyOffset: Int64(entry.offset) + Int64(prefix.headerLength)
            )
        )
    }

    /// Reads a record's header and changes nothing: nothing is verified, dropped or counted.
    ///
    /// Blocks.
    /// - Returns: The response without its body; nil if the record does not exist, is broken or removed, or has another
    ///   key.
    func inspect(_ entry: CatalogEntry, key: RawSpan) -> StoredResponse? {
        guard let volume = volumes[entry.volume] else { return nil }
        var buffer = ByteBuffer()
        let read = volume.file.read(entry.headerLength, at: Int64(entry.offset), into: &buffer, mayBlock: true)
        guard read == .complete, let prefix = RecordPrefix(buffer), prefix.matchesChecksum(in: buffer),
            prefix.state == .complete,
            case .same(let response) = compare(entry, key, volume, prefix, buffer, withBody: false)
        else { return nil }
        return response
    }

    /// Whether the body is as it was written: a body that was read along is checked each time, a longer one once in a
    /// run.
    ///
    /// Blocks for longer ones, which are checked only on the disk pool.
    private func isRight(_ response: StoredResponse) -> File.Checked {
        let entry = response.entry
        if let body = response.body { return body.crc32c() == response.bodyChecksum ? .right : .wrong }
        // Others may have waited for the same body, and one of them may have checked it.
        guard catalog.entry(entry.hash, at: entry.location)?.isUnverified ?? entry.isUnverified else { return .right }
        let checked = response.volume.file.check(
            at: response.bodyOffset,
            length: response.bodyLength,
            against: response.bodyChecksum
        )
        if checked == .right { noteRight(entry) }
        return checked
    }

    /// A body was compared with its checksum: it may be sent without being read.
    func noteRight(_ entry: CatalogEntry) {
        _ = catalog.update(entry.hash, at: entry.location) { $0.flags.remove(.unverified) }
    }

    /// Reads the whole body of a stored response, however long; nil if it cannot be read or was changed.
    ///
    /// Blocks.
    func readWhole(_ response: StoredResponse, key: [UInt8]) -> ByteBuffer? {
        if let body = response.body { return body }
        var body = ByteBuffer()
        let length = Int(response.bodyLength)
        switch response.volume.file.read(length, at: response.bodyOffset, into: &body, mayBlock: true) {
        case .complete where body.crc32c() == response.bodyChecksum: return body
        case .complete, .short: _ = key.withRawSpan { broken(response.entry, $0) }
        case .failed, .wouldBlock: counters.readErrors.add(1)
        }
        return nil
    }

    /// Counts a torn or corrupt record, removes it everywhere, and returns a miss.
    private func broken(_ entry: CatalogEntry, _ key: RawSpan) -> StoredRead {
        counters.corrupt.add(1)
        forget(entry, key: key.copy)
        return .absent
    }
}
