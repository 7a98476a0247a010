// Value. Whether a message ties its connection to one person: NTLM and Negotiate authenticate a connection, not a
// request (RFC 4559 §6; RFC 9110 §11.7 knows only schemes that authenticate requests).
//
// Owned by HTTPMessage. Origins closes such a connection, and HTTPCaching stores nothing that came over it.

/// Recognizes authentication of connections.
public enum ConnectionIdentity {
    /// Whether a request has credentials of a connection, in Authorization or Proxy-Authorization.
    ///
    /// - Parameter request: The fields of a request.
    /// - Returns: Whether its connection belongs to one person from then on.
    public static func isSent(in request: Fields) -> Bool {
        names(request, "Authorization") || names(request, "Proxy-Authorization")
    }

    /// Whether a response challenges for such credentials or accepts them, possibly among other challenges.
    ///
    /// - Parameter response: The fields of a response as received.
    /// - Returns: Whether its connection belongs to one person, or soon may.
    public static func isAskedFor(in response: Fields) -> Bool {
        names(response, "WWW-Authenticate") || names(response, "Proxy-Authenticate")
    }

    /// Whether a response over this connection is meant for one person.
    ///
    /// - Parameters:
    ///   - request: The fields of the request as the origin got it.
    ///   - response: The fields of its response as received.
    /// - Returns: Whether either makes it so.
    public static func isCarried(by request: Fields, or response: Fields) -> Bool {
        isSent(in: request) || isAskedFor(in: response)
    }

    /// Whether a value of one of those fields names such a scheme: credentials, or a list of challenges (RFC 9110
    /// §11.3).
    ///
    /// O(its length), no allocation.
    /// - Parameters:
    ///   - value: Where the value stands.
    ///   - span: The bytes of a head.
    /// - Returns: Whether it does.
    public static func isNamed(in value: Range<Int>, of span: RawSpan) -> Bool {
        let list = span.extracting(value)
        var position = 0
        while let member = FieldList.next(list, &position) {
            // A scheme, a parameter of the challenge before, or a scheme with its first parameter.
            var end = member.lowerBound
            while end < member.upperBound, list[end] != 0x20, list[end] != 0x09 { end += 1 }
            let scheme = member.lowerBound..<end
            if list.matches(scheme, lowercased: "ntlm") || list.matches(scheme, lowercased: "negotiate") { return true }
        }
        return false
    }

    private static func names(_ fields: Fields, _ name: String) -> Bool {
        var isFound = false
        fields.eachValue(of: name) { value, span in isFound = isFound || isNamed(in: value, of: span) }
        return isFound
    }
}
