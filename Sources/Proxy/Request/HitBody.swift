// A value. Where the body of a hit lies, and what of it goes out.

import HTTPCaching
import NIOCore
import Store

enum HitBody {
    case bytes(ByteBuffer)
    /// In the page cache.
    case region(Volume, Range<Int64>)

    /// Parts up to this are copied rather than sent from the page cache: one packet with the head costs less than two.
    private static let copyLimit = 32 << 10

    /// What a memory item's body gives of an answer.
    init(_ bytes: ByteBuffer, _ shape: HitShape) {
        var bytes = bytes
        switch shape {
        case .whole: break
        case .notModified: bytes = ByteBuffer()
        case .part(let range):
            bytes.moveReaderIndex(forwardBy: Int(range.lowerBound))
            bytes = bytes.readSlice(length: range.count) ?? ByteBuffer()
        }
        self = .bytes(bytes)
    }

    /// What a record's body gives of an answer; nil where the page cache lacks it.
    ///
    /// - Parameters:
    ///   - stored: The record.
    ///   - shape: What goes out of it.
    ///   - store: Where it is.
    ///   - isResident: Whether the page cache is known to have it.
    init?(_ stored: StoredResponse, _ shape: HitShape, _ store: Store, isResident: Bool) {
        if let bytes = stored.body {
            self.init(bytes, shape)
            return
        }
        let region: Range<Int64>
        switch shape {
        case .whole: region = stored.bodyOffset..<stored.bodyOffset + stored.bodyLength
        case .notModified:
            self = .bytes(ByteBuffer())
            return
        case .part(let range): region = stored.bodyOffset + range.lowerBound..<stored.bodyOffset + range.upperBound
        }
        if region.count <= Self.copyLimit {
            guard let bytes = store.readBody(stored.volume, region, mayBlock: false) else { return nil }
            self = .bytes(bytes)
        } else {
            guard isResident || stored.volume.isResident(region) else { return nil }
            self = .region(stored.volume, region)
        }
    }
}
