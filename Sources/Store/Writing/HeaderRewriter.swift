// Confined to the writer thread. Writes what a 304 changed over a record's header.

import HTTPCaching
import HTTPMessage
import NIOCore
import Runtime

final class HeaderRewriter {
    private let core: StoreCore
    private let health: DiskHealth
    private let records: RecordWriter

    init(_ parts: WriterParts, _ records: RecordWriter) {
        core = parts.core
        health = parts.health
        self.records = records
    }

    /// Writes what a 304 changed over a record's header.
    ///
    /// A record that was moved or replaced meanwhile stays as it is.
    func freshen(_ freshened: Freshened) {
        let refusal = health.attempt { () throws(StoreError) in
            let entry = freshened.entry
            guard let volume = core.volumes[entry.volume], core.catalog.entry(entry.hash, at: entry.location) != nil
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
            core.catalog.dropFromMemory(entry.hash, at: entry.location)
            var changed = entry
            changed.freshen(freshened.facts)
            let row = core.row(changed, key: key, variant: variant, sequence: prefix.sequence)
            core.post(.freshen(row, groups: freshened.groups))
            _ = core.catalog.update(entry.hash, at: entry.location) { $0.freshen(freshened.facts) }
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
        records.append(
            WholeResponse(response, hash: prefix.hash, body: [body], checksum: checksum, source: source) { _ in }
        )
        records.flush()
        return nil
    }
}
