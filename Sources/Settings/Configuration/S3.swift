// Value. The settings of an s3:// origin in addition to its URL. Other origins have the initial values and ignore them.

package import HTTPMessage

extension Configuration {
    /// The server of an object store, and the keys to it.
    package struct S3: Sendable, Equatable {
        /// What 403 from a store means.
        package enum Forbidden: String, Sendable, CaseIterable {
            /// That it does not let larder in: no answer, the next origin is asked.
            case failure
            /// That it has no such object: so S3 answers whoever may not list the bucket.
            case missing
        }

        /// The region that stands for none with stores that have just one.
        package static let standardRegion = "us-east-1"

        /// The server, `http` or `https`; nil for Amazon's of the region.
        package var endpoint: OriginURL?
        /// The region; nil if the file does not say.
        package var region: String?
        /// Whether the bucket goes into the path rather than into the host; nil if it goes by endpoint and bucket.
        package var pathStyle: Bool?
        /// The access key's name.
        package var accessKey = Credential(from: .environment("AWS_ACCESS_KEY_ID"))
        /// The secret that belongs to it.
        package var secretKey = Credential(from: .environment("AWS_SECRET_ACCESS_KEY"))
        /// The token of temporary credentials.
        package var sessionToken: Credential?
        /// What 403 means.
        package var forbidden = Forbidden.failure

        /// Makes a store of initial values.
        package init() {}
    }
}
