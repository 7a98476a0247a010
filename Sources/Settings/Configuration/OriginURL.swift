// value
// An origin's URL, checked and taken apart. `text` is normal: scheme and host in lower case, no default port,
// no slash at the end, so that two spellings of one origin compare equal.

/// The URL of an origin: where its pictures are.
package struct OriginURL: Sendable, Hashable {
    /// The schemes that larder can fetch from.
    package enum Scheme: String, Sendable, CaseIterable {
        /// HTTP in the clear.
        case http
        /// HTTP over TLS.
        case https
        /// A directory of this machine, or a share mounted on it.
        case file
        /// A bucket of an S3-compatible object store.
        case s3
    }

    /// The whole URL in its normal form: `http://host:port/prefix`, `file:///directory`, `s3://bucket/prefix`,
    /// percent-encoded.
    package let text: String
    /// The URL's scheme.
    package let scheme: Scheme
    /// The host, an IPv6 address without brackets; empty for `file`, the bucket for `s3`.
    package let host: String
    /// The port, the scheme's default if the URL has none; 0 for `file` and `s3`.
    package let port: Int
    /// The path prefix without a slash at the end (empty for the root), percent-encoded; for `file` the decoded
    /// absolute path of the directory.
    package let path: String
}

extension OriginURL: CustomStringConvertible {
    /// The whole URL in its normal form.
    package var description: String { text }
}
