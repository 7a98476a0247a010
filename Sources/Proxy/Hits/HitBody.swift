// Value. The place of a hit's body, and the part of it to send.

import HTTPCaching
import NIOCore
import Store

enum HitBody {
    case bytes(ByteBuffer)
    /// In the page cache.
    case region(Volume, Range<Int64>)

    /// Parts up to this size are copied instead of sent from the page cache: one packet with the head costs less than
    /// two.
    private static let copyLimit = 32 << 10

    /// A body in memory, or the part of it that a response carries.
    init(_ bytes: ByteBuffer, _ part: Range<Int64>?) {
        guard let part else {
            self = .bytes(bytes)
            return
        }
        let start = bytes.readerIndex + Int(part.lowerBound)
        self = .bytes(bytes.getSlice(at: start, length: part.count) ?? ByteBuffer())
    }

    /// The part of a record's body for a response; nil if it is not in the page cache.
    ///
    /// - Parameters:
    ///   - stored: The record.
    ///   - part: The part to send; nil for all of it.
    ///   - store: The store of the record.
    ///   - isResident: Whether the body is known to be in the page cache.
    init?(_ stored: StoredResponse, _ part: Range<Int64>?, _ store: Store, isResident: Bool) {
        if let bytes = stored.body {
            self.init(bytes, part)
            return
        }
        let part = part ?? 0..<stored.bodyLength
        let region = stored.bodyOffset + part.lowerBound..<stored.bodyOffset + part.upperBound
        if region.count <= Self.copyLimit {
            guard let bytes = store.readBody(stored.volume, region, mayBlock: false) else { return nil }
            self = .bytes(bytes)
        } else {
            guard isResident || stored.volume.isResident(region) else { return nil }
            self = .region(stored.volume, region)
        }
    }
}
