// Value. The settings of an s3:// origin in addition to its URL. Other origins have the initial values and ignore them.

package import HTTPMessage

extension Configuration {
    /// The server of an object store, and the keys to it.
    package struct S3: Sendable, Equatable {
        /// What 403 from a store means.
        package enum Forbidden: String, Sendable, CaseIterable {
            /// It does not let larder in: the next origin gets the request.
            case failure
            /// It has no such object: S3 sends 403 instead of 404 to callers that may not list the bucket.
            case missing
        }

        /// The region for stores that have only one.
        package static let standardRegion = "us-east-1"

        /// The server, `http` or `https`; nil for Amazon's server of the region.
        package var endpoint: OriginURL?
        /// The region; nil if the file does not say.
        package var region: String?
        /// Whether the bucket is in the path instead of the host; nil to derive it from endpoint and bucket.
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
