// value
// The rows of an origin and of the access log, which have tables of their own because they repeat or may be absent.

extension Table {
    private static let second = Duration.seconds(1)
    private static let brief = Duration.milliseconds(100)

    static func makeOrigin() -> [Setting<Configuration.Origin>] {
        let row = Rows(sample: sampleOrigin, prefix: "origins[].")
        return [
            row(
                "url",
                \.url,
                .url,
                .restart,
                "Where the pictures are; a relative `file:` URL starts from the configuration file's directory.",
                default: "required"
            ),
            row(
                "authoritative",
                \.isAuthoritative,
                .boolean,
                .restart,
                "Whether its 404 is an answer; another's means \"not here, ask the next\".",
                default: "true for the first origin, false for the others"
            ),
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
            row("connections", \.connections, .count(1...10_000), .restart, "The most connections to it at a time."),
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
            row(
                "host_header",
                \.hostHeader,
                .host,
                .restart,
                "What goes into Host: the URL's host, the client's (then part of the cache key), or a fixed name."
            ),
            row("headers", \.headers, .fields, .restart, "Fields added to every request to it."),
            row(
                "ca_file",
                \.caFile,
                Form.path().optional(none: "the system's"),
                .restart,
                "A PEM file with the authorities to trust for `https`."
            ),
        ]
    }

    static func makeAccessLog() -> [Setting<Configuration.AccessLog>] {
        let row = Rows(sample: sampleAccessLog, prefix: "access_log.")
        return [
            row(
                "path",
                \.path,
                .path(except: "-"),
                .restart,
                "The file, or `-` for standard output.",
                default: "required"
            ),
            row("format", \.format, .anyCase, .restart, "The form of a line."),
            row(
                "buffer",
                \.buffer,
                .size(0...16 << 20),
                .restart,
                "The bytes of lines that are gathered before they are written; they are written after a second in any case, and each at once with `0`."
            ),
        ]
    }
}
