// Shared, never changed. A response's head as received, before it is decided whether the client gets it; one object, since it
// goes through many hands.

import HTTPMessage

/// The head of one origin's answer.
final class OriginHead: Sendable, Equatable {
    let status: Int
    let reason: String
    let fields: Fields
    let contentLength: Int64?
    /// The version of HTTP that it came in.
    let version: Via.ReceivedVersion

    /// Makes a head.
    init(
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

    /// The same head.
    static func == (left: OriginHead, right: OriginHead) -> Bool {
        left.status == right.status && left.reason == right.reason && left.fields == right.fields
            && left.contentLength == right.contentLength && left.version == right.version
    }
}

extension OriginHead {
    /// A head of larder's own without a body, in the name of an origin that is not, or cannot be, asked.
    static func refusal(_ status: Int, at now: WallTime, more: Fields = Fields()) -> OriginHead {
        var fields = Fields()
        fields.append(name: "Date", value: HTTPDate.format(now))
        fields.append(name: "Content-Length", value: "0")
        if status == 405 { fields.append(name: "Allow", value: "GET, HEAD") }
        fields.append(contentsOf: more)
        let reason =
            switch status {
            case 405: "Method Not Allowed"
            case 416: "Range Not Satisfiable"
            default: "Not Found"
            }
        return OriginHead(status: status, reason: reason, fields: fields, contentLength: 0)
    }
}
