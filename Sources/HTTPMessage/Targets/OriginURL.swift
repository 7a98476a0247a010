// Value. The URL of an origin, in parts. Settings parses it once, and Origins connects to it. Invariant: `text` is
// normal (scheme and host in lower case, no default port, no slash at the end), so that two spellings of one origin
// compare equal. No URL contains credentials: URLs are printed.

/// The URL of an origin, where its pictures are.
public struct OriginURL: Sendable, Hashable {
    /// The schemes that larder can fetch from.
    public enum Scheme: String, Sendable, CaseIterable {
        /// HTTP in the clear.
        case http
        /// HTTP over TLS.
        case https
        /// A directory of this machine, or a share mounted on it.
        case file
        /// A bucket of an S3-compatible object store.
        case s3

        /// The port of a URL without one; 0 if the scheme has no ports.
        public var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .file, .s3: 0
            }
        }
    }

    /// The whole URL in its normal form: `http://host:port/prefix`, `file:///directory`, `s3://bucket/prefix`,
    /// percent-encoded.
    public let text: String
    public let scheme: Scheme
    /// The host, an IPv6 address without brackets; empty for `file`, the bucket for `s3`.
    public let host: String
    /// The port; 0 for `file` and `s3`.
    public let port: Int
    /// The path prefix without a slash at the end (empty for the root), percent-encoded; for `file` the decoded
    /// absolute path of the directory.
    public let path: String

    /// Makes a URL of parts that are valid and in normal form already.
    public init(scheme: Scheme, host: String, port: Int, path: String) {
        (self.scheme, self.host, self.port, self.path) = (scheme, host, port, path)
        let spelled = scheme == .file ? PercentEncoding.path(path.utf8) : path
        text = "\(scheme.rawValue)://\(Self.authority(scheme, host, port))\(spelled)"
    }

    /// Host and port; without the port if it is the scheme's default.
    public var authority: String { Self.authority(scheme, host, port) }

    private static func authority(_ scheme: Scheme, _ host: String, _ port: Int) -> String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort ? shown : "\(shown):\(port)"
    }
}

extension OriginURL: CustomStringConvertible {
    public var description: String { text }
}
