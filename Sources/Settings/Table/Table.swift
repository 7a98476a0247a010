// value
// The one table of settings: what the parser knows, what `larder check` lists, what a reload compares and what the
// reference documents. A setting that has no row does not exist. Ranges keep a slip of a few digits from becoming an
// outage; they are not tuning advice.

/// The rows of every subject.
enum Table {
    static let threads = 1...256

    /// An origin of initial values; its URL is never shown nor used.
    static let sampleOrigin = Configuration.Origin(
        url: OriginURL(text: "", scheme: .http, host: "", port: 0, path: "")
    )
    static let sampleAccessLog = Configuration.AccessLog(path: "")

    /// The settings of the whole file.
    static let main = general + cache + freshness + limits
    /// The settings of `access_log`.
    static let accessLog = makeAccessLog()

    /// Every setting in the order of the reference.
    static let descriptions: [SettingDescription] = main.flatMap { row in
        switch row.name {
        case "origins": [row.description] + origin.map(\.description)
        case "access_log": [row.description] + accessLog.map(\.description)
        default: [row.description]
        }
    }

    private static let row = Rows(sample: Configuration(), prefix: "")
    private static let day = Duration.seconds(86_400)
    private static let mebibyte: Int64 = 1 << 20
    private static let tebibyte: Int64 = 1 << 40

    private static let general: [Setting<Configuration>] = [
        row("listen", \.listen, .addresses, .restart, "Where the web server sends picture requests."),
        row(
            "threads",
            \.threads,
            .count(threads),
            .restart,
            "The event loops that serve pictures.",
            default: "one a core"
        ),
        row(
            "forward_headers",
            \.forwardHeaders,
            .forwardedFields,
            .reload,
            "Which request fields may reach an origin on a request whose answer may be stored."
        ),
        row(
            "forwarded",
            \.forwarded,
            .anyCase,
            .reload,
            "What becomes of `Forwarded` and `X-Forwarded-*`: as received, with the client's address added, or dropped."
        ),
        row(
            "loop_id",
            \.loopID,
            .loopID,
            .reload,
            "The name in `CDN-Loop` by which larder knows requests that come back to it."
        ),
        row(
            "admin.listen",
            \.admin.listen,
            .address,
            .restart,
            "Where figures, purges and the status page are; needs `admin.token_file` when it is not a loopback address."
        ),
        token,
        row("origins", \.origins, .origins, .restart, "The origins in the order they are asked.", default: "required"),
        row("access_log", \.accessLog, .accessLog, .restart, "One line a request; absent writes none."),
        row(
            "log.level",
            \.log.level,
            .anyCase,
            .reload,
            "The least severe messages of larder's own log, which goes to standard error."
        ),
    ]

    /// The token counts as changed when the file's content is another, too.
    private static let token: Setting<Configuration> = {
        var setting = row(
            "admin.token_file",
            \.admin.tokenFile,
            Form.path().optional(),
            .reload,
            "The file with the token that admin requests must carry; read at start and at each reload."
        )
        setting.differs = { $0.admin.tokenFile != $1.admin.tokenFile || $0.admin.token != $1.admin.token }
        return setting
    }()

    private static let cache: [Setting<Configuration>] = [
        row(
            "cache.directory",
            \.cache.directory,
            .path(),
            .restart,
            "Where pictures are stored; made at start if its parent exists.",
            default: "required"
        ),
        row(
            "cache.max_size",
            \.cache.maxSize,
            .size(32 * mebibyte...1024 * tebibyte),
            .reload,
            "The bytes on disk that are never passed, index included."
        ),
        row(
            "cache.memory",
            \.cache.memory,
            .size(0...tebibyte),
            .restart,
            "The bytes of small, often asked pictures that are kept in memory; `0` keeps none."
        ),
        row(
            "cache.max_response",
            \.cache.maximumResponse,
            Form.size(1024...tebibyte).optional(),
            .reload,
            "The largest body that is stored; larger ones pass through."
        ),
        row(
            "cache.key_case",
            \.cache.foldCase,
            .choice([("sensitive", false), ("insensitive", true)]),
            .restart,
            "Whether `/A.jpg` and `/a.jpg` are two pictures, or one as on IIS."
        ),
        row(
            "cache.query",
            \.cache.query,
            .queryParameters,
            .restart,
            "Which query parameters tell pictures apart and are asked of the origin."
        ),
        row(
            "cache.sort_query",
            \.cache.sortsQuery,
            .boolean,
            .restart,
            "Whether query parameters are brought into the order of their names, so that `?a&b` and `?b&a` are one."
        ),
        row(
            "cache.picture_types",
            \.cache.pictureTypes,
            .pictureTypes,
            .reload,
            "The types by which pictures behind `Vary: Accept` are told apart; `[]` takes `Accept` as it stands."
        ),
        row(
            "cache.expect_images",
            \.cache.expectImages,
            .expectedImages,
            .reload,
            "The paths whose 200 is stored only where it is a picture with content."
        ),
        row(
            "cache.show_key",
            \.cache.showsKey,
            .boolean,
            .reload,
            "Whether `Cache-Status` tells the cache key."
        ),
    ]

    private static let freshness: [Setting<Configuration>] = [
        row(
            "cache.default_ttl",
            \.cache.defaultTTL,
            .duration(.zero...day * 3650),
            .reload,
            "How long a picture is fresh where the origin says nothing and no heuristic applies; `0` stores none then."
        ),
        row(
            "cache.negative_ttl",
            \.cache.negativeTTL,
            .duration(.zero...day),
            .reload,
            "How long a 404 or 410 is fresh where the origin says nothing; `0` stores none."
        ),
        row(
            "cache.maximum_ttl",
            \.cache.maximumTTL,
            .duration(.seconds(1)...day * 3650),
            .reload,
            "The most any response stays fresh, whatever the origin says."
        ),
        row(
            "cache.heuristic_fraction",
            \.cache.heuristicFraction,
            .fraction(0...1),
            .reload,
            "The share of its age since Last-Modified that a picture stays fresh where the origin says nothing."
        ),
        row(
            "cache.heuristic_maximum",
            \.cache.heuristicMaximum,
            .duration(.zero...day * 3650),
            .reload,
            "The most that this heuristic gives; `0` turns it off."
        ),
        row(
            "cache.grace",
            \.cache.grace,
            .duration(.zero...day * 30),
            .reload,
            "How long past freshness a picture is served at once while it is validated behind, where its origin does not say."
        ),
        row(
            "cache.stale_if_error",
            \.cache.staleIfError,
            .duration(.zero...day * 3650),
            .reload,
            "How long past freshness a picture is served when every origin fails."
        ),
    ]
}
