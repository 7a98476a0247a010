// Value. The rows of the store and of freshness. Routes have most of them too.

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
            "The directory of the store; larder creates it at the start if its parent exists.",
            default: "required"
        ),
        row(
            "cache.max_size",
            \.maxSize,
            .size(32 * mebibyte...1024 * tebibyte),
            .reload,
            "The most bytes on disk, index included."
        ),
        row(
            "cache.memory",
            \.memory,
            .size(0...tebibyte),
            .restart,
            "The bytes of small, often requested pictures that are kept in memory; `0` keeps none."
        ),
        row(
            "cache.max_response",
            \.maximumResponse,
            Form.size(1024...tebibyte).optional(),
            .reload,
            "The largest body that is stored; larger ones are forwarded without being stored."
        ),
        row(
            "cache.read_timeout",
            \.readTimeout,
            .duration(.milliseconds(10)...Duration.seconds(3600)),
            .reload,
            "How long larder waits for the disk (for each 16 MiB of a picture) before it fetches the picture from an origin instead, as far as the retry budget allows."
        ),
        row(
            "cache.scrub_rate",
            \.scrubRate,
            .size(0...tebibyte),
            .reload,
            "The bytes of stored pictures that are compared with their checksums every second, so that damage is found before a request finds it; `0` turns this off."
        ),
        row(
            "cache.key_case",
            \.foldCase,
            .choice([("sensitive", false), ("insensitive", true)]),
            .restart,
            "Whether `/A.jpg` and `/a.jpg` are two pictures, or one as on IIS; it concerns only ASCII letters of the path; origins get the client's spelling."
        ),
        row(
            "cache.query",
            \.query,
            .queryParameters,
            .restart,
            "The query parameters that are part of the cache key and are sent to the origin."
        ),
        row(
            "cache.sort_query",
            \.sortsQuery,
            .boolean,
            .restart,
            "Whether query parameters are sorted by name, so that `?a&b` and `?b&a` are one key."
        ),
        row(
            "cache.picture_types",
            \.pictureTypes,
            .pictureTypes,
            .reload,
            "The media types that select a variant if a response has `Vary: Accept`; `[]` compares the whole `Accept`."
        ),
        row(
            "cache.expect_images",
            \.expectImages,
            .expectedImages,
            .reload,
            "The paths whose 200 is stored only if it is a picture and not empty."
        ),
        row(
            "cache.set_cookie",
            \.setCookie,
            .choice(SetCookieHandling.allCases.map { ($0.rawValue, $0) }),
            .reload,
            "How to treat `Set-Cookie`: `strip` stores the picture without it, `refuse` does not store the picture, `keep` stores both if RFC 9111 allows it and sends the cookie to every client."
        ),
        row(
            "cache.show_key",
            \.showsKey,
            .boolean,
            .reload,
            "Whether `Cache-Status` shows the cache key."
        ),
    ]

    private static let freshness: [Setting<Configuration.Cache>] = [
        row(
            "cache.ttl",
            \.ttl,
            Form.duration(.zero...day * 3650).optional(isWord: true),
            .reload,
            "How long a picture is fresh after its arrival, whatever the origin says; `no-store` and `private` still apply, and errors have their own lifetimes."
        ),
        row(
            "cache.default_ttl",
            \.defaultTTL,
            .duration(.zero...day * 3650),
            .reload,
            "How long a picture (recognized by its type or path) is fresh if the origin does not say and no heuristic applies; with `0` such a picture is not stored."
        ),
        row(
            "cache.negative_ttl",
            \.negativeTTL,
            .duration(.zero...day),
            .reload,
            "How long a 404 or 410 is fresh if the origin does not say; with `0` such a response is not stored."
        ),
        row(
            "cache.maximum_ttl",
            \.maximumTTL,
            .duration(.seconds(1)...day * 3650),
            .reload,
            "The longest time that any response is fresh, whatever the origin says."
        ),
        row(
            "cache.heuristic_fraction",
            \.heuristicFraction,
            .fraction(0...1),
            .reload,
            "How long a picture is fresh if the origin does not say, as a fraction of its age since Last-Modified."
        ),
        row(
            "cache.heuristic_minimum",
            \.heuristicMinimum,
            .duration(.zero...day * 3650),
            .reload,
            "The shortest time that this heuristic gives, at most `heuristic_maximum`; it keeps every visitor's request for a new picture from going to the origin."
        ),
        row(
            "cache.heuristic_maximum",
            \.heuristicMaximum,
            .duration(.zero...day * 3650),
            .reload,
            "The longest time that this heuristic gives; `0` turns it off, and `default_ttl` applies."
        ),
        row(
            "cache.grace",
            \.grace,
            .duration(.zero...day * 30),
            .reload,
            "How long a stale picture is served at once while it is validated in the background, if its origin does not say; it does not apply if the origin itself gave a lifetime of 0."
        ),
        row(
            "cache.stale_if_error",
            \.staleIfError,
            .duration(.zero...day * 3650),
            .reload,
            "How long a stale picture is served if every origin fails."
        ),
    ]
}
