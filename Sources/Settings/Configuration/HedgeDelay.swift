// Value. When the next origin gets a request too, because the first one is late.

/// How long an origin may take to begin its answer before the next is asked too.
package enum HedgeDelay: Sendable, Hashable {
    /// For ever: the next is asked only where this one fails.
    case never
    /// This long.
    case after(Duration)
    /// As long as 19 of 20 of its latest answers took.
    case percentile95
}
