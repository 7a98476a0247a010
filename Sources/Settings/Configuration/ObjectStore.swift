// value
// What an s3:// origin needs besides its URL. Means nothing to other origins, which have the initial values.

extension Configuration {
    /// The server of an object store, and the keys to it.
    public struct ObjectStore: Sendable, Equatable {
        /// What 403 from a store means.
        public enum Forbidden: String, Sendable, CaseIterable {
            /// That it does not let larder in: no answer, the next origin is asked.
            case failure
            /// That it has no such object: so S3 answers whoever may not list the bucket.
            case missing
        }

        /// The region that stands for none with stores that have just one.
        public static let standardRegion = "us-east-1"

        /// The server, `http` or `https`; nil for Amazon's of the region.
        public var endpoint: OriginURL?
        /// The region; nil where the file does not say.
        public var region: String?
        /// Whether the bucket goes into the path rather than into the host; nil where it goes by endpoint and bucket.
        public var pathStyle: Bool?
        /// The access key's name.
        public var accessKey = Credential(from: .environment("AWS_ACCESS_KEY_ID"))
        /// The secret that belongs to it.
        public var secretKey = Credential(from: .environment("AWS_SECRET_ACCESS_KEY"))
        /// The token of temporary credentials.
        public var sessionToken: Credential?
        /// What 403 means.
        public var forbidden = Forbidden.failure

        /// Makes a store of initial values.
        public init() {}
    }
}
