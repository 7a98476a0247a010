// A value. What a fill knows once the origin's head is in.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

/// The head of an origin's answer, ready to be sent and stored.
struct FillHead: Sendable {
    let status: Int
    /// The fields as stored and sent: hop-by-hop ones gone, Via added; no Content-Length, no Age.
    let fields: Fields
    /// Status line and field lines of the above.
    let bytes: ByteBuffer
    /// The body's length where the origin told it; nil where the end is told by the end.
    let contentLength: Int64?
    /// Facts where it may be stored, the refusal where not.
    let storability: Storability
    /// Names and values that selected it; nil where they cannot be told.
    let vary: VaryNames
    /// The age the origin's answer had when it came in, in seconds.
    let bornAt: WallTime
    /// The origins asked, the one that answered last.
    let tried: [OriginAttempt]
    let origin: Int
    /// The store takes the body as it comes.
    var isBeingStored = false

    var isStorable: Bool {
        if case .storable = storability { return true }
        return false
    }

    /// Prepares an origin's head.
    init(_ response: OriginResponse, method: HTTPMessage.Method, request: Fields, rules: CachingRules) {
        status = response.status
        var stored = StoredHead.fields(from: response.fields, responseTime: response.responseTime)
        stored.removeAll("Content-Length")
        stored.append(name: "Via", value: Via.value(receivedMinor: 1))
        fields = stored
        bytes = ByteBuffer(head: response.status, reason: response.reason, fields: stored)
        contentLength = response.contentLength
        storability = Storability.decide(
            method: method,
            request: request,
            status: response.status,
            response: response.fields,
            requestTime: response.requestTime,
            responseTime: response.responseTime,
            rules: rules
        )
        vary = Vary.names(in: response.fields)
        if case .storable(let facts) = storability {
            bornAt = facts.bornAt
        } else {
            let age = response.fields.first("Age").flatMap { Decimal.parse($0) }.map { Int(clamping: $0) } ?? 0
            bornAt = response.responseTime - min(age, Int(Int32.max))
        }
        tried = response.tried
        origin = response.origin
    }
}

extension ByteBuffer {
    /// Status line and field lines, without the empty line that ends a head.
    init(head status: Int, reason: String? = nil, fields: Fields) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        ResponseHead(status: status, reason: reason, fields: fields).write(into: &bytes)
        self.init(bytes: bytes)
    }
}
