// value
// The rows of the bounds: each has a counter of the same name for reaching it.

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
            "The largest request body that is passed on to an origin."
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
            "The most requests that a connection may send ahead of their answers before it is read no further."
        ),
    ]

    private static let waits: [Setting<Configuration>] = [
        row(
            "limits.head_timeout",
            \.limits.headTimeout,
            .duration(brief...second * 300),
            .reload,
            "How long a request head may take from its first byte."
        ),
        row(
            "limits.idle_timeout",
            \.limits.idleTimeout,
            .duration(brief...second * 3600),
            .reload,
            "How long a connection is kept without a request."
        ),
        row(
            "limits.send_timeout",
            \.limits.sendTimeout,
            .duration(brief...second * 3600),
            .reload,
            "How long a client may take none of the bytes that are ready for it; one that takes some, however slowly, is not cut off."
        ),
        row(
            "limits.drain_timeout",
            \.limits.drainTimeout,
            .duration(.zero...second * 3600),
            .reload,
            "How long requests in progress may take once larder is told to stop."
        ),
    ]

    private static let fills: [Setting<Configuration>] = [
        row("limits.fills", \.limits.fills, .count(1...1_000_000), .reload, "The most fills in progress."),
        row(
            "limits.follower_deadline",
            \.limits.followerDeadline,
            .duration(brief...second * 3600),
            .reload,
            "How long a follower waits for its leader before it fetches for itself."
        ),
        row(
            "limits.fill_memory",
            \.limits.fillMemory,
            .size(1 << 20...1 << 40),
            .reload,
            "The bytes of bodies that fills in progress may hold in memory."
        ),
        row(
            "limits.held_up_memory",
            \.limits.heldUpMemory,
            .size(0...1 << 40),
            .reload,
            "The bytes of bodies that are not stored which slow clients have yet to take, held in memory while others wait for the origin's connections."
        ),
    ]
}
