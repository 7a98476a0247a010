// Value. The rows of the limits. Each limit has a counter of the same name that counts how often it was reached.

extension Table {
    private static let row = Rows(sample: Configuration(), prefix: "")

    private static let second = Duration.seconds(1)
    private static let brief = Duration.milliseconds(100)

    /// The settings under `limits`.
    static let limits = heads + waits + fills

    private static let heads: [Setting<Configuration>] = [
        row("limits.head_size", \.limits.headSize, .size(1024...1 << 20), .reload, "The largest request head."),
        row("limits.fields", \.limits.fields, .count(10...1000), .reload, "The most fields in a request head."),
        row(
            "limits.target_size",
            \.limits.targetSize,
            .size(256...1 << 16),
            .reload,
            "The longest request target; at most `limits.head_size`."
        ),
        row(
            "limits.request_body",
            \.limits.requestBody,
            .size(0...1 << 40),
            .reload,
            "The largest request body that is forwarded to an origin."
        ),
        row(
            "limits.connections",
            \.limits.connections,
            .count(1...1_000_000),
            .reload,
            "The most client connections at a time."
        ),
        row(
            "limits.pipelined",
            \.limits.pipelined,
            .count(1...1000),
            .reload,
            "The most requests that a client may send on a connection before it gets the responses; larder reads further ones only after it has responded."
        ),
    ]

    private static let waits: [Setting<Configuration>] = [
        row(
            "limits.head_timeout",
            \.limits.headTimeout,
            .duration(brief...second * 300),
            .reload,
            "How long the head of a request may take from its first byte."
        ),
        row(
            "limits.idle_timeout",
            \.limits.idleTimeout,
            .duration(brief...second * 3600),
            .reload,
            "How long an idle connection stays open."
        ),
        row(
            "limits.send_timeout",
            \.limits.sendTimeout,
            .duration(brief...second * 3600),
            .reload,
            "How long a client may take nothing although bytes are ready for it; a client that takes bytes, however slowly, is not cut off."
        ),
        row(
            "limits.drain_timeout",
            \.limits.drainTimeout,
            .duration(.zero...second * 3600),
            .reload,
            "How long requests in progress may take after a stop was requested; then they are cut off."
        ),
    ]

    private static let fills: [Setting<Configuration>] = [
        row(
            "limits.fills",
            \.limits.fills,
            .count(1...1_000_000),
            .reload,
            "The most fills in progress; a further response is neither shared nor stored."
        ),
        row(
            "limits.follower_deadline",
            \.limits.followerDeadline,
            .duration(brief...second * 3600),
            .reload,
            "How long a follower waits for its leader before it fetches the picture itself."
        ),
        row(
            "limits.fill_memory",
            \.limits.fillMemory,
            .size(1 << 20...1 << 40),
            .reload,
            "The most bytes of bodies that fills in progress hold in memory."
        ),
        row(
            "limits.held_up_memory",
            \.limits.heldUpMemory,
            .size(0...1 << 40),
            .reload,
            "The most memory for bodies that are not stored and whose clients are slow; larder holds them there while other requests wait for the origin's connections."
        ),
    ]
}
