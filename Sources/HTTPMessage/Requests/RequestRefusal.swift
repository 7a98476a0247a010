// Value. Why a request head is refused, by name.
//
// Returned by RequestParser; the raw value is the label in log and counter. Invariant: a refused request is answered
// with `status` and the connection is closed, because the start of the next request is unknown.

/// The reason a request head is refused.
public enum RequestRefusal: String, Sendable, CaseIterable {
    /// Not "method SP target SP HTTP/d.d CR LF" (RFC 9112 §3).
    case malformedRequestLine
    /// The method is no token, is too long, or is CONNECT.
    case badMethod
    /// The target has no form a cache takes, or a byte no target has (RFC 9112 §3.2).
    case badTarget
    /// The target is over its limit.
    case targetTooLong
    /// The major version is not 1 (RFC 9110 §15.6.6).
    case badVersion
    /// The head is over its limit.
    case headTooLarge
    /// There are more field lines than the limit.
    case tooManyFields
    /// A field name is no token (RFC 9112 §5.1).
    case badFieldName
    /// A field value holds a control byte (RFC 9110 §5.5).
    case badFieldValue
    /// A line starts with a blank: obsolete folding (RFC 9112 §5.2), or a blank before the first field (§2.2).
    case obsFold
    /// There is a blank between a field name and its colon (RFC 9112 §5.1).
    case spaceBeforeColon
    /// A CR is not followed by LF (RFC 9112 §2.2).
    case bareCR
    /// An LF does not follow a CR.
    case bareLF
    /// An HTTP/1.1 request has no Host (RFC 9112 §3.2).
    case noHost
    /// There is more than one Host (RFC 9112 §3.2).
    case repeatedHost
    /// The Host is not a host and port (RFC 9112 §3.2).
    case badHost
    /// A Content-Length is not one number that fits (RFC 9112 §6.3).
    case badContentLength
    /// There is more than one Content-Length (RFC 9112 §6.3).
    case conflictingContentLength
    /// There are both Content-Length and Transfer-Encoding (RFC 9112 §6.3).
    case contentLengthWithTransferEncoding
    /// A transfer coding other than chunked is applied (RFC 9112 §6.1).
    case unsupportedTransferEncoding
    /// Chunked is not the last transfer coding, is there twice, or the list is malformed (RFC 9112 §6.3).
    case badTransferEncoding
    /// An HTTP/1.0 request has Transfer-Encoding (RFC 9112 §6.1).
    case transferEncodingInHTTP10

    /// The status of the response before closing.
    public var status: Int {
        switch self {
        case .targetTooLong: 414
        case .headTooLarge, .tooManyFields: 431
        case .unsupportedTransferEncoding: 501
        case .badVersion: 505
        default: 400
        }
    }
}
