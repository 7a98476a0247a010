// Value. How long a response stays fresh (RFC 9111 §4.2.1, §4.2.2).
//
// Part of Storability. Invariant: the first one present decides: the operator's ttl, s-maxage, max-age, Expires, and
// only then a heuristic. A malformed value counts as 0, never as absent.

import HTTPMessage

struct FreshnessLifetime: Equatable {
    var seconds: Int
    /// Whether the origin gave it.
    var isExplicit: Bool
    /// Whether it begins when the response arrives, regardless of its age.
    var beginsAtArrival = false

    /// The lifetime that the operator gives instead of the origin's; nil for errors, and for responses that could not
    /// be stored without explicit freshness from the origin.
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

    /// The explicit lifetime from the origin, or nil if it gives none.
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
