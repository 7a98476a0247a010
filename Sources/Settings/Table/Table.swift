// Value. The one table of settings: the parser, `larder check`, reloads and the reference use it. A setting without a
// row does not exist. Ranges prevent an outage by a typing error; they are not tuning advice.

import HTTPMessage

/// The rows of every subject.
enum Table {
    static let threads = 1...256

    /// An origin of initial values; its URL is never shown nor used.
    static let sampleOrigin = Configuration.Origin(
        url: OriginURL(scheme: .http, host: "", port: 0, path: "")
    )
    static let sampleAccessLog = Configuration.AccessLogSettings(path: "")

    /// The settings of the whole file.
    static let main = general + cache.map { $0.lifted(\Configuration.cache) } + limits
    /// The settings of an item of `routes`.
    static let route = makeRoute()
    /// The settings of `access_log`.
    static let accessLog = makeAccessLog()

    /// Every setting in the order of the reference.
    static let descriptions: [SettingDescription] = main.flatMap { row in
        switch row.name {
        case "origins": [row.description] + origin.map(\.description)
        case "routes": [row.description] + route.map(\.description)
        case "access_log": [row.description] + accessLog.map(\.description)
        default: [row.description]
        }
    }

    private static let row = Rows(sample: Configuration(), prefix: "")

    private static let general: [Setting<Configuration>] = [
        row(
            "listen",
            \.listen,
            .addresses,
            .restart,
            "The address to which the web server sends requests for pictures."
        ),
        row(
            "threads",
            \.threads,
            .count(threads),
            .restart,
            "The event loops that serve pictures.",
            default: "one per core"
        ),
        row(
            "forward_headers",
            \.forwardHeaders,
            .forwardedFields,
            .reload,
            "The request fields that an origin gets if the response may be stored."
        ),
        row(
            "forwarded",
            \.forwarded,
            .anyCase,
            .reload,
            "How to treat `Forwarded` and `X-Forwarded-*`: forward them as received, add the client's address, or drop them."
        ),
        row(
            "loop_id",
            \.loopID,
            .loopID,
            .reload,
            "larder's name in `CDN-Loop`, by which it recognizes its own requests when they come back."
        ),
        row(
            "admin.listen",
            \.admin.listen,
            .address,
            .restart,
            "The address for figures, purges and the status page; any but a loopback address needs `admin.token_file`."
        ),
        token,
        row(
            "origins",
            \.origins,
            .origins,
            .restart,
            "The origins in the order in which they are tried.",
            default: "required"
        ),
        row("routes", \.routes, .routes, .restart, "Requests that go to other origins or are cached by other rules."),
        row(
            "access_log",
            \.accessLog,
            .accessLog,
            .restart,
            "The access log, with one line for each request; if this section is absent, larder writes no access log."
        ),
        row(
            "log.level",
            \.log.level,
            .anyCase,
            .reload,
            "The least severe level of larder's own log, which goes to standard error."
        ),
    ]

    /// The token also counts as changed if the content of the file has changed.
    private static let token: Setting<Configuration> = {
        var setting = row(
            "admin.token_file",
            \.admin.tokenFile,
            Form.path().optional(),
            .reload,
            "The file with the token that admin requests must have; it is read at the start and at each reload."
        )
        setting.differs = { $0.admin.tokenFile != $1.admin.tokenFile || $0.admin.token != $1.admin.token }
        return setting
    }()
}
