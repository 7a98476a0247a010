// Value. A stored response as read from its volume.

public import HTTPCaching
public import NIOCore

/// A stored response whose record was read and checked against its key.
public struct StoredResponse: Sendable {
    /// The catalog's entry.
    public let entry: CatalogEntry
    /// The facts for decisions about its reuse, as stored.
    public let facts: StoredFacts
    /// Status line and field lines, without Content-Length, Age and the empty line.
    public let head: ByteBuffer
    /// The path and query that the origin got; empty if they are those of the key.
    public let target: [UInt8]
    /// The variant's text; empty if there is no `Vary`.
    public let variant: [UInt8]
    /// The CRC-32C of the body.
    let bodyChecksum: UInt32
    /// The whole body if it was read along; nil if it must be read or sent from the volume.
    public let body: ByteBuffer?
    /// The file with the body; held open as long as the value lives.
    public let volume: Volume
    /// The offset of the body in the volume, in bytes.
    public let bodyOffset: Int64
    /// Bytes of the body.
    public var bodyLength: Int64 { entry.bodyLength }

    /// Whether the record agrees with its entry about a plain hit: an entry from the index may be wrong.
    public var agreesWithEntry: Bool {
        CatalogEntry.isPlain(facts) && facts.freshUntil == entry.freshUntil && facts.bornAt == entry.bornAt
    }

    /// The same without its body, and with its own copy of the head: it retains nothing of the buffer it was read into.
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

    /// True if the record is of that variant: compares the text, of which the catalog has only a hash.
    public func isOf(_ wanted: Variant) -> Bool { variant == wanted.text }
}

/// The result of reading a record.
public enum StoredRead: Sendable {
    /// The record is whole and has the key.
    case found(StoredResponse)
    /// The read would wait for the disk: read again on the disk pool, with `mayBlock`.
    case wouldBlock
    /// The record is gone or broken, or has another key: a miss.
    case absent
}
