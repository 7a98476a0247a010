// Value. The request methods a cache treats by name (RFC 9110 §9).
//
// Owned by HTTPMessage. Invariant: methods are case-sensitive: "get" is `other`.

/// A request method as far as a cache tells them apart.
public enum Method: UInt8, Sendable, Equatable {
    /// GET: stored and answered from what is stored.
    case get
    /// HEAD: answered from what GET stored.
    case head
    /// Any other, known or not: its text is in the head; never stored.
    case other
}
