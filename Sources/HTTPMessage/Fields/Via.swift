// Value. The name larder gives itself in Via (RFC 9110 §7.6.3).
//
// Owned by HTTPMessage; appended to what is forwarded in either direction. Invariant: the received protocol is the one
// of the message that came in, not of the one that goes out.

/// The Via field.
public enum Via {
    /// The pseudonym larder uses.
    public static let pseudonym = "larder"

    /// A version of HTTP that a message can have come in, as Via tells it.
    public enum ReceivedVersion: String, Sendable {
        /// HTTP/1.0.
        case http10 = "1.0"
        /// HTTP/1.1.
        case http11 = "1.1"
        /// HTTP/2.
        case http2 = "2.0"
    }

    /// The line larder adds, made once for each version.
    ///
    /// - Parameter version: The version of the received message.
    /// - Returns: The one line.
    public static func line(received version: ReceivedVersion) -> Fields {
        switch version {
        case .http10: http10
        case .http11: http11
        case .http2: http2
        }
    }

    private static let http10 = made(.http10)
    private static let http11 = made(.http11)
    private static let http2 = made(.http2)

    private static func made(_ version: ReceivedVersion) -> Fields {
        Fields([("Via", "\(version.rawValue) \(pseudonym)")])
    }
}
