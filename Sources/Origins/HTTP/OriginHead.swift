// Value. A response's head as received, before it is decided whether the client gets it.

import HTTPMessage

/// The head of one origin's answer.
struct OriginHead: Sendable, Equatable {
    var status: Int
    var reason: String
    var fields: Fields
    var contentLength: Int64?
    /// The version of HTTP that it came in.
    var version = Via.ReceivedVersion.http11
}

extension OriginHead {
    /// A head of larder's own without a body, in the name of an origin that is not, or cannot be, asked.
    static func refusal(_ status: Int, at now: WallTime) -> OriginHead {
        var fields = Fields()
        fields.append(name: "Date", value: HTTPDate.format(now))
        fields.append(name: "Content-Length", value: "0")
        if status == 405 { fields.append(name: "Allow", value: "GET, HEAD") }
        let reason =
            switch status {
            case 405: "Method Not Allowed"
            case 416: "Range Not Satisfiable"
            default: "Not Found"
            }
        return OriginHead(status: status, reason: reason, fields: fields, contentLength: 0)
    }
}
