// A value. A stored response as it was read from its volume.

package import HTTPCaching
package import NIOCore

/// A stored response whose record was read and checked against its key.
package struct StoredResponse: Sendable {
    /// The directory's entry.
    package let entry: DirectoryEntry
    /// What decides reuse, as stored.
    package let facts: StoredFacts
    /// Status line and field lines, without Content-Length, Age and the empty line.
    package let head: ByteBuffer
    /// The path and query that the origin was asked for; empty where they are those of the key.
    package let target: [UInt8]
    /// The variant's text; empty where there is no `Vary`.
    package let variant: [UInt8]
    /// The CRC-32C of the body.
    let bodyChecksum: UInt32
    /// The whole body where it was read along; nil where it is to be read or sent from the volume.
    package let body: ByteBuffer?
    /// The file that holds the body; held open for as long as the value lives.
    package let volume: Volume
    /// Where the body begins in the volume, in bytes.
    package let bodyOffset: Int64
    /// Bytes of the body.
    package var bodyLength: Int64 { entry.bodyLength }

    /// Whether the record says what its entry says of a plain hit: an entry that the index told may be wrong.
    package var agreesWithEntry: Bool {
        DirectoryEntry.isPlain(facts) && facts.freshUntil == entry.freshUntil && facts.bornAt == entry.bornAt
    }

    /// The same without its body, and with a head of its own: nothing is held of the buffer it was read into.
    package var detached: StoredResponse {
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

    /// True where the record is of that variant: compares the text that the directory keeps a hash of.
    package func isOf(_ wanted: Variant) -> Bool { variant == wanted.text }
}

/// What reading a record came to.
package enum StoredRead: Sendable {
    /// The record is whole and of the key.
    case found(StoredResponse)
    /// The disk has to be waited for: read again on the disk pool, with `mayBlock`.
    case wouldBlock
    /// The record is gone, broken or another key's: a miss.
    case absent
}
