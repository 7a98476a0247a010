// Value. The rows of an origin, which has a table of its own because it repeats.

extension Table {
    private static let row = Rows(sample: sampleOrigin, prefix: "origins[].")
    private static let second = Duration.seconds(1)
    private static let brief = Duration.milliseconds(100)

    /// The settings of an item of `origins`.
    static let origin = place + waits + requests + tls + store

    private static let place: [Setting<Configuration.Origin>] = [
        row(
            "url",
            \.url,
            .url,
            .restart,
            "The URL of the pictures; its path goes before each request's path; a relative `file:` URL starts from the directory of the configuration file.",
            default: "required"
        ),
        row(
            "strip",
            \.strip,
            Form.strip.optional(),
            .restart,
            "The prefix that is removed from a request's path before the URL's path is put in front; requests without the prefix do not go to this origin."
        ),
        row(
            "prefix",
            \.prefix,
            Form.strip.optional(),
            .restart,
            "A prefix for each path, after the path of `url`: the same as writing it at the end of `url`."
        ),
        row(
            "authoritative",
            \.isAuthoritative,
            .boolean,
            .restart,
            "Whether its 404 is final; a 404 of another origin means \"not here, ask the next\".",
            default: "true for the first origin, false for the others"
        ),
    ]

    private static let waits: [Setting<Configuration.Origin>] = [
        row(
            "connect_timeout",
            \.connectTimeout,
            .duration(brief...second * 300),
            .restart,
            "How long connecting may take, including TLS."
        ),
        row(
            "first_byte_timeout",
            \.firstByteTimeout,
            .duration(brief...second * 3600),
            .restart,
            "How long the head of the response may take after the request is sent."
        ),
        row(
            "stall_timeout",
            \.stallTimeout,
            .duration(second...second * 3600),
            .restart,
            "How long the body of a response may make no progress."
        ),
        row(
            "hedge_after",
            \.hedgeDelay,
            .hedgeDelay,
            .restart,
            "How late its response may begin before the next origin gets the request too; the first good response is used."
        ),
        row(
            "probe",
            \.probePath,
            Form.target.optional(),
            .restart,
            "A path to request with HEAD, to find out whether the origin works; a status from 200 to 399 means that it does."
        ),
        row(
            "probe_interval",
            \.probeInterval,
            .duration(brief...second * 3600),
            .restart,
            "The time between two probes."
        ),
        row(
            "connections",
            \.connections,
            .count(1...10_000),
            .restart,
            "The most requests in progress at a time; each has a connection of its own, but with HTTP/2 they share a few."
        ),
        row(
            "queue",
            \.queue,
            .count(0...1_000_000),
            .restart,
            "The most requests that wait for one of its connections."
        ),
        row(
            "queue_timeout",
            \.queueTimeout,
            .duration(brief...second * 300),
            .restart,
            "How long a request waits for a connection before the next origin gets it."
        ),
    ]

    private static let requests: [Setting<Configuration.Origin>] = [
        row(
            "http2",
            \.http2,
            .boolean,
            .restart,
            "Whether HTTP/2 is used with an `https` origin that offers it."
        ),
        row(
            "follow_redirects",
            \.followRedirects,
            .count(0...10),
            .restart,
            "How many redirects in a row larder follows; it follows them only with the same scheme, to public addresses or to other origins; with `0` the client gets the redirect."
        ),
        row(
            "host_header",
            \.hostHeader,
            .host,
            .restart,
            "The Host field: the URL's host, the client's (then it is part of the cache key, in one spelling), or a fixed name."
        ),
        row(
            "headers",
            \.headers,
            .fields,
            .restart,
            "Fields that are added to every request to it; a value is a text, `{file: PATH}` or `{env: NAME}`."
        ),
    ]

    private static let tls: [Setting<Configuration.Origin>] = [
        row(
            "ca_file",
            \.caFile,
            Form.path().optional(none: "the system's"),
            .restart,
            "A PEM file with the authorities to trust for `https`."
        ),
        row(
            "client_certificate",
            \.clientCertificate,
            Form.path().optional(),
            .restart,
            "A PEM file with larder's certificate for the origin, and its chain."
        ),
        row(
            "client_key",
            \.clientKey,
            Form.path().optional(none: "in client_certificate"),
            .restart,
            "A PEM file with the private key of `client_certificate`."
        ),
        row(
            "client_key_passphrase",
            \.clientKeyPassphrase,
            Form.credential().optional(),
            .restart,
            "The passphrase of the private key."
        ),
        row(
            "server_name",
            \.serverName,
            Form.serverName.optional(none: "the URL's host"),
            .restart,
            "The name in SNI and in the check of the origin's certificate."
        ),
    ]

    private static let store: [Setting<Configuration.Origin>] = [
        row(
            "s3.endpoint",
            \.s3.endpoint,
            Form.endpoint.optional(none: "Amazon's, by region"),
            .restart,
            "The server of an `s3` URL's bucket."
        ),
        row(
            "s3.region",
            \.s3.region,
            Form.region.optional(
                none: "required without an endpoint, else \(Configuration.S3.standardRegion)"
            ),
            .restart,
            "The bucket's region."
        ),
        row(
            "s3.path_style",
            \.s3.pathStyle,
            Form.boolean.optional(none: "true with an endpoint or a dot in the bucket's name"),
            .restart,
            "Whether the bucket is in the path, `https://host/bucket/…`, instead of the host."
        ),
        row("s3.access_key", \.s3.accessKey, .credential(allowsText: true), .restart, "The access key's name."),
        row("s3.secret_key", \.s3.secretKey, .credential(), .restart, "The secret access key."),
        row(
            "s3.session_token",
            \.s3.sessionToken,
            Form.credential().optional(none: "{env: AWS_SESSION_TOKEN} if it is set and access_key is at its default"),
            .restart,
            "The token of temporary credentials."
        ),
        row(
            "s3.forbidden",
            \.s3.forbidden,
            .anyCase,
            .restart,
            "How to treat 403: access failure, or missing object (S3 sends 403 to callers without list permission)."
        ),
    ]
}
