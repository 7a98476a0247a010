// Shared, immutable. The head of a response as received, before anyone decides whether the client gets it. A class,
// because one head passes through many hands.

/// A response head as received.
public final class ReceivedHead: Sendable, Equatable {
    public let status: Int
    public let reason: String
    public let fields: Fields
    /// nil if the body is delimited by chunking or by the end of the connection.
    public let contentLength: Int64?
    /// The HTTP version that the response was received with.
    public let version: Via.ReceivedVersion

    public init(
        status: Int,
        reason: String,
        fields: Fields,
        contentLength: Int64?,
        version: Via.ReceivedVersion = .http11
    ) {
        self.status = status
        self.reason = reason
        self.fields = fields
        self.contentLength = contentLength
        self.version = version
    }

    public static func == (left: ReceivedHead, right: ReceivedHead) -> Bool {
        left.status == right.status && left.reason == right.reason && left.fields == right.fields
            && left.contentLength == right.contentLength && left.version == right.version
    }
}
