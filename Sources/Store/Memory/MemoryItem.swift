// Shared, immutable. A small, often requested response in memory with a prepared head: a hit appends Age and other
// changing fields, and writes head and body at once.

public import HTTPCaching
import HTTPMessage
public import NIOCore

/// A stored response kept in memory.
public final class MemoryItem: Sendable {
    /// The cache key, compared on every hit: a collision of hashes is a miss.
    let key: [UInt8]
    /// Status line and field lines, Content-Length included, without the empty line that ends a head.
    public let head: ByteBuffer
    /// The places of a 304's fields in the head; nil if they must be searched for.
    public let places: NotModifiedPlaces?
    /// The path and query that the origin got; empty if they are those of the key.
    public let target: [UInt8]
    /// The whole body.
    public let body: ByteBuffer
    /// The facts for decisions about its reuse.
    public let facts: StoredFacts

    /// Makes an item from a record that was read and checked.
    public init(key: [UInt8], head: ByteBuffer, target: [UInt8] = [], body: ByteBuffer, facts: StoredFacts) {
        self.key = key
        self.head = head
        self.target = target
        places = NotModifiedPlaces(head.readableBytesSpan)
        self.body = body
        self.facts = facts
    }

    /// The bytes of the memory tier's limit that the item uses; the constant accounts for the objects around it.
    var cost: Int { key.count + head.readableBytes + target.count + body.readableBytes + 256 }

    /// True if this item was stored for that key.
    ///
    /// O(length).
    public func isFor(_ other: RawSpan) -> Bool { other.equals(key) }
}

extension RawSpan {
    /// True if the span holds the same bytes as an array.
    func equals(_ other: [UInt8]) -> Bool {
        unsafe equals(other.span.bytes)  // because any byte is defined as raw memory
    }
}
