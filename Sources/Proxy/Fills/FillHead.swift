// Shared by a fill and its readers. What a fill knows once the origin's head is in.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

/// The head of an origin's answer, ready to be sent and stored.
final class FillHead: Sendable {
    let status: Int
    /// The status the origin gave, where larder put its part and a stored one together.
    let forwardStatus: Int
    /// The fields as stored and sent: hop-by-hop ones gone, Via added; no Content-Length, no Age.
    let fields: Fields
    /// Status line and field lines of the above.
    let bytes: ByteBuffer
    /// The same for the client that asked, where it gets fields that are not stored: those that `private="…"` and
    /// `no-cache="…"` name, and Set-Cookie.
    let own: Own?
    /// A head that is not for others; an object, since most fills have none.
    final class Own: Sendable {
        let fields: Fields
        let bytes: ByteBuffer

        init(_ fields: Fields, _ bytes: ByteBuffer) {
            self.fields = fields
            self.bytes = bytes
        }
    }

    /// The part it carries, where it is a 206 of one range and as long as that.
    let part: StoredPart?
    /// The configuration expects a picture.
    let isPicture: Bool
    /// The body's length where the origin told it; nil where the end is told by the end.
    let contentLength: Int64?
    /// Facts where it may be stored, the refusal where not.
    let storability: Storability
    /// Names and values that selected it; nil where they cannot be told.
    let vary: VaryNames
    /// When the age of the origin's answer was 0.
    let bornAt: WallTime
    /// The origins asked, the one that answered last.
    let tried: [OriginAttempt]
    let origin: Int
    /// False where an origin that could not be asked might know better.
    let isDefinitive: Bool
    /// The store takes the body as it comes; said before any reader has the head.
    var isBeingStored: Bool { isTaken.load(ordering: .relaxed) }
    private let isTaken = Atomic<Bool>(false)

    /// It stands for an origin that cannot answer, or cannot answer for good (RFC 5861 §4).
    var isFailure: Bool { [429, 500, 502, 503, 504].contains(status) || !isDefinitive }

    var isStorable: Bool {
        if case .storable = storability { return true }
        return false
    }

    /// Why it is not stored, in one word.
    var refusal: String {
        if case .refused(let refusal) = storability { return refusal.rawValue }
        return "not-taken"
    }

    /// Prepares an origin's head.
    ///
    /// - Parameters:
    ///   - response: The head as received.
    ///   - method: The method of the request.
    ///   - request: The fields the origin got.
    ///   - route: The route of the fill.
    ///   - key: The key of the request.
    ///   - forwardStatus: The status the origin gave, where it is another.
    ///   - isPostOfTarget: Whether it may be stored although it answers a POST.
    init(
        _ response: borrowing OriginResponse,
        method: HTTPMessage.Method,
        request: Fields,
        route: Route,
        key: [UInt8],
        forwardStatus: Int? = nil,
        isPostOfTarget: Bool
    ) {
        status = response.status
        self.forwardStatus = forwardStatus ?? response.status
        isPicture = route.expectsImage(key)
        let control = ResponseControl(response.fields)
        var (stored, clients) = StoredHead.split(
            response.fields,
            control,
            setCookie: route.rules.setCookie,
            responseTime: response.responseTime
        )
        let via = Via.line(received: response.version)
        // In place: nobody else has them.
        stored.append(contentsOf: via)
        fields = stored
        bytes = ByteBuffer(head: response.status, reason: response.reason, fields: stored)
        clients?.append(contentsOf: via)
        own = clients.map { Own($0, ByteBuffer(head: response.status, reason: response.reason, fields: $0)) }
        contentLength = response.contentLength
        let storability = Storability.decide(
            method: method,
            request: request,
            status: response.status,
            response: response.fields,
            control: control,
            requestTime: response.requestTime,
            responseTime: response.responseTime,
            rules: route.rules(for: key, status: response.status, response.fields),
            isPostOfTarget: isPostOfTarget,
            expectsImage: isPicture
        )
        // A part whose length is not told, or is another than its range's, is none.
        part = StoredPart(status: response.status, fields: fields).flatMap { part in
            Int64(part.range.count) == response.contentLength ? part : nil
        }
        isDefinitive = response.isDefinitive
        let isBroken = response.status == 206 && part == nil
        self.storability =
            isBroken ? .refused(.partialContent) : Self.limited(storability, response, route.rules)
        let names = Vary.names(in: response.fields, pictureTypes: route.rules.pictureTypes)
        vary = route.foldsCase && !Spelling.isShared(response.status) ? Spelling.added(to: names) : names
        if case .storable(let facts) = storability {
            bornAt = facts.bornAt
        } else {
            bornAt = Self.bornAt(response)
        }
        tried = response.tried
        origin = response.origin
    }

    /// The store takes the body.
    func beginStoring() { isTaken.store(true, ordering: .relaxed) }

    /// What is not the authoritative origin's word is kept for a few seconds at most, and what is to be validated each time,
    /// such as a file that is being written, has no lifetime that its origin did not give.
    private static func limited(
        _ storability: Storability,
        _ response: OriginResponse,
        _ rules: CachingRules
    ) -> Storability {
        guard case .storable(var facts) = storability else { return storability }
        if facts.flags.isSuperset(of: [.noCache, .fromHeuristic]) { facts.freshUntil = facts.bornAt }
        guard !response.isDefinitive else { return .storable(facts) }
        guard facts.flags.contains(.isNegative) else { return .refused(.olderCopy) }
        facts.freshUntil = min(facts.freshUntil, max(facts.bornAt, response.responseTime + rules.negativeTTL))
        return facts.freshUntil > facts.bornAt ? .storable(facts) : .refused(.notAuthoritative)
    }

    /// When the answer's age was 0, as far as its Age tells.
    static func bornAt(_ response: OriginResponse) -> WallTime {
        let age = response.fields.first("Age").flatMap { Decimal.parse($0) }.map { Int(clamping: $0) } ?? 0
        return response.responseTime - min(age, Int(Int32.max))
    }
}
