// Value. The operator's decisions for cases in which messages say nothing.
//
// Made from the configuration; an argument of every decision here. Invariant: never overrides an explicit prohibition
// of client or origin.

/// The operator's rules of caching; every duration is in seconds.
public struct CachingRules: Sendable, Equatable {
    /// Freshness lifetime from the arrival on, whatever the origin says, of everything but errors; nil leaves it to the
    /// origin.
    public var ttl: Int?
    /// Freshness lifetime if the origin gives none and no heuristic applies; with 0 such a response is not stored.
    public var defaultTTL: Int
    /// The fraction of the time since Last-Modified that a response counts as fresh (RFC 9111 §4.2.2).
    public var heuristicFraction: Double
    /// The shortest heuristic lifetime, at most `heuristicMaximum`: a file written a moment ago has no age yet.
    public var heuristicMinimum: Int
    /// The longest heuristic lifetime; 0 turns the heuristic off, so that `defaultTTL` applies.
    public var heuristicMaximum: Int
    /// How long after its freshness a response is served while it is validated, if it does not say.
    ///
    /// It does not apply if the origin itself gives a lifetime of 0.
    public var grace: Int
    /// How long after its freshness a response is served when every origin fails, if it does not say.
    public var staleIfError: Int
    /// The longest lifetime of an error response, mostly 404 and 410, that gives none itself.
    public var negativeTTL: Int
    /// The longest lifetime of all, explicit ones included.
    public var maximumTTL: Int
    /// The media types that select among the pictures of one URI that vary by Accept; if empty, the whole Accept does.
    public var pictureTypes: [String]
    /// How to treat Set-Cookie.
    public var setCookie: SetCookieRule

    /// Makes rules.
    ///
    /// - Parameters:
    ///   - ttl: Lifetime whatever the origin gives.
    ///   - defaultTTL: Lifetime if the origin gives none and no heuristic applies.
    ///   - heuristicFraction: Part of the time since Last-Modified.
    ///   - heuristicMinimum: Shortest heuristic lifetime.
    ///   - heuristicMaximum: Longest heuristic lifetime.
    ///   - grace: How long stale responses are served while being validated.
    ///   - staleIfError: How long stale responses are served when origins fail; a week.
    ///   - negativeTTL: Longest lifetime of errors without an explicit one.
    ///   - maximumTTL: Longest lifetime of all; a year.
    ///   - pictureTypes: Media types that distinguish variants of pictures.
    ///   - setCookie: What becomes of Set-Cookie.
    public init(
        ttl: Int? = nil,
        defaultTTL: Int = 3600,
        heuristicFraction: Double = 0.1,
        heuristicMinimum: Int = 60,
        heuristicMaximum: Int = 86_400,
        grace: Int = 0,
        staleIfError: Int = 604_800,
        negativeTTL: Int = 10,
        maximumTTL: Int = 31_536_000,
        pictureTypes: [String] = ["image/avif", "image/webp"],
        setCookie: SetCookieRule = .strip
    ) {
        self.ttl = ttl
        self.defaultTTL = defaultTTL
        self.heuristicFraction = heuristicFraction
        self.heuristicMinimum = heuristicMinimum
        self.heuristicMaximum = heuristicMaximum
        self.grace = grace
        self.staleIfError = staleIfError
        self.negativeTTL = negativeTTL
        self.maximumTTL = maximumTTL
        self.pictureTypes = pictureTypes
        self.setCookie = setCookie
    }
}

/// How to treat Set-Cookie in a response that could be stored (RFC 9111 §7.3).
public enum SetCookieRule: String, Sendable, Equatable, CaseIterable {
    /// The response is stored without the field.
    ///
    /// Only the client whose request fetched it gets the field.
    case strip
    /// The response is not stored.
    case refuse
    /// The response is stored with the field if its freshness is explicit or it is `public`.
    case keep
}
