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
        /// How long larder waits for the disk before it asks an origin instead.
        package var readTimeout = Duration.seconds(1)
        /// Bytes per second that the scrub compares with their checksums; 0 turns it off.
        package var scrubRate: Int64 = 10_000_000
        /// How long a response other than an error is fresh after its arrival, whatever the origin says; nil leaves it
        /// to the origin.
        package var ttl: Duration?
        /// How long a response is fresh if the origin does not say and no heuristic applies; with zero it is not
        /// stored.
        package var defaultTTL = Duration.seconds(3600)
        /// How long a 404 or 410 is fresh if the origin does not say.
        package var negativeTTL = Duration.seconds(10)
        /// The longest time that any response stays fresh, whatever the origin says.
        package var maximumTTL = Duration.seconds(365 * 86_400)
        /// How long after its freshness a response is served while it is validated in the background; zero leaves that
        /// to the origin (RFC 9111 §4.2.4).
        package var grace = Duration.zero
        /// How long after its freshness a response is served when every origin fails.
        package var staleIfError = Duration.seconds(7 * 86_400)
        /// The share of a response's age at arrival (since Last-Modified) that it stays fresh (RFC 9111 §4.2.2).
        package var heuristicFraction = 0.1
        /// The shortest lifetime from the heuristic, at most its maximum.
        package var heuristicMinimum = Duration.seconds(60)
        /// The longest lifetime from the heuristic; zero turns it off.
        package var heuristicMaximum = Duration.seconds(86_400)
        /// How to treat Set-Cookie in a response that could be stored.
        package var setCookie = SetCookieHandling.strip
        /// Whether letter case in the path is ignored, as IIS does.
        package var foldCase = false
        /// Which query parameters are part of the key.
        package var query = QueryParameters.keep
        /// Whether the order of query parameters does not matter for the key.
        package var sortsQuery = false
        /// The media types that distinguish variants of a picture; if empty, the whole Accept does.
        package var pictureTypes = ["image/avif", "image/webp"]
        /// The paths whose 200 is stored only if it is a picture.
        package var expectImages = ExpectedImages.off
        /// Whether Cache-Status shows the key (RFC 9211 §2.7).
        package var showsKey = false

        /// Makes the default settings, without a directory.
        package init() {}
    }
}
