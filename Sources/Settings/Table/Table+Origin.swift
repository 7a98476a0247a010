// value
// The rows of an origin, which has a table of its own because it repeats.

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
            "Where the pictures are, with what goes before each path; a relative `file:` URL starts from the configuration file's directory.",
            default: "required"
        ),
        row(
            "strip",
            \.strip,
            Form.strip.optional(),
            .restart,
            "What the path loses in front before the URL's path goes there; paths that do not begin so are not asked of this origin."
        ),
        row(
            "prefix",
            \.prefix,
            Form.strip.optional(),
            .restart,
            "What goes in front of each path, behind the path of `url`: the same as writing it at the end of `url`."
        ),
        row(
            "authoritative",
            \.isAuthoritative,
            .boolean,
            .restart,
            "Whether its 404 is an answer; another's means \"not here, ask the next\".",
            default: "true for the first origin, false for the others"
        ),
    ]

    private static let waits: [Setting<Configuration.Origin>] = [
        row(
            "connect_timeout",
            \.connectTimeout,
            .duration(brief...second * 300),
            .restart,
            "How long connecting may take, TLS included."
        ),
        row(
            "first_byte_timeout",
            \.firstByteTimeout,
            .duration(brief...second * 3600),
            .restart,
            "How long the response head may take once the request is sent."
        ),
        row(
            "stall_timeout",
            \.stallTimeout,
            .duration(second...second * 3600),
            .restart,
            "How long a body may stand still."
        ),
        row(
            "hedge_after",
            \.hedgeDelay,
            .hedgeDelay,
            .restart,
            "How late its answer may begin before the next origin is asked too; the first good answer is taken."
        ),
        row(
            "probe",
            \.probePath,
            Form.target.optional(),
            .restart,
            "A path that is asked for (HEAD) to see whether it is well: 200 to 399 is."
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
            "The most requests in progress at a time: each has a connection, with HTTP/2 they share a few."
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
            "How long they wait before the next origin is asked."
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
            "How many redirects in a row are followed, with the same scheme, to public addresses and to other origins; `0` passes redirects on."
        ),
        row(
            "host_header",
            \.hostHeader,
            .host,
            .restart,
            "What goes into Host: the URL's host, the client's (then part of the cache key, in one spelling), or a fixed name."
        ),
        row(
            "headers",
            \.headers,
            .fields,
            .restart,
            "Fields added to every request to it; a value is a text, `{file: PATH}` or `{env: NAME}`."
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
            "A PEM file with the certificate to show to the origin, and its chain."
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
            "What the private key is encrypted with."
        ),
        row(
            "server_name",
            \.serverName,
            Form.serverName.optional(none: "the URL's host"),
            .restart,
            "The name for SNI and for the check of the origin's certificate."
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
                none: "required without an endpoint, else \(Configuration.ObjectStore.standardRegion)"
            ),
            .restart,
            "The bucket's region."
        ),
        row(
            "s3.path_style",
            \.s3.pathStyle,
            Form.boolean.optional(none: "true with an endpoint or a dot in the bucket's name"),
            .restart,
            "Whether the bucket goes into the path, `https://host/bucket/…`, rather than into the host."
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
            "What 403 means: that larder is not let in, or that the picture is missing, which S3 says so to who may not list the bucket."
        ),
    ]
}
