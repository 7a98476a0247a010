// Value. Which fields of a request an origin gets.

/// Which fields of a request may reach an origin if its response may be stored.
package enum ForwardedFields: Sendable, Equatable {
    /// All end-to-end fields, as RFC 9110 defines them.
    case all
    /// The fields that choose among pictures or prove a right to them: Accept, Accept-Encoding, Authorization,
    /// Cache-Control, Pragma; User-Agent is larder's own.
    case pictures
    /// The named fields, in lower case.
    case names([String])
}

/// How to treat Forwarded (RFC 7239) and the X-Forwarded-* fields.
package enum ForwardedHandling: String, Sendable, CaseIterable {
    /// They are forwarded as received.
    case keep
    /// The client's address is added.
    case add
    /// They are not forwarded.
    case remove
}

/// How to treat Set-Cookie in a response that could be stored.
package enum SetCookieHandling: String, Sendable, CaseIterable {
    /// The response is stored without it.
    case strip
    /// The response is not stored.
    case refuse
    /// The response is stored with it if RFC 9111 allows that.
    case keep
}

/// Which query parameters are part of the cache key and are sent to the origin.
package enum QueryParameters: Sendable, Equatable {
    /// The whole query, unchanged.
    case keep
    /// None.
    case ignore
    /// The named parameters; case matters.
    case names([String])
}

/// The paths whose 200 is stored only if it is a picture.
package enum ExpectedImages: Sendable, Equatable {
    /// None.
    case off
    /// All.
    case all
    /// Those that end with one of these, in lower case, each with its dot.
    case extensions([String])
}
