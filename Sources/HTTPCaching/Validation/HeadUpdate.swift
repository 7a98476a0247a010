// Value. What the answer to a HEAD says about a stored response to GET (RFC 9111 §4.3.5).
//
// Called when an origin answers a HEAD for which a response to GET is stored. Invariant: what does not agree in every
// field that both have is taken to have changed.

public import HTTPMessage

/// Updates or invalidates stored responses from answers to HEAD.
public enum HeadUpdate {
    /// What a HEAD came to.
    public enum Outcome: Sendable, Equatable {
        /// It says nothing about what is stored.
        case none
        /// It is about the same representation: these are the fields to store.
        case freshened(Fields)
        /// It is about another: what is stored counts as stale.
        case changed
    }

    /// Compares the answer to a HEAD with what is stored.
    ///
    /// - Parameters:
    ///   - stored: The stored fields, without Content-Length.
    ///   - storedStatus: The stored status.
    ///   - length: Bytes of the stored body.
    ///   - status: The status of the answer to HEAD.
    ///   - response: The fields of that answer as received.
    ///   - setCookie: What becomes of a Set-Cookie in them.
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
