// Shared, immutable. A response on its way into the store, which passes through several queues.

public import HTTPCaching
import HTTPMessage
public import NIOCore

/// The data to store besides the body.
public final class NewResponse: Sendable {
    /// The cache key.
    public let key: [UInt8]
    /// The request fields that selected it, from `Store.variant(names:selecting:)`.
    public let variant: Variant
    /// Status line and field lines, without Content-Length and without the empty line; then the target that the origin
    /// got, if it differs from the key's.
    let head: ByteBuffer
    /// The facts for decisions about its reuse.
    public let facts: StoredFacts
    /// The body's length if the origin declared it.
    public let bodyLength: Int64?
    /// The fence's generation when the fill began, from `Store.epoch`.
    public let epoch: UInt32
    /// The groups it belongs to (RFC 9875).
    public let groups: [String]

    /// Describes a response that is to be stored.
    ///
    /// - Parameters:
    ///   - key: The cache key.
    ///   - variant: Its variant.
    ///   - head: Status line and field lines, without Content-Length and without the empty line.
    ///   - target: The path and query that the origin got; empty if they are those of the key.
    ///   - facts: The facts for decisions about its reuse.
    ///   - bodyLength: The body's length if the origin declared it.
    ///   - epoch: The generation when the fill began.
    ///   - groups: The groups it belongs to.
    public convenience init(
        key: [UInt8],
        variant: Variant,
        head: ByteBuffer,
        target: [UInt8] = [],
        facts: StoredFacts,
        bodyLength: Int64?,
        epoch: UInt32,
        groups: [String] = []
    ) {
        var facts = facts
        let head = RecordHead.joined(head, target: target, &facts)
        self.init(key, variant, recordHead: head, facts: facts, bodyLength: bodyLength, epoch: epoch, groups: groups)
    }

    /// Describes it by its head in the form of a record.
    init(
        _ key: [UInt8],
        _ variant: Variant,
        recordHead: ByteBuffer,
        facts: StoredFacts,
        bodyLength: Int64?,
        epoch: UInt32,
        groups: [String]
    ) {
        self.key = key
        self.variant = variant
        head = recordHead
        self.facts = facts
        self.bodyLength = bodyLength
        self.epoch = epoch
        self.groups = groups
    }

    /// Bytes of the record's header for a body of any length.
    var headerLength: Int {
        Record.headerLength(key: key.count, variant: variant.text.count, head: head.readableBytes)
    }

    func prefix(
        hash: UInt64,
        state: Record.State,
        bodyLength: Int64,
        sequence: UInt64,
        checksum: UInt32,
        at now: WallTime
    ) -> RecordPrefix {
        RecordPrefix(
            state: state,
            headerLength: headerLength,
            keyLength: key.count,
            variantLength: variant.text.count,
            headLength: head.readableBytes,
            facts: facts,
            bodyLength: bodyLength,
            hash: hash,
            sequence: sequence,
            storedAt: now,
            bodyChecksum: checksum
        )
    }
}

/// Shared, immutable.
///
/// A complete response with its body; a class, because it passes through many hands.
final class WholeResponse: Sendable {
    let response: NewResponse
    let hash: UInt64
    let body: [ByteBuffer]
    /// Bytes of the body.
    let bodyLength: Int
    /// Its CRC-32C.
    let checksum: UInt32
    /// The place of the record that this one is a copy of: the copy becomes known only while that record exists.
    let source: RecordLocation?
    /// Called on the writer thread.
    let completion: @Sendable (StoreRefusal?) -> Void

    init(
        _ response: NewResponse,
        hash: UInt64,
        body: [ByteBuffer],
        checksum: UInt32,
        source: RecordLocation? = nil,
        _ completion: @escaping @Sendable (StoreRefusal?) -> Void
    ) {
        self.response = response
        self.hash = hash
        self.body = body
        bodyLength = body.readableBytes
        self.checksum = checksum
        self.source = source
        self.completion = completion
    }
}

/// The variant of a response under its key (RFC 9111 §4.1).
public struct Variant: Sendable, Equatable {
    /// The number of its set of field names; 0 if the response has no `Vary`.
    let vary: UInt8
    /// A hash of `text`; 0 if there is no `Vary`.
    let hash: UInt32
    /// The names and the selecting values, as in the record and in the index.
    let text: [UInt8]

    /// The only variant of a response without `Vary`.
    public static let none = Variant(vary: 0, hash: 0, text: [])
}

/// The reason why a storable response was not stored.
public enum StoreRefusal: String, Error, CaseIterable {
    /// A purge of its key came after its fill began.
    case purged
    /// Its body is larger than the store accepts.
    case tooLarge = "too-large"
    /// Its head is larger than a record can contain.
    case headTooLarge = "head-too-large"
    /// The disk cannot keep up with the incoming responses.
    case backlog
    /// The disk is full, read-only or failing.
    case sick
    /// The body was cut off, or its length is not the declared one.
    case incomplete
    /// The store is closing.
    case closing
}
