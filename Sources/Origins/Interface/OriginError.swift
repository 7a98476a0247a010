// Value. The reason why an origin, or every origin, sent no response or a broken one. The kind's raw value is the label
// in logs and counters.

/// A failure at the boundary to the origins.
public struct OriginError: Error, Sendable {
    /// What went wrong.
    public enum Kind: String, Sendable, CaseIterable, Hashable {
        /// The origin's machine responds, but its port does not.
        case connectionRefused
        /// No route, or the network is down.
        case unreachable
        /// The name has no address, or its lookup failed.
        case dnsFailure
        /// No TLS session, because of handshake or certificate.
        case tlsFailure
        /// Not connected within `connectTimeout`.
        case connectTimeout
        /// No head within `firstByteTimeout` of sending the request.
        case firstByteTimeout
        /// The body, or the upload, stopped making progress.
        case stalled
        /// The receiver took too few bytes while others waited for the connection.
        case heldUp
        /// The connection broke.
        case reset
        /// The body ended before its declared end, or changed while it was being read.
        case truncated
        /// The bytes received are not a response, or an ambiguous one.
        case malformed
        /// The response's head is larger than allowed.
        case tooLarge
        /// The object store refuses larder's signature, or requires another region.
        case denied
        /// The origin redirects to a place that larder does not follow, or too often.
        case redirect
        /// An error of the file system that says nothing about the picture: the share or the disk is at fault.
        case fileSystem
        /// The file exists and cannot be read, which says nothing about the origin: permissions, a lock.
        case unreadable
        /// Ended by `OriginTransfer.cancel()` or by shutting down.
        case cancelled
        /// Too many requests wait for this origin.
        case queueFull
        /// The wait for a free connection to this origin was too long.
        case queueTimeout
        /// The content of the request was cut off or does not have its declared length.
        case requestBody
        /// The request cannot be sent: its method, target or a field is invalid.
        case badRequest
        /// The origin's URL cannot be used.
        case badURL
        /// It responded that it is overloaded (429, 502, 503, 504).
        case overloaded
        /// The system had no thread, descriptor or memory left.
        case resources
    }

    /// What went wrong.
    public var kind: Kind
    /// The failed operation, such as "connect" or "receive body".
    public var operation: String
    /// The URL of the origin.
    public var subject: String
    /// The code of libcurl (or errno, for file origins and resources); 0 when larder itself found the fault.
    public var code: Int
    /// The message of the library, for people.
    public var detail: String
    /// The time until the first of the origins with an open circuit breaker is tried again; nil if there is none.
    public var retryAfter: Duration?
    /// The origins that were asked before this error was reported, in order.
    public var tried: [OriginAttempt]

    /// Makes an error.
    public init(
        kind: Kind,
        operation: String,
        subject: String,
        code: Int = 0,
        detail: String = "",
        tried: [OriginAttempt] = []
    ) {
        self.kind = kind
        self.operation = operation
        self.subject = subject
        self.code = code
        self.detail = detail
        self.tried = tried
    }
}

extension OriginError {
    /// Whether the origin's name did not resolve: it has no address, or the look-up took longer than the connect
    /// timeout.
    public var isOfName: Bool {
        kind == .dnsFailure || kind == .connectTimeout && detail.hasPrefix("Resolving timed out")
    }
}

extension OriginError: CustomStringConvertible {
    /// One line: kind, operation, origin, message of the library.
    public var description: String {
        let said = detail.isEmpty ? "" : ": \(detail)"
        let number = code == 0 ? "" : " (\(code))"
        return "\(kind.rawValue): \(operation), \(subject)\(said)\(number)"
    }
}
