// A value. A stored response that was read, from memory or from its volume, as the request handler uses it.

import HTTPCaching
import HTTPMessage
import NIOCore
import Store

final class Stored: Sendable {
    enum Body: Sendable {
        case memory(ByteBuffer)
        /// To be sent from its volume.
        case volume(StoredResponse)
    }

    let entry: CatalogEntry
    let facts: StoredFacts
    let status: Int
    /// Status line and field lines as stored: no Content-Length, no Age.
    let head: ByteBuffer
    /// The fields of the head.
    let fields: Fields
    /// The path and query that the origin was asked for; empty where they are those of the key.
    let target: [UInt8]
    let body: Body
    let isInMemory: Bool

    var bodyLength: Int64 { entry.bodyLength }
    /// The part it has, where it is not whole (RFC 9111 §3.3).
    let part: StoredPart?

    /// Takes what a look-up found in the memory tier.
    init(_ entry: CatalogEntry, item: MemoryItem) {
        self.entry = entry
        facts = item.facts
        status = Int(item.facts.status)
        let parsed = Self.fields(of: item.head)
        fields = parsed
        head = ByteBuffer(head: status, fields: parsed)
        part = StoredPart(status: status, fields: parsed)
        target = item.target
        body = .memory(item.body)
        isInMemory = true
    }

    /// Takes what was read from a volume.
    init(_ response: StoredResponse) {
        entry = response.entry
        facts = response.facts
        status = Int(response.facts.status)
        head = response.head
        target = response.target
        fields = Self.fields(of: response.head)
        part = StoredPart(status: status, fields: fields)
        body = response.body.map(Body.memory) ?? .volume(response)
        isInMemory = false
    }

    private init(_ other: Stored, head: ByteBuffer, fields: Fields, facts: StoredFacts) {
        entry = other.entry
        self.facts = facts
        status = other.status
        self.head = head
        self.fields = fields
        target = other.target
        part = other.part
        body = other.body
        isInMemory = other.isInMemory
    }

    /// How much it has of what a request asks for (RFC 9111 §3.3).
    func coverage(of request: RequestFacts, _ requestFields: Fields) -> Coverage {
        guard let part else { return .all }
        if request.isRange, part.answers(requestFields, stored: fields) { return .all }
        let isExtensible = part.rest != nil && part.validators(fields).allowsJoining
        return isExtensible && bodyLength <= Self.longestPart ? .extensible : .part
    }

    /// A stored part is completed if it is no longer than this: it is held in memory meanwhile.
    private static let longestPart: Int64 = 8 << 20

    /// The same body under a head that an origin's 304 freshened.
    func freshened(head: ByteBuffer, fields: Fields, facts: StoredFacts) -> Stored {
        Stored(self, head: head, fields: fields, facts: facts)
    }

    /// As the operator's rule has it now: it may have been stored under another.
    func applying(_ rule: SetCookieRule) -> Stored {
        guard rule != .keep, fields.contains("Set-Cookie") else { return self }
        var fields = fields
        fields.removeAll("Set-Cookie")
        return Stored(self, head: ByteBuffer(head: status, fields: fields), fields: fields, facts: facts)
    }

    /// With fields that are one client's alone.
    func adding(_ own: Fields) -> Stored {
        var fields = fields
        fields.append(contentsOf: own)
        return Stored(self, head: ByteBuffer(head: status, fields: fields), fields: fields, facts: facts)
    }

    /// The field lines of a stored head.
    ///
    /// Content-Length is the record's to tell.
    private static func fields(of head: ByteBuffer) -> Fields {
        var fields = Fields(recordHead: head)
        fields.removeAll("Content-Length")
        return fields
    }
}
