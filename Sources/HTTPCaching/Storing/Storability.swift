// Value. Whether a response may be stored, and how fresh it is then (RFC 9111 §3).
//
// Called for every response to a request that leads a fill. Invariant: every refusal has a name, which is the label in
// log and counter. A storable response can be reused or at least validated, so nothing is stored in vain.

public import HTTPMessage

/// Whether a response may be stored.
public enum Storability: Equatable, Sendable {
    /// It may, with these facts.
    case storable(StoredFacts)
    /// It may not, for this reason.
    case refused(Refusal)

    /// Why a response may not be stored.
    public enum Refusal: String, Sendable, CaseIterable {
        /// The method is not GET, nor a POST whose response is its target's (RFC 9110 §9.3.3).
        case method
        /// The response forbids it.
        case noStore = "no-store"
        /// The request forbids it.
        case requestNoStore = "request-no-store"
        /// It is for one user (RFC 9111 §5.2.2.7).
        case isPrivate = "private"
        /// The request was authorized and the response does not allow it (RFC 9111 §3.5).
        case authorization
        /// Its connection was authenticated as one person's (NTLM, Negotiate), whatever the response says.
        case connectionIdentity = "connection-identity"
        /// It varies by something that no request can repeat (RFC 9111 §4.1).
        case varyAny = "vary-any"
        /// The status cannot be the response to a later request, or it is unknown and must be understood.
        case status
        /// It is partial, and not one range of a known whole.
        case partialContent = "partial-content"
        /// It sets a cookie, and the operator's rule or RFC 9111 §7.3 keeps it from being stored.
        case setCookie = "set-cookie"
        /// A picture is expected, and this is not one.
        case notAnImage = "not-an-image"
        /// An older copy than the stored one, from an origin that is not authoritative.
        case olderCopy = "older-copy"
        /// A 404 or 410 from an origin that is not authoritative; such responses are not stored.
        case notAuthoritative = "not-authoritative"
        /// It is never fresh, cannot be validated, and nobody allows it to be served stale.
        case noFreshness = "no-freshness"
    }

    /// Decides about a response.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - request: The fields of the request as the origin got it.
    ///   - status: The status of the response.
    ///   - response: The fields of the response as received.
    ///   - known: What it says about caching, if known.
    ///   - requestTime: When the request was sent.
    ///   - responseTime: When the response head was received.
    ///   - rules: The operator's rules.
    ///   - isPostOfTarget: Whether it answers a POST and its Content-Location is the target: with explicit freshness
    ///     such a response answers later GETs (RFC 9110 §9.3.3).
    ///   - expectsImage: Whether the operator expects a picture, so that a page or nothing is an error in disguise.
    /// - Returns: The facts to store, or why not.
    public static func decide(
        method: Method,
        request: Fields,
        status: Int,
        response: Fields,
        control known: ResponseControl? = nil,
        requestTime: WallTime,
        responseTime: WallTime,
        rules: CachingRules,
        isPostOfTarget: Bool = false,
        expectsImage: Bool = false
    ) -> Storability {
        guard method == .get || isPostOfTarget else {
            return .refused(.method)
        }
        guard !ConnectionIdentity.isCarried(by: request, or: response) else {
            return .refused(.connectionIdentity)
        }
        guard !expectsImage || mayBeImage(status, response) else {
            return .refused(.notAnImage)
        }
        let effective = known ?? ResponseControl(response)
        if let refusal = prohibition(request, status, response, effective.directives) {
            return .refused(refusal)
        }
        let explicit = FreshnessLifetime.explicit(response, effective, responseTime: responseTime)
        let lifetime =
            FreshnessLifetime.ofOperator(explicit, effective.directives, status: status, rules: rules)
            ?? explicit
            ?? FreshnessLifetime.heuristic(
                response,
                effective.directives,
                status: status,
                responseTime: responseTime,
                rules: rules
            )
        guard let lifetime, explicit != nil || !isPostOfTarget else {
            return .refused(.noFreshness)
        }
        let hasCookie = response.contains("Set-Cookie")
        let isMeantForAll = explicit != nil || effective.directives.isPublic
        guard !hasCookie || mayStoreCookie(rules.setCookie, isMeantForAll: isMeantForAll) else {
            return .refused(.setCookie)
        }
        let age = InitialAge.corrected(response, requestTime: requestTime, responseTime: responseTime)
        let times = (bornAt: responseTime + -age, lifeBegins: responseTime + (lifetime.beginsAtArrival ? 0 : -age))
        var facts = facts(lifetime, explicit, effective.directives, status, response, times, rules: rules)
        if hasCookie { facts.flags.insert(rules.setCookie == .strip ? .setCookieStripped : .hasSetCookie) }
        guard facts.hasValidator || isOfUse(facts, effective.directives, at: responseTime) else {
            return .refused(.noFreshness)
        }
        return .storable(facts)
    }

