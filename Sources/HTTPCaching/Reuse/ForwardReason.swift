// Value. Why a request goes to an origin (RFC 9211 §2.2).
//
// Owned by HTTPCaching. Invariant: the raw value is the token of Cache-Status, the label in the log and that of the
// counter.

/// Why a request is forwarded.
public enum ForwardReason: String, Sendable, CaseIterable {
    /// larder is configured not to handle it.
    case bypass
    /// The method's semantics demand it.
    case method
    /// Nothing is stored for the URI.
    case uriMiss = "uri-miss"
    /// Something is stored for the URI, but for other request fields.
    case varyMiss = "vary-miss"
    /// Nothing stored can be used, and the reason is not distinguished.
    case miss
    /// A fresh response is stored, but the request forbids its use.
    case request
    /// The stored response is stale.
    case stale
    /// Only a part of the requested bytes is stored.
    case partial
}
