// Value. What the response to a HEAD says about a stored response to GET (RFC 9111 §4.3.5).
//
// Called when an origin responds to a HEAD for which a response to GET is stored. Invariant: a difference in any field
// that both have counts as a change.

public import HTTPMessage

/// Updates or invalidates stored responses by responses to HEAD.
public enum HeadUpdate {
    /// The result of a HEAD.
    public enum Outcome: Sendable, Equatable {
        /// It says nothing about the stored response.
        case none
        /// It is about the same representation: these are the fields to store.
        case freshened(Fields)
        /// It is about another representation: the stored response counts as stale.
        case changed
    }

    /// Compares the response to a HEAD with the stored one.
    ///
    /// - Parameters:
    ///   - stored: The stored fields, without Content-Length.
    ///   - storedStatus: The stored status.
    ///   - length: Bytes of the stored body.
    ///   - status: The status of the response to HEAD.
    ///   - response: The fields of that response as received.
    ///   - setCookie: How to treat a Set-Cookie in them.
    /// - Returns: What is to be done.
    public static func outcome(
        stored: Fields,
        storedStatus: Int,
        length: Int64,
        status: Int,
        response: Fields,
        setCookie: SetCookieRule = .strip
    ) -> Outcome {
        guard status == 200, storedStatus == 200 else {
            return .none
        }
        let lengths = response.all("Content-Length")
        guard lengths.allSatisfy({ Decimal.parse($0) == UInt64(length) }) else {
            return .changed
        }
        for name in ["ETag", "Last-Modified"] {
            guard let new = response.first(name) else {
                continue
            }
            guard stored.first(name) == new else {
                return .changed
            }
        }
        return .freshened(Freshening.freshen(stored, with: response, setCookie: setCookie))
    }
}