    /// Whether a response without a validator can ever be used: it is fresh, or its origin allows it to be served stale
    /// (RFC 5861).
    private static func isOfUse(_ facts: StoredFacts, _ control: CacheControl, at now: WallTime) -> Bool {
        guard !facts.flags.contains(.noCache) else {
            return false
        }
        let window = max(control.staleWhileRevalidate ?? 0, control.staleIfError ?? 0)
        return facts.freshUntil + (facts.flags.contains(.mustRevalidate) ? 0 : window) > now
    }

    /// Whether a response that sets a cookie may be stored, with the field or without it.
    private static func mayStoreCookie(_ rule: SetCookieRule, isMeantForAll: Bool) -> Bool {
        switch rule {
        case .strip: true
        case .refuse: false
        // An origin that says nothing about caching does not mean its cookie for everyone (RFC 9111 §7.3).
        case .keep: isMeantForAll
        }
    }

    /// Whether a 200 has bytes and a type that a picture can have.
    private static func mayBeImage(_ status: Int, _ response: Fields) -> Bool {
        guard status == 200 else {
            return true
        }
        guard response.first("Content-Length").map({ Decimal.parse($0) }) != 0 else {
            return false
        }
        guard let type = response.first("Content-Type").map({ FieldList.lowercased($0) }), !type.isEmpty else {
            return true
        }
        return type.hasPrefix("image/") || type.hasPrefix("application/octet-stream")
    }

    /// The first rule that forbids storing, whatever the freshness.
    private static func prohibition(
        _ request: Fields,
        _ status: Int,
        _ response: Fields,
        _ control: CacheControl
    ) -> Refusal? {
        guard status != 206 || StoredPart(status: status, fields: response) != nil else {
            return .partialContent
        }
        guard StatusRules.isStorable(status, toRange: request.contains("Range")) else {
            return .status
        }
        guard !control.mustUnderstand || StatusRules.isUnderstood(status) else {
            return .status
        }
        // For a known status, must-understand replaces no-store (RFC 9111 §5.2.2.3).
        guard !control.noStore || control.mustUnderstand else {
            return .noStore
        }
        guard !request.contains("Cache-Control") || !CacheControl(request).noStore else {
            return .requestNoStore
        }
        guard !control.isPrivate else {
            return .isPrivate
        }
        let isShared = control.isPublic || control.mustRevalidate || control.sMaxAge != nil
        guard !request.contains("Authorization") || isShared else {
            return .authorization
        }
        return Vary.names(in: response) == .any ? .varyAny : nil
    }

    private static func facts(
        _ lifetime: FreshnessLifetime,
        _ explicit: FreshnessLifetime?,
        _ control: CacheControl,
        _ status: Int,
        _ response: Fields,
        _ times: (bornAt: WallTime, lifeBegins: WallTime),
        rules: CachingRules
    ) -> StoredFacts {
        let seconds = min(lifetime.seconds, max(rules.maximumTTL, 0))
        let flags = flags(lifetime, control, status, response)
        var windows = (grace: control.staleWhileRevalidate, onError: control.staleIfError)
        if !flags.contains(.isNegative) {
            // An origin that gives a lifetime of 0 wants each request validated. A lifetime of 0 that was assumed says
            // nothing.
            let isNeverFresh = seconds == 0 && explicit?.seconds == 0
            windows.grace = windows.grace ?? (isNeverFresh ? 0 : rules.grace)
            windows.onError = windows.onError ?? rules.staleIfError
        }
        if !flags.isDisjoint(with: [.mustRevalidate, .noCache]) {
            windows = (0, 0)
        }
        return StoredFacts(
            status: UInt16(clamping: status),
            flags: flags,
            bornAt: times.bornAt,
            freshUntil: times.lifeBegins + seconds,
            staleWhileRevalidate: DeltaSeconds.stored(windows.grace ?? 0),
            staleIfError: DeltaSeconds.stored(windows.onError ?? 0)
        )
    }

    private static func flags(
        _ lifetime: FreshnessLifetime,
        _ control: CacheControl,
        _ status: Int,
        _ response: Fields
    ) -> StoredFacts.Flags {
        var flags: StoredFacts.Flags = []
        // s-maxage implies proxy-revalidate (RFC 9111 §5.2.2.10). We part from the clause if the same response also
        // gives an RFC 5861 window: an origin that sends both means the window.
        let hasWindow = control.staleWhileRevalidate != nil || control.staleIfError != nil
        if control.mustRevalidate || control.proxyRevalidate || (control.sMaxAge != nil && !hasWindow) {
            flags.insert(.mustRevalidate)
        }
        if control.noCache {
            flags.insert(.noCache)
        }
        if let etag = response.first("ETag"), !etag.isEmpty {
            flags.insert(.hasETag)
        }
        if ResponseDate.lastModified(of: response) != nil {
            flags.insert(.hasLastModified)
        }
        if StatusRules.isNegative(status) {
            flags.insert(.isNegative)
        }
        if control.immutable {
            flags.insert(.immutable)
        }
        if response.contains("Vary") {
            flags.insert(.hasVary)
        }
        if !lifetime.isExplicit {
            flags.insert(.fromHeuristic)
        }
        return flags
    }
}
