// Value. What to do with a request.
//
// Made by Planner, performed by the request handler in one exhaustive switch. Invariant: `validate` is planned only
// if the stored response has a validator.

/// What to do with a request.
public enum Plan: Equatable, Sendable {
    /// Respond with the stored response; `stale` is the reason why it may be served although it is stale.
    case serve(stale: StaleReason?)
    /// Respond with the stored response at once and validate it afterwards.
    case serveStaleAndValidate(StaleReason)
    /// Ask the origin whether the stored response is still good.
    case validate(ForwardReason)
    /// Request the missing bytes of a stored part from the origin, and store both together.
    case complete(ForwardReason)
    /// Fetch and store.
    case fill(ForwardReason)
    /// Forward without storing or reusing.
    case pass(ForwardReason)
    /// Answer with an error without asking an origin.
    case refuse(status: Int, RefuseReason)
}

/// Why a stale response may be served; the raw value is the `detail` of Cache-Status.
public enum StaleReason: String, Sendable, CaseIterable {
    /// The client takes it (RFC 9111 §5.2.1.2).
    case maxStale = "max-stale"
    /// It is in grace (RFC 5861 §3).
    case staleWhileRevalidate = "stale-while-revalidate"
    /// Every origin failed (RFC 5861 §4).
    case staleIfError = "stale-if-error"
}

/// Why a request is refused by its caching directives; the raw value is the `detail` of Cache-Status.
public enum RefuseReason: String, Sendable, CaseIterable {
    /// The client wants no origin asked (RFC 9111 §5.2.1.7).
    case onlyIfCached = "only-if-cached"
}
