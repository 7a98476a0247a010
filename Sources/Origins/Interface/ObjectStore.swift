// Value. The settings for an S3-compatible store, besides bucket and prefix, which are in the origin's URL. Invariant:
// the keys never appear in a print or a dump.

public import HTTPMessage

/// The server of an s3:// origin, and the keys that sign requests to it (AWS Signature Version 4).
public struct ObjectStore: Sendable {
    /// An `http` or `https` URL; nil for Amazon's server of the region.
    public var endpoint: OriginURL?
    /// The region used in signatures.
    public var region: String
    /// Whether the bucket is part of the path instead of the host; nil to derive it from endpoint and bucket.
    public var usesPathStyle: Bool?
    /// The access key's name.
    public var accessKey: String
    /// The secret that belongs to it.
    public var secretKey: String
    /// The token of temporary credentials.
    public var sessionToken: String?
    /// Whether 403 means "not here": S3 sends it instead of 404 to callers that may not list the bucket.
    public var forbiddenMeansMissing: Bool

    /// Makes the settings of a store.
    public init(
        endpoint: OriginURL? = nil,
        region: String,
        usesPathStyle: Bool? = nil,
        accessKey: String,
        secretKey: String,
        sessionToken: String? = nil,
        forbiddenMeansMissing: Bool = false
    ) {
        self.endpoint = endpoint
        self.region = region
        self.usesPathStyle = usesPathStyle
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.forbiddenMeansMissing = forbiddenMeansMissing
    }
}

extension ObjectStore: CustomStringConvertible, CustomReflectable {
    /// Where the store is.
    public var description: String { "ObjectStore(\(endpoint?.text ?? "Amazon"), \(region))" }
    /// A mirror without children: `dump` shows no key.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
