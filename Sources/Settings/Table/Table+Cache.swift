// value
// The rows of the store and of freshness. Routes have most of them too.

extension Table {
    /// The settings under `cache`.
    static let cache = storing + freshness

    private static let row = Rows(sample: Configuration.Cache(), prefix: "")
    private static let day = Duration.seconds(86_400)
    private static let mebibyte: Int64 = 1 << 20
    private static let tebibyte: Int64 = 1 << 40

    private static let storing: [Setting<Configuration.Cache>] = [
        row(
            "cache.directory",
            \.directory,
            .path(),
            .restart,
            "Where pictures are stored; made at start if its parent exists.",
            default: "required"
        ),
        row(
            "cache.max_size",
            \.maxSize,
            .size(32 * mebibyte...1024 * tebibyte),
            .reload,
            "The bytes on disk that are never passed, index included."
        ),
        row(
            "cache.memory",
            \.memory,
            .size(0...tebibyte),
            .restart,
            "The bytes of small, often asked pictures that are kept in memory; `0` keeps none."
        ),
        row(
            "cache.max_response",
            \.maximumResponse,
            Form.size(1024...tebibyte).optional(),
            .reload,
            "The largest body that is stored; larger ones pass through."
        ),
        row(
            "cache.read_timeout",
            \.readTimeout,
            .duration(.milliseconds(10)...Duration.seconds(3600)),
            .reload,
            "How long a stored picture is waited for from the disk (for each 16 MiB that are read) before it is fetched from an origin instead, as far as the retry budget allows."
        ),
        row(
            "cache.scrub_rate",
            \.scrubRate,
            .size(0...tebibyte),
            .reload,
            "The bytes a second of stored pictures that are read and compared with their checksums, all the time, so that damage is found before it is asked for; `0` turns it off."
        ),
        row(
            "cache.key_case",
            \.foldCase,
            .choice([("sensitive", false), ("insensitive", true)]),
            .restart,
            "Whether `/A.jpg` and `/a.jpg` are two pictures, or one as on IIS: ASCII letters of the path; origins are asked in the client's spelling."
        ),
        row(
            "cache.query",
            \.query,
            .queryParameters,
            .restart,
            "Which query parameters tell pictures apart and are asked of the origin."
        ),
        row(
            "cache.sort_query",
            \.sortsQuery,
            .boolean,
            .restart,
            "Whether query parameters are brought into the order of their names, so that `?a&b` and `?b&a` are one."
        ),
        row(
            "cache.picture_types",
            \.pictureTypes,
            .pictureTypes,
            .reload,
            "The types by which pictures behind `Vary: Accept` are told apart; `[]` takes `Accept` as it stands."
        ),
        row(
            "cache.expect_images",
            \.expectImages,
            .expectedImages,
            .reload,
            "The paths whose 200 is stored only where it is a picture with content."
        ),
        row(
            "cache.set_cookie",
            \.setCookie,
            .choice(SetCookieHandling.allCases.map { ($0.rawValue, $0) }),
            .reload,
            "What becomes of `Set-Cookie`: `strip` stores the picture without it, `refuse` does not store the picture, `keep` stores both where RFC 9111 lets it and gives the cookie to everyone."
        ),
        row(
            "cache.show_key",
            \.showsKey,
            .boolean,
            .reload,
            "Whether `Cache-Status` tells the cache key."
        ),
    ]

    private static let freshness: [Setting<Configuration.Cache>] = [
        row(
            "cache.ttl",
            \.ttl,
            Form.duration(.zero...day * 3650).optional(isWord: true),
            .reload,
            "How long a picture is fresh from its arrival on, whatever the origin says; `no-store` and `private` still hold, and errors keep their own times."
        ),
        row(
            "cache.default_ttl",
            \.defaultTTL,
            .duration(.zero...day * 3650),
            .reload,
            "How long a picture (by its type, or its path) is fresh where the origin says nothing and no heuristic applies; `0` stores none then."
        ),
        row(
            "cache.negative_ttl",
            \.negativeTTL,
            .duration(.zero...day),
            .reload,
            "How long a 404 or 410 is fresh where the origin says nothing; `0` stores none."
        ),
        row(
            "cache.maximum_ttl",
            \.maximumTTL,
            .duration(.seconds(1)...day * 3650),
            .reload,
            "The most any response stays fresh, whatever the origin says."
        ),
        row(
            "cache.heuristic_fraction",
            \.heuristicFraction,
            .fraction(0...1),
            .reload,
            "The share of its age since Last-Modified that a picture stays fresh where the origin says nothing."
        ),
        row(
            "cache.heuristic_minimum",
            \.heuristicMinimum,
            .duration(.zero...day * 3650),
            .reload,
            "The least that this heuristic gives a picture, up to `heuristic_maximum`: one that was written a moment ago is one request to the origin, not one a visitor."
        ),
        row(
            "cache.heuristic_maximum",
            \.heuristicMaximum,
            .duration(.zero...day * 3650),
            .reload,
            "The most that this heuristic gives; `0` turns it off, and `default_ttl` holds."
        ),
        row(
            "cache.grace",
            \.grace,
            .duration(.zero...day * 30),
            .reload,
            "How long past freshness a picture is served at once while it is validated behind, where its origin does not say; an origin's own lifetime of 0 gets none."
        ),
        row(
            "cache.stale_if_error",
            \.staleIfError,
            .duration(.zero...day * 3650),
            .reload,
            "How long past freshness a picture is served when every origin fails."
        ),
    ]
}
