// Value. One origin of the prioritized list. Its place in the list is its priority. Invariant after reading a file: the
// URL is valid and absolute, and no two origins have the same URL.

package import HTTPMessage

extension Configuration {
    /// The settings of one origin.
    package struct Origin: Sendable, Equatable {
        /// Where the pictures are.
        package var url: OriginURL
        /// Whether its 404 is final; a 404 of another origin means "not here, ask the next".
        package var isAuthoritative = false
        /// How long connecting may take, TLS included.
        package var connectTimeout = Duration.seconds(3)
        /// How long the response head may take once the request is sent.
        package var firstByteTimeout = Duration.seconds(15)
        /// How long a request waits for one of its connections.
        package var queueTimeout = Duration.seconds(5)
        /// How late its response may begin before the next origin gets the request too.
        package var hedgeDelay = HedgeDelay.never
        /// The target of probes; nil leaves it to requests to find out whether the origin works.
        package var probePath: String?
        /// The time between two such probes.
        package var probeInterval = Duration.seconds(5)
        /// How long a body may make no progress.
        package var stallTimeout = Duration.seconds(30)
        /// The most connections to it at a time.
        package var connections = 64
        /// The most requests that wait for one of its connections.
        package var queue = 1000
        /// The prefix to remove from the paths of its requests, without a slash at the end; it gets no requests for
        /// other paths.
        package var strip: String?
        /// The prefix that was appended to `url` when the file was read; nil if there was none.
        package var prefix: String?
        /// How many redirects in a row are followed; 0 forwards them to the client.
        package var followRedirects = 0
        /// Whether HTTP/2 may be used.
        package var http2 = false
        /// What goes into the Host field.
        package var hostHeader = HostHeader.origin
        /// Fields added to every request, in the order of the file.
        package var headers: [HeaderField] = []
        /// The absolute path of a PEM file with the authorities to trust instead of the system's.
        package var caFile: String?
        /// The absolute path of a PEM file with larder's certificate.
        package var clientCertificate: String?
        /// The absolute path of a PEM file with its private key; nil if it is in the certificate's file.
        package var clientKey: String?
        /// The passphrase of the key.
        package var clientKeyPassphrase: Credential?
        /// The name for SNI and the certificate check; nil for the URL's host.
        package var serverName: String?
        /// The store behind an `s3` URL.
        package var s3 = S3()

        /// Makes an origin with default settings.
        ///
        /// - Parameter url: Where the pictures are.
        package init(url: OriginURL) {
            self.url = url
        }
    }
}
