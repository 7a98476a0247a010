// value: the name larder gives itself in Via (RFC 9110 §7.6.3).
//
// Owned by HTTPMessage; appended to what is forwarded in either direction. Invariant: the received protocol is the one of the
// message that came in, not of the one that goes out.

/// The Via field.
public enum Via {
    /// The pseudonym larder uses.
    public static let pseudonym = "larder"

    /// The member larder adds.
    ///
    /// - Parameter receivedMinor: The minor version of HTTP/1 of the received message.
    /// - Returns: Such as "1.1 larder".
    public static func value(receivedMinor: UInt8) -> String {
        receivedMinor == 0 ? "1.0 \(pseudonym)" : "1.1 \(pseudonym)"
    }
}
