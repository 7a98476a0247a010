// Value. One request to be answered by the first origin of the list that can.
// Made by the Proxy, consumed by `Origins.send`.

public import HTTPMessage

/// A request to the list of origins.
public struct OriginRequest: Sendable {
    /// Which of the lists of origins is asked.
    public var list: Int
    /// The method token, as the client sent it.
    public var method: String
    /// The normalized path and query; begins with "/", holds only visible ASCII.
    public var target: String
    /// The client's Host, for origins with `hostHeader: .client`.
    public var clientHost: String?
    /// The end-to-end fields to send, conditionals and Via included.
    ///
    /// Host, framing and hop-by-hop fields are dropped.
    public var fields: Fields
    /// The index of the origin to ask first: the one that gave what is stored; nil keeps the list's order.
    public var preferred: Int?
    /// The Last-Modified of what is stored: an older copy is an answer only where the authoritative origin gives it.
    public var notOlderThan: WallTime?
    /// There is something to serve if nobody answers: origins that are left alone are not asked for want of another.
    public var hasFallback: Bool
    /// The content; a request with one is sent to one origin only, once.
    public var body: OriginRequestBody?
    /// Unsafe methods: the first authoritative origin only, on a new connection, never retried.
    public var onlyFirst: Bool
    /// The content is sent once the origin has said 100 (Continue), or after a second (RFC 9110 §10.1.1).
    public var expectsContinue: Bool
    /// A trailer section is welcome: sends `TE: trailers` (RFC 9110 §10.1.4).
    public var acceptsTrailers: Bool

    /// Makes a request.
    public init(
        list: Int = 0,
        method: String = "GET",
        target: String,
        clientHost: String? = nil,
        fields: Fields = Fields(),
        preferred: Int? = nil,
        notOlderThan: WallTime? = nil,
        hasFallback: Bool = false,
        body: OriginRequestBody? = nil,
        onlyFirst: Bool = false,
        expectsContinue: Bool = false,
        acceptsTrailers: Bool = false
    ) {
        self.list = list
        self.method = method
        self.target = target
        self.clientHost = clientHost
        self.fields = fields
        self.preferred = preferred
        self.notOlderThan = notOlderThan
        self.hasFallback = hasFallback
        self.body = body
        self.onlyFirst = onlyFirst
        self.expectsContinue = expectsContinue
        self.acceptsTrailers = acceptsTrailers
    }

    /// Whether one origin is asked, once.
    var isSingle: Bool { onlyFirst || body != nil }
}
