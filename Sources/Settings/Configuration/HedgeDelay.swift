// Value. When the next origin gets a request too, because the first one is late.

/// How long an origin may take to begin its response before the next origin gets the request too.
package enum HedgeDelay: Sendable, Hashable {
    /// No limit: the next origin gets the request only if this one fails.
    case never
    /// This long.
    case after(Duration)
    /// The time within which 19 of its latest 20 responses began.
    case percentile95
}
