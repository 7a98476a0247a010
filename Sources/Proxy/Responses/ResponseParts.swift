// Value. The parts of a response, whatever its source. Pure.

import HTTPCaching
import HTTPMessage
import NIOCore
import Store

/// Noncopyable: its parts are reference-counted, and one response uses it once.
struct ResponseParts: ~Copyable {
    /// The status of the whole response: a stored part counts as the 200 that it is a part of.
    let status: Int
    /// Status line and field lines.
    let head: ByteBuffer
    let fields: Fields
    /// Bytes of the whole body; nil if only its end shows it.
    let length: Int64?
    /// Seconds; nil if no Age is sent.
    let age: Int64?
    let cacheStatus: CacheStatus
    let source: BodySource
    /// The stored response with the body.
    let entry: CatalogEntry?
    /// The time at which it is sent.
    let now: WallTime
    /// False for a pass: its origin has judged conditions and ranges.
    let isShaped: Bool

    /// No Age is larger (RFC 9111 §1.2.2).
    fileprivate static let longestAge: Int64 = 1 << 31
}

extension ResponseParts {
    /// A stored response, served because of `answer`.
    init(_ answer: StoredAnswer, _ forward: RequestState.Forward?, shownKey: String?, at now: WallTime) {
        let stored = answer.stored
        let ttl = stored.facts.timeToLive(at: now)
        var cacheStatus = CacheStatus.hit(timeToLive: ttl, detail: answer.stale?.rawValue)
        if let forwardStatus = answer.forwardStatus {
            cacheStatus = CacheStatus(
                outcome: .forward(forward?.reason ?? .stale),
                forwardStatus: forwardStatus,
                isStored: answer.outcome == .validated && answer.refusal == nil,
                isCollapsed: forward?.role == .follower,
                timeToLive: answer.refusal == nil ? ttl : nil,
                detail: answer.stale?.rawValue ?? answer.refusal?.rawValue ?? stored.facts.cookieDetail
            )
        }
        cacheStatus.key = shownKey
        status = stored.part == nil ? stored.status : 200
        head = stored.head
        fields = stored.fields
        length = stored.part?.completeLength ?? stored.bodyLength
        age = stored.facts.age(at: now)
        self.cacheStatus = cacheStatus
        let start = stored.part?.range.lowerBound ?? 0
        switch stored.body {
        case .memory(let bytes): source = .memory(bytes, from: start)
        case .volume(let response): source = .volume(response.volume, offset: response.bodyOffset - start)
        }
        entry = stored.entry
        self.now = now
        isShaped = true
    }

    /// The response of a fill or a pass.
    init(
        _ fillHead: FillHead,
        _ subscription: FillSubscription,
        _ forward: RequestState.Forward,
        _ request: RequestFacts,
        shownKey: String?,
        at now: WallTime
    ) {
        let isPass = forward.role == .pass
        let part = isPass || !request.isRange ? nil : fillHead.part
        let own = forward.role == .follower ? nil : fillHead.own
        status = part == nil ? fillHead.status : 200
        head = own?.bytes ?? fillHead.bytes
        fields = own?.fields ?? fillHead.fields
        length = part?.completeLength ?? fillHead.contentLength
        let age = min(now - fillHead.bornAt, Self.longestAge)
        self.age = age > 0 ? age : nil
        cacheStatus = Self.cacheStatus(fillHead, forward, shownKey: shownKey, at: now)
        source = .fill(subscription, from: part?.range.lowerBound ?? 0)
        entry = nil
        self.now = now
        isShaped = !isPass
    }

    private static func cacheStatus(
        _ head: FillHead,
        _ forward: RequestState.Forward,
        shownKey: String?,
        at now: WallTime
    ) -> CacheStatus {
        let (isPass, isStored) = (forward.role == .pass, head.isBeingStored)
        var (timeToLive, detail): (Int64?, String?) = (nil, nil)
        switch head.storability {
        case .storable(let facts) where !isPass || isStored:
            timeToLive = facts.freshUntil - now
            if isStored { detail = facts.cookieDetail }
        case .refused(let refusal) where !isPass: detail = refusal.rawValue
        case .storable, .refused: break
        }
        return CacheStatus(
            outcome: .forward(forward.reason),
            forwardStatus: head.forwardStatus,
            isStored: isStored,
            isCollapsed: forward.role == .follower,
            timeToLive: timeToLive,
            key: shownKey,
            detail: head.isDefinitive ? detail : "not-authoritative"
        )
    }
}
