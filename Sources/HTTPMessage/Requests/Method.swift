// Value. The request methods a cache treats by name (RFC 9110 §9).
//
// Owned by HTTPMessage. Invariant: methods are case-sensitive: "get" is `other`.

/// A request method as far as a cache tells them apart.
public enum Method: UInt8, Sendable, Equatable {
    /// GET: its responses are stored and served from the store.
    case get
    /// HEAD: served from the stored response to GET.
    case head
    /// Any other, known or not: its text is in the head; never stored.
    case other
}
