// Value. The reason why received bytes are not accepted as a response.
// Invariant: a refused response is not delivered, and its connection is not used again.

/// The reason a response is refused.
public enum ResponseRefusal: Error, Sendable, Equatable {
    /// Not a status line of HTTP/1, or of HTTP/2 where that is allowed (RFC 9112 §4).
    case statusLine
    /// A status that is not one of a response: 101 was not requested, 600 and more do not exist.
    case status(Int)
    /// Not a field line; obsolete folding included (RFC 9112 §5).
    case fieldLine
    /// A Content-Length that is not a number, or too large (RFC 9112 §6.3).
    case contentLength
    /// Two different Content-Length values (RFC 9112 §6.3).
    case unequalContentLength
    /// A transfer coding other than chunked, or chunked where it does not exist (RFC 9112 §6.1).
    case transferEncoding
    /// Both Content-Length and Transfer-Encoding (RFC 9112 §6.3).
    case contentLengthWithTransferEncoding
    /// Heads, or a trailer section, of more than `ResponseHeadParser.maximumBytes`.
    case headTooLarge
    /// More than `ResponseHeadParser.maximumLines` field lines.
    case tooManyFields
    /// More than `ResponseHeadParser.maximumInterims` interim heads.
    case tooManyInterims
    /// A malformed chunked body (RFC 9112 §7.1).
    case chunkedBody(ChunkedDecoder.Refusal)

    /// Whether the response exceeds a limit; otherwise it is malformed or ambiguous.
    public var isTooLarge: Bool {
        switch self {
        case .headTooLarge, .tooManyFields, .tooManyInterims: true
        case .chunkedBody(let refusal): refusal == .trailersTooLong || refusal == .extensionsTooLong
        default: false
        }
    }
}

extension ResponseRefusal: CustomStringConvertible {
    /// The part of the response that is at fault, for the log.
    public var description: String {
        switch self {
        case .statusLine: "status line"
        case .status(let status): "status \(status)"
        case .fieldLine: "field line"
        case .contentLength: "Content-Length"
        case .unequalContentLength: "unequal Content-Length"
        case .transferEncoding: "Transfer-Encoding"
        case .contentLengthWithTransferEncoding: "Content-Length with Transfer-Encoding"
        case .headTooLarge: "head over \(ResponseHeadParser.maximumBytes) bytes"
        case .tooManyFields: "over \(ResponseHeadParser.maximumLines) fields"
        case .tooManyInterims: "interim responses"
        case .chunkedBody(let refusal): "chunked body: \(refusal.rawValue)"
        }
    }
}
