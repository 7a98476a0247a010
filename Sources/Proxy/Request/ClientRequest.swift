// Loop-confined, never changed. What a request on the long way asks for, read once from its head. Pure: neither the connection nor
// the store is in it, so that tests make one from text.

import HTTPCaching
import HTTPMessage
import NIOCore
import Runtime
import Store

final class ClientRequest {
    let head: RequestHead
    let key: [UInt8]
    let route: Route
    let fields: Fields
    let facts: RequestFacts
    /// The client's address, as `X-Forwarded-For` has it.
    let peer: String
    /// The host that the request names, normalized: what an origin that gets the client's Host is sent.
    let clientHost: String
    let methodText: String
    /// The target as received; empty for GET and HEAD, of which the key has it.
    let targetText: String
    /// When it was received: an answer that was asked for earlier may be too old for it.
    let arrived: Instant
    /// The path and query in the request's own letter case; nil where the key has them.
    private let spelling: [UInt8]?

    init(_ request: borrowing IncomingRequest, from peer: String, arrived: Instant = .now) {
        let (head, span) = (request.head, request.bytes.readableBytesSpan)
        self.head = head
        self.peer = peer
        self.arrived = arrived
        key = request.keyBytes
        route = request.route
        fields = head.fields(in: span)
        facts = RequestFacts(method: head.method, fields: fields)
        clientHost = HostNormalization.normalText(span.extracting(head.host))
        methodText = head.text(head.methodRange, in: span)
        spelling = request.route.spelling(of: span.extracting(head.target))
        targetText = head.method == .other ? head.text(head.target, in: span) : ""
    }

    /// The path and query in the request's own letter case.
    var ownTarget: String { spelling.map { String(decoding: $0, as: UTF8.self) } ?? CacheKey.target(of: key) }

    /// GET, HEAD, OPTIONS and TRACE change nothing (RFC 9110 §9.2.1).
    var isSafe: Bool { head.method != .other || methodText == "OPTIONS" || methodText == "TRACE" }

    /// The client accepts trailer sections (RFC 9110 §10.1.4).
    var acceptsTrailers: Bool {
        fields.all("TE").flatMap { FieldList.members(of: $0) }.contains { FieldList.lowercased($0) == "trailers" }
    }

    /// How many times the request may still be forwarded (RFC 9110 §7.6.2); nil without a limit.
    var forwardsLeft: UInt64? {
        guard methodText == "TRACE" || methodText == "OPTIONS" else { return nil }
        let values = fields.all("Max-Forwards")
        return values.count == 1 ? Decimal.parse(values[0]) : nil
    }

    /// Whether the larder of an identity has forwarded the request before (RFC 8586).
    func hasPassed(_ loopID: String) -> Bool {
        head.marks.contains(.cdnLoop) && LoopID.isNamed(loopID, in: fields)
    }

    // MARK: What stored responses and fills are to it

    /// How much of what the request asks for a stored response has (RFC 9111 §3.3).
    func coverage(of stored: Stored) -> Coverage { stored.coverage(of: facts, fields) }

    /// Whether a stored response may stand in for origins that fail (RFC 5861 §4).
    func mayServeStale(_ stored: Stored, at now: WallTime) -> Bool {
        coverage(of: stored) == .all
            && Planner.mayServeStaleOnError(facts, stored: stored.facts, now: now, rules: route.rules)
    }

    /// Whether a part that a fill brought is what the request asks for.
    /// - Parameters:
    ///   - head: A 206.
    ///   - isLeader: A part of an unknown whole or length is its leader's alone.
    func isAnswered(by head: FillHead, isLeader: Bool) -> Bool {
        guard facts.isRange, fields.combined("Range")?.contains(",") == false else { return false }
        return head.part.map { $0.answers(fields, stored: head.fields) } ?? isLeader
    }

    /// The plan when nothing is stored.
    func planWithoutStore(at now: WallTime) -> Plan {
        Planner.plan(facts, stored: nil, anyVariantStored: false, now: now, rules: route.rules)
    }
}
