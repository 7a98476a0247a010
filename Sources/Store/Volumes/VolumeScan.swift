// Value, confined to the thread that scans. Walks the records of a volume in order, for rebuilding the index and for
// `larder verify`.
//
// Bytes that are not a record are skipped by the alignment. A body cannot pose as a record: the record's hash would
// have to be the key's under the directory's secret, which the callers check.

import NIOCore

struct VolumeScan {
    struct Found {
        let location: RecordLocation
        let prefix: RecordPrefix
        let key: [UInt8]
        let variant: [UInt8]
        let head: ByteBuffer
    }

    /// Headers are read through a window of this size, so that small records cost a fraction of a read each.
    private static let windowLength = 16 << 10

    private let volume: Volume
    private let length: Int64
    private var offset = VolumeLayout.headerLength
    private var window = ByteBuffer()
    private var windowStart: Int64 = 0
    /// Bytes that belong to no whole record.
    private(set) var skipped: Int64 = 0

    init(_ volume: Volume) {
        self.volume = volume
        length = min(volume.file.status?.length ?? 0, volume.capacity)
    }

    /// The next record with a whole header, in any state; nil at the end.
    ///
    /// Blocks.
    mutating func next() -> Found? {
        while offset + Int64(Record.prefixLength) <= length, let at = UInt32(exactly: offset) {
            if let found = record(at: at) {
                offset += max(found.prefix.recordLength, Record.alignment)
                return found
            }
            offset += Record.alignment
            skipped += Record.alignment
        }
        return nil
    }

    private mutating func record(at offset: UInt32) -> Found? {
        guard let prefix = bytes(at: Int64(offset), Record.prefixLength).flatMap({ RecordPrefix($0) }),
            let header = bytes(at: Int64(offset), prefix.headerLength), prefix.matchesChecksum(in: header),
            let key = header.getBytes(at: header.readerIndex + Record.prefixLength, length: prefix.keyLength),
            let variant = header.getBytes(
                at: header.readerIndex + Record.prefixLength + key.count,
                length: prefix.variantLength
            ),
            let head = header.getSlice(
                at: header.readerIndex + Record.prefixLength + key.count + variant.count,
                length: prefix.headLength
            )
        else { return nil }
        return Found(
            location: RecordLocation(volume: volume.number, offset: offset),
            prefix: prefix,
            key: key,
            variant: variant,
            head: head
        )
    }

    /// Bytes of the volume; nil past its end.
    private mutating func bytes(at offset: Int64, _ count: Int) -> ByteBuffer? {
        guard offset + Int64(count) <= length else { return nil }
        if offset < windowStart || offset + Int64(count) > windowStart + Int64(window.readableBytes) {
            let wanted = Int(min(Int64(max(count, Self.windowLength)), length - offset))
            window.clear()
            windowStart = offset
            guard volume.file.read(wanted, at: offset, into: &window, mayBlock: true) == .complete else { return nil }
        }
        return window.getSlice(at: Int(offset - windowStart), length: count)
    }
}
