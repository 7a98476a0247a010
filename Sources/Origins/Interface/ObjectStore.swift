// Value. What it takes to ask an S3-compatible store besides bucket and prefix, which are in the origin's URL.
// Invariant: the keys show in no print and no dump.

public import HTTPMessage

/// The server of an s3:// origin, and what requests to it are signed with (AWS Signature Version 4).
public struct ObjectStore: Sendable {
    /// An `http` or `https` URL; nil for Amazon's server of the region.
    public var endpoint: OriginURL?
    /// The region that is signed for.
    public var region: String
    /// Whether the bucket is a part of the path rather than of the host; nil if it goes by endpoint and bucket.
    public var usesPathStyle: Bool?
    /// The access key's name.
    public var accessKey: String
    /// The secret that belongs to it.
    public var secretKey: String
    /// The token of temporary credentials.
    public var sessionToken: String?
    /// Whether 403 means "not here": that is what S3 answers for a missing object to whom may not list the bucket.
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
