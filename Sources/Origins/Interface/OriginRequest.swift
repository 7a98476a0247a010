// Shared, immutable. One request, for the first origin of the list that can respond. A class, because it passes through
// many hands. Made by the proxy, consumed by `Origins.send`.

public import HTTPMessage

/// A request to the list of origins.
public final class OriginRequest: Sendable {
    /// The list of origins to ask.
    public let list: Int
    /// The method token, as the client sent it.
    public let method: String
    /// The normalized path and query; begins with "/", contains only visible ASCII.
    public let target: String
    /// The client's Host, for origins with `hostHeader: .client`.
    public let clientHost: String?
    /// The end-to-end fields to send, including conditionals and Via.
    ///
    /// Host, framing and hop-by-hop fields are dropped.
    public let fields: Fields
    /// The client's Range, if larder requests the whole because of it; then `fields` have no Range, or that of the rest
    /// of a stored part.
    ///
    /// A 206 with this range is accepted although it was not requested.
    public let wantedRange: String?
    /// The index of the origin to ask first: the one that the stored response came from; nil keeps the list's order.
    public let preferred: Int?
    /// The Last-Modified of the stored response: an older copy is accepted only from the authoritative origin.
    public let notOlderThan: WallTime?
    /// A stale response is available; do not fall back to origins whose breaker is open.
    public let hasFallback: Bool
    /// The content; a request with one is sent to one origin only, once.
    public let body: OriginRequestBody?
    /// Unsafe methods: the first authoritative origin only, on a new connection, never retried.
    public let onlyFirst: Bool
    /// The content is sent after the origin's 100 (Continue), or after a second (RFC 9110 §10.1.1).
    public let expectsContinue: Bool
    /// A trailer section is welcome: sends `TE: trailers` (RFC 9110 §10.1.4).
    public let acceptsTrailers: Bool

    /// Makes a request.
    public init(
        list: Int = 0,
        method: String = "GET",
        target: String,
        clientHost: String? = nil,
        fields: Fields = Fields(),
        wantedRange: String? = nil,
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
        self.wantedRange = wantedRange
        self.preferred = preferred
        self.notOlderThan = notOlderThan
        self.hasFallback = hasFallback
        self.body = body
        self.onlyFirst = onlyFirst
        self.expectsContinue = expectsContinue
        self.acceptsTrailers = acceptsTrailers
    }

    /// The same request with other fields.
    ///
    /// - Parameter change: Changes the fields.
    /// - Returns: A new request.
    public func changing(_ change: (inout Fields) -> Void) -> OriginRequest {
        var changed = fields
        change(&changed)
        return OriginRequest(
            list: list,
            method: method,
            target: target,
            clientHost: clientHost,
            fields: changed,
            wantedRange: wantedRange,
            preferred: preferred,
            notOlderThan: notOlderThan,
            hasFallback: hasFallback,
            body: body,
            onlyFirst: onlyFirst,
            expectsContinue: expectsContinue,
            acceptsTrailers: acceptsTrailers
        )
    }

    /// Whether it is sent to a single origin, once.
    var isSingle: Bool { onlyFirst || body != nil }

    /// Whether it only reads.
    var isRead: Bool { method == "GET" || method == "HEAD" }

    /// Whether method and target are valid, which libcurl does not check.
    var isSendable: Bool {
        guard FieldList.isToken(method), target.utf8.first == ASCII.slash else { return false }
        let bytes = target.utf8.span
        for index in bytes.indices where bytes[index] <= ASCII.space || bytes[index] >= ASCII.delete { return false }
        return true
    }
}
