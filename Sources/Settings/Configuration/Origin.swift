// value
// One origin of the prioritized list. Its place in the list is its priority.
// Invariant after reading a file: the URL is valid and absolute, and no two origins have the same.

extension Configuration {
    /// The settings of one origin.
    public struct Origin: Sendable, Equatable {
        /// Where the pictures are.
        public var url: OriginURL
        /// Whether its 404 is an answer; another's means "not here, ask the next".
        public var isAuthoritative = false
        /// How long connecting may take, TLS included.
        public var connectTimeout = Duration.seconds(3)
        /// How long the response head may take once the request is sent.
        public var firstByteTimeout = Duration.seconds(15)
        /// How long a request waits for one of its connections.
        public var queueTimeout = Duration.seconds(5)
        /// How late its answer may begin before the next origin is asked too.
        public var hedgeDelay = HedgeDelay.never
        /// The target by which it is asked whether it is well; nil leaves that to requests.
        public var probePath: String?
        /// The time between two such probes.
        public var probeInterval = Duration.seconds(5)
        /// How long a body may stand still.
        public var stallTimeout = Duration.seconds(30)
        /// The most connections to it at a time.
        public var connections = 64
        /// The most requests that wait for one of its connections.
        public var queue = 1000
        /// What the paths of its requests lose in front, without a slash at the end; others' requests are not for it.
        public var strip: String?
        /// What went to the end of `url` when the file was read; nil where nothing did.
        public var prefix: String?
        /// How many redirects in a row are followed; 0 passes them on.
        public var followRedirects = 0
        /// Whether HTTP/2 may be used.
        public var http2 = false
        /// What goes into the Host field.
        public var hostHeader = HostHeader.origin
        /// Fields added to every request, in the order of the file.
        public var headers: [HeaderField] = []
        /// The absolute path of a PEM file with the authorities to trust instead of the system's.
        public var caFile: String?
        /// The absolute path of a PEM file with the certificate that larder shows.
        public var clientCertificate: String?
        /// The absolute path of a PEM file with its private key; nil where it is in the certificate's file.
        public var clientKey: String?
        /// What the key is encrypted with.
        public var clientKeyPassphrase: Credential?
        /// The name for SNI and the certificate check; nil for the URL's host.
        public var serverName: String?
        /// The store behind an `s3` URL.
        public var s3 = ObjectStore()

        /// Makes an origin with default settings.
        ///
        /// - Parameter url: Where the pictures are.
        public init(url: OriginURL) {
            self.url = url
        }
    }
}
