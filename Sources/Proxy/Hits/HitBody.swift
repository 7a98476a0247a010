// Value. Where the body of a hit lies, and what of it goes out.

import HTTPCaching
import NIOCore
import Store

enum HitBody {
    case bytes(ByteBuffer)
    /// In the page cache.
    case region(Volume, Range<Int64>)

    /// Parts up to this are copied rather than sent from the page cache: one packet with the head costs less than two.
    private static let copyLimit = 32 << 10

    /// A body in memory, or the part of it that an answer carries.
    init(_ bytes: ByteBuffer, _ part: Range<Int64>?) {
        guard let part else {
            self = .bytes(bytes)
            return
        }
        let start = bytes.readerIndex + Int(part.lowerBound)
        self = .bytes(bytes.getSlice(at: start, length: part.count) ?? ByteBuffer())
    }

    /// What a record's body gives of an answer; nil if the page cache lacks it.
    ///
    /// - Parameters:
    ///   - stored: The record.
    ///   - part: The part that goes out of it; nil for all of it.
    ///   - store: Where it is.
    ///   - isResident: Whether the page cache is known to have it.
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
