// Value. A stored response as it was read from its volume.

public import HTTPCaching
public import NIOCore

/// A stored response whose record was read and checked against its key.
public struct StoredResponse: Sendable {
    /// The catalog's entry.
    public let entry: CatalogEntry
    /// What decides reuse, as stored.
    public let facts: StoredFacts
    /// Status line and field lines, without Content-Length, Age and the empty line.
    public let head: ByteBuffer
    /// The path and query that the origin was asked for; empty if they are those of the key.
    public let target: [UInt8]
    /// The variant's text; empty if there is no `Vary`.
    public let variant: [UInt8]
    /// The CRC-32C of the body.
    let bodyChecksum: UInt32
    /// The whole body where it was read along; nil if it is to be read or sent from the volume.
    public let body: ByteBuffer?
    /// The file that holds the body; held open for as long as the value lives.
    public let volume: Volume
    /// Where the body begins in the volume, in bytes.
    public let bodyOffset: Int64
    /// Bytes of the body.
    public var bodyLength: Int64 { entry.bodyLength }

    /// Whether the record says what its entry says of a plain hit: an entry that the index told may be wrong.
    public var agreesWithEntry: Bool {
        CatalogEntry.isPlain(facts) && facts.freshUntil == entry.freshUntil && facts.bornAt == entry.bornAt
    }

    /// The same without its body, and with a head of its own: nothing is held of the buffer it was read into.
    public var detached: StoredResponse {
        StoredResponse(
            entry: entry,
            facts: facts,
            head: ByteBuffer(bytes: head.readableBytesView),
            target: target,
            variant: variant,
            bodyChecksum: bodyChecksum,
            body: nil,
            volume: volume,
            bodyOffset: bodyOffset
        )
    }

    /// True if the record is of that variant: compares the text that the catalog keeps a hash of.
    public func isOf(_ wanted: Variant) -> Bool { variant == wanted.text }
}

/// What reading a record came to.
public enum StoredRead: Sendable {
    /// The record is whole and of the key.
    case found(StoredResponse)
    /// The disk has to be waited for: read again on the disk pool, with `mayBlock`.
    case wouldBlock
    /// The record is gone, broken or another key's: a miss.
    case absent
}
