// Value. Which fields of a request an origin gets.

/// Which request fields may reach an origin on a request whose answer may be stored.
package enum ForwardedFields: Sendable, Equatable {
    /// All end-to-end fields, as RFC 9110 has it.
    case all
    /// Those that choose among pictures or prove a right to them: Accept, Accept-Encoding, Authorization, Cache-Control,
    /// Pragma; User-Agent is larder's own.
    case pictures
    /// Those named, in lower case.
    case names([String])
}

/// What becomes of Forwarded (RFC 7239) and the X-Forwarded-* fields.
package enum ForwardedHandling: String, Sendable, CaseIterable {
    /// They go on as received.
    case keep
    /// The client's address is added.
    case add
    /// They do not go on.
    case remove
}

/// What becomes of Set-Cookie in a response that could be stored.
package enum SetCookieHandling: String, Sendable, CaseIterable {
    /// The response is stored without it.
    case strip
    /// The response is not stored.
    case refuse
    /// The response is stored with it where RFC 9111 allows that.
    case keep
}

/// Which query parameters are part of the cache key, and asked of the origin.
package enum QueryParameters: Sendable, Equatable {
    /// The query as it stands.
    case keep
    /// None.
    case ignore
    /// The parameters named; case counts.
    case names([String])
}

/// Which paths have to bring a picture for their 200 to be stored.
package enum ExpectedImages: Sendable, Equatable {
    /// None.
    case off
    /// All.
    case all
    /// Those that end with one of these, in lower case, each with its dot.
    case extensions([String])
}
