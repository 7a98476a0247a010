// Shared, immutable. One request to be answered by the first origin of the list that can. One object, since it goes
// through many hands. Made by the Proxy, consumed by `Origins.send`.

public import HTTPMessage

/// A request to the list of origins.
public final class OriginRequest: Sendable {
    /// Which of the lists of origins is asked.
    public let list: Int
    /// The method token, as the client sent it.
    public let method: String
    /// The normalized path and query; begins with "/", holds only visible ASCII.
    public let target: String
    /// The client's Host, for origins with `hostHeader: .client`.
    public let clientHost: String?
    /// The end-to-end fields to send, conditionals and Via included.
    ///
    /// Host, framing and hop-by-hop fields are dropped.
    public let fields: Fields
    /// The Range of the client for which the whole is asked for; `fields` have none then, or that of the rest of a stored part.
    ///
    /// A 206 that has this range is an answer although the origin was not asked for it.
    public let wantedRange: String?
    /// The index of the origin to ask first: the one that gave what is stored; nil keeps the list's order.
    public let preferred: Int?
    /// The Last-Modified of what is stored: an older copy is an answer only where the authoritative origin gives it.
    public let notOlderThan: WallTime?
    /// There is something to serve if nobody answers: origins that are backed off from are not asked for want of another.
    public let hasFallback: Bool
    /// The content; a request with one is sent to one origin only, once.
    public let body: OriginRequestBody?
    /// Unsafe methods: the first authoritative origin only, on a new connection, never retried.
    public let onlyFirst: Bool
    /// The content is sent once the origin has said 100 (Continue), or after a second (RFC 9110 §10.1.1).
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

    /// Whether one origin is asked, once.
    var isSingle: Bool { onlyFirst || body != nil }

    /// Whether method and target are valid, which libcurl does not check.
    var isSendable: Bool {
        guard FieldList.isToken(method), target.utf8.first == ASCII.slash else { return false }
        let bytes = target.utf8.span
        for index in bytes.indices where bytes[index] <= ASCII.space || bytes[index] >= ASCII.delete { return false }
        return true
    }
}
