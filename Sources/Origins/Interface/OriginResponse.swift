// Value. The head of the selected response, and how it was obtained.

public import HTTPMessage

/// The head of an origin's final response.
public struct OriginResponse: Sendable {
    /// 200…599: interim responses are never delivered.
    public var status: Int
    /// The reason phrase, possibly empty.
    public var reason: String
    /// All fields as received, hop-by-hop ones included; the body's transfer coding is already undone.
    public var fields: Fields
    /// The index in the list of the origin that responded.
    public var origin: Int
    /// The length the head declares, even if no body follows (HEAD, 304); nil if it declares none.
    public var contentLength: Int64?
    /// The HTTP version that it was received with, for Via (RFC 9110 §7.6.3).
    public var version: Via.ReceivedVersion
    /// When the request was sent.
    public var requestTime: WallTime
    /// When the head was received.
    public var responseTime: WallTime
    /// The origins asked, in order, including the one that responded.
    public var tried: [OriginAttempt]
    /// False if an origin that could not be asked might know better: for a 404 or 410, or a copy older than the stored
    /// one, from an origin that is not authoritative.
    public var isDefinitive: Bool

    /// Makes a response head.
    public init(
        status: Int,
        reason: String,
        fields: Fields,
        origin: Int,
        contentLength: Int64?,
        version: Via.ReceivedVersion,
        requestTime: WallTime,
        responseTime: WallTime,
        tried: [OriginAttempt],
        isDefinitive: Bool
    ) {
        self.status = status
        self.reason = reason
        self.fields = fields
        self.origin = origin
        self.contentLength = contentLength
        self.version = version
        self.requestTime = requestTime
        self.responseTime = responseTime
        self.tried = tried
        self.isDefinitive = isDefinitive
    }
}

extension OriginResponse {
    /// Makes the response from a head as received.
    init(
        _ head: ReceivedHead,
        origin: Int,
        requestTime: WallTime,
        responseTime: WallTime,
        tried: [OriginAttempt],
        isDefinitive: Bool
    ) {
        self.init(
            status: head.status,
            reason: head.reason,
            fields: head.fields,
            origin: origin,
            contentLength: head.contentLength,
            version: head.version,
            requestTime: requestTime,
            responseTime: responseTime,
            tried: tried,
            isDefinitive: isDefinitive
        )
    }
}
