// Value. How long a response stays fresh (RFC 9111 §4.2.1, §4.2.2).
//
// Part of Storability. Invariant: the first that is there decides: the operator's ttl, s-maxage, max-age, Expires, and
// only then a heuristic; what is there and malformed counts as 0, never as absent.

import HTTPMessage

struct FreshnessLifetime: Equatable {
    var seconds: Int
    /// Whether the origin gave it.
    var isExplicit: Bool
    /// Whether it begins when the response arrives, whatever its age is then.
    var beginsAtArrival = false

    /// The lifetime the operator gives in the place of the origin's, or nil if that counts: for errors, and for what could
    /// not be stored without a word of the origin.
    static func ofOperator(
        _ explicit: FreshnessLifetime?,
        _ control: CacheControl,
        status: Int,
        rules: CachingRules
    ) -> FreshnessLifetime? {
        guard let ttl = rules.ttl, !StatusRules.isNegative(status),
            explicit != nil || StatusRules.allowsHeuristic(status) || control.isPublic
        else {
            return nil
        }
        return FreshnessLifetime(seconds: max(ttl, 0), isExplicit: false, beginsAtArrival: true)
    }

    /// The lifetime the origin gives, or nil if it says nothing.
    static func explicit(_ response: Fields, _ control: ResponseControl, responseTime: WallTime) -> FreshnessLifetime? {
        if let seconds = control.directives.sMaxAge ?? control.directives.maxAge {
            return FreshnessLifetime(seconds: seconds, isExplicit: true)
        }
        guard !control.isTargeted, response.contains("Expires") else {
            return nil
        }
        guard let expires = ResponseDate.expires(of: response) else {
            return FreshnessLifetime(seconds: 0, isExplicit: true)
        }
        let seconds = expires - (ResponseDate.date(of: response) ?? responseTime)
        return FreshnessLifetime(seconds: Int(min(max(seconds, 0), Int64(DeltaSeconds.maximum))), isExplicit: true)
    }

    /// The lifetime larder assumes, or nil if it may not or need not assume any (RFC 9111 §4.2.2).
    static func heuristic(
        _ response: Fields,
        _ control: CacheControl,
        status: Int,
        responseTime: WallTime,
        rules: CachingRules
    ) -> FreshnessLifetime? {
        guard StatusRules.allowsHeuristic(status) || control.isPublic else {
            return nil
        }
        var seconds = rules.defaultTTL
        if rules.heuristicMaximum > 0, let modified = ResponseDate.lastModified(of: response) {
            let elapsed = (ResponseDate.date(of: response) ?? responseTime) - modified
            let part = Double(min(max(elapsed, 0), 1 << 40)) * min(max(rules.heuristicFraction, 0), 1)
            seconds = min(max(Int(part), rules.heuristicMinimum), rules.heuristicMaximum)
        }
        if StatusRules.isNegative(status) {
            seconds = min(seconds, rules.negativeTTL)
        }
        return FreshnessLifetime(seconds: max(seconds, 0), isExplicit: false)
    }
}
