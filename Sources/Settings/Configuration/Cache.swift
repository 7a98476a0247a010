// Value. The settings of the store, and of freshness if the origin does not say. Sizes are bytes. Invariant after
// reading a file: `directory` is absolute, every duration is zero or more.

extension Configuration {
    /// The settings of the store and of freshness.
    package struct Cache: Sendable, Equatable {
        /// The absolute path of the cache directory; `serve` creates it if only its parent exists.
        package var directory = ""
        /// The bytes that larder may use on disk, index included.
        package var maxSize: Int64 = 10_000_000_000
        /// The bytes of the memory tier; 0 turns it off.
        package var memory: Int64 = 256_000_000
        /// The largest body that is stored, in bytes; nil leaves it to the store.
        package var maximumResponse: Int64?
        /// How long a stored response is waited for from the disk before an origin is asked in its place.
        package var readTimeout = Duration.seconds(1)
        /// Bytes a second that are compared with their checksums; 0 turns that off.
        package var scrubRate: Int64 = 10_000_000
        /// How long a response that is no error is fresh from its arrival on, whatever the origin says; nil lets the origin
        /// say.
        package var ttl: Duration?
        /// How long a response is fresh where the origin says nothing and no heuristic applies; zero stores none.
        package var defaultTTL = Duration.seconds(3600)
        /// How long a 404 or 410 is fresh where the origin says nothing.
        package var negativeTTL = Duration.seconds(10)
        /// The most any response stays fresh, whatever the origin says.
        package var maximumTTL = Duration.seconds(365 * 86_400)
        /// How long past freshness a response is served while it is validated behind; zero leaves that to the origin
        /// (RFC 9111 §4.2.4).
        package var grace = Duration.zero
        /// How long past freshness a response is served when every origin fails.
        package var staleIfError = Duration.seconds(7 * 86_400)
        /// The share of a response's age at arrival (since Last-Modified) that it stays fresh (RFC 9111 §4.2.2).
        package var heuristicFraction = 0.1
        /// The least that the heuristic gives, up to its maximum.
        package var heuristicMinimum = Duration.seconds(60)
        /// The most that the heuristic gives; zero turns it off.
        package var heuristicMaximum = Duration.seconds(86_400)
        /// What becomes of Set-Cookie in a response that could be stored.
        package var setCookie = SetCookieHandling.strip
        /// Whether letter case in the path is ignored, as IIS does.
        package var foldCase = false
        /// Which query parameters are part of the key.
        package var query = QueryParameters.keep
        /// Whether query parameters in another order make the same key.
        package var sortsQuery = false
        /// The media types that variants of pictures differ by; none takes Accept as it stands.
        package var pictureTypes = ["image/avif", "image/webp"]
        /// Which paths have to bring a picture for their 200 to be stored.
        package var expectImages = ExpectedImages.off
        /// Whether Cache-Status tells the key (RFC 9211 §2.7).
        package var showsKey = false

        /// Makes the default settings, without a directory.
        package init() {}
    }
}
