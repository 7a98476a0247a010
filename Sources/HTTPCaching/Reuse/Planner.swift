// Value. Decides what to do with a request, given the stored responses (RFC 9111 §4).
//
// The request handler calls it for everything but the plain fresh hit. Invariant: pure; a stale response is served only
// if neither the response nor the request forbids it, whatever the operator's rules say.

public import HTTPMessage

/// Decides what to do with a request.
public enum Planner {
    /// Decides about a request.
    ///
    /// - Parameters:
    ///   - request: What the request says.
    ///   - stored: The facts of the stored response it selects, or nil if it selects none.
    ///   - anyVariantStored: Whether a response is stored for the URI with other request fields.
    ///   - coverage: How much of the requested bytes is stored.
    ///   - now: The time.
    ///   - rules: The operator's rules.
    /// - Returns: What to do.
    public static func plan(
        _ request: RequestFacts,
        stored: StoredFacts?,
        anyVariantStored: Bool,
        coverage: Coverage = .all,
        now: WallTime,
        rules: CachingRules
    ) -> Plan {
        guard request.method != .other else {
            return .pass(.method)
        }
        guard !request.isForOrigin else {
            return forward(request, planned: .pass(.request))
        }
        guard let stored else {
            return forward(request, planned: miss(request, anyVariantStored ? .varyMiss : .uriMiss))
        }
        guard coverage == .all else {
            return complete(request, stored, coverage, now)
        }
        if let reason = mustAsk(request, stored, now) {
            return serveStale(request, stored, now, because: reason) ?? ask(request, stored, because: reason)
        }
        return .serve(stale: nil)
    }

    /// The plan if only a part is stored and another is requested (RFC 9111 §3.3).
    private static func complete(
        _ request: RequestFacts,
        _ stored: StoredFacts,
        _ coverage: Coverage,
        _ now: WallTime
    ) -> Plan {
        let reason = mustAsk(request, stored, now) ?? .partial
        let planned = miss(request, reason)
        let isUsable = reason == .partial && coverage == .extensible && planned == .fill(reason)
        return forward(request, planned: isUsable ? .complete(reason) : planned)
    }

    /// Whether a stored response may be served although every origin failed to validate or replace it (RFC 9111
    /// §4.2.4).
    ///
    /// - Parameters:
    ///   - request: What the request says.
    ///   - stored: The facts of the stored response.
    ///   - now: The time.
    ///   - rules: The operator's rules.
    /// - Returns: Whether it may.
    public static func mayServeStaleOnError(
        _ request: RequestFacts,
        stored: StoredFacts,
        now: WallTime,
        rules: CachingRules
    ) -> Bool {
        guard request.method != .other, !request.isForOrigin, !request.cacheControl.noCache,
            !stored.flags.contains(.noCache)
        else {
            return false
        }
        guard !stored.isFresh(at: now) else {
            // Its own lifetime is not over: only the request wanted something fresher, and no origin can give that now.
            return true
        }
        guard !stored.flags.contains(.mustRevalidate) else {
            return false
        }
        let window = max(Int64(stored.staleIfError), Int64(request.cacheControl.staleIfError ?? 0))
        // After the clock went back its staleness is unknown. Serve it if any staleness is allowed.
        return stored.staleness(at: now).map { $0 <= window } ?? (window > 0)
    }

    /// The reason to ask the origin, or nil if the stored response can be served as it is.
    private static func mustAsk(_ request: RequestFacts, _ stored: StoredFacts, _ now: WallTime) -> ForwardReason? {
        let control = request.cacheControl
        guard !control.noCache else {
            return .request
        }
        guard stored.isFresh(at: now), !stored.flags.contains(.noCache) else {
            return .stale
        }
        if let maxAge = control.maxAge, stored.age(at: now) > Int64(maxAge) {
            return .request
        }
        if let minFresh = control.minFresh, stored.timeToLive(at: now) < Int64(minFresh) {
            return .request
        }
        return nil
    }

    /// The plan to serve a stale response, if that is allowed without asking first (RFC 9111 §4.2.4).
    private static func serveStale(
        _ request: RequestFacts,
        _ stored: StoredFacts,
        _ now: WallTime,
        because reason: ForwardReason
    ) -> Plan? {
        guard reason == .stale, stored.flags.isDisjoint(with: [.noCache, .mustRevalidate]) else {
            return nil
        }
        let control = request.cacheControl
        // A response born in the future is past every window.
        let staleness = stored.staleness(at: now) ?? .max
        // The client's other wishes still count: a maximum age, or a minimum rest of freshness, which no stale response
        // has.
        let isYoung = control.maxAge.map { stored.age(at: now) <= Int64($0) } ?? true
        if isYoung, control.minFresh == nil {
            switch control.maxStale {
            case .any:
                return .serve(stale: .maxStale)
            case .seconds(let limit) where staleness <= Int64(limit):
                return .serve(stale: .maxStale)
            default:
                break
            }
        }
        // A client that names an age or a rest of freshness does not accept stale responses (RFC 9111 §5.2.1.1,
        // §5.2.1.3).
        guard control.maxAge == nil, control.minFresh == nil, !control.onlyIfCached else {
            return nil
        }
        guard staleness < Int64(stored.staleWhileRevalidate) else {
            return nil
        }
        return .serveStaleAndValidate(.staleWhileRevalidate)
    }

    /// The plan to ask the origin about a stored response.
    private static func ask(_ request: RequestFacts, _ stored: StoredFacts, because reason: ForwardReason) -> Plan {
        // A HEAD is forwarded as a HEAD: its response tells whether the stored response is still good (RFC 9111
        // §4.3.5).
        let mayValidate = stored.hasValidator && request.method == .get && !request.cacheControl.noStore
        return forward(request, planned: mayValidate ? .validate(reason) : miss(request, reason))
    }

    /// The plan if nothing stored helps.
    ///
    /// A HEAD is not turned into a GET, which would fetch an unrequested body.
    private static func miss(_ request: RequestFacts, _ reason: ForwardReason) -> Plan {
        request.method == .head || request.cacheControl.noStore ? .pass(reason) : .fill(reason)
    }

    /// A plan that asks an origin, unless the client forbids it.
    private static func forward(_ request: RequestFacts, planned: Plan) -> Plan {
        request.cacheControl.onlyIfCached ? .refuse(status: 504, .onlyIfCached) : planned
    }
}
