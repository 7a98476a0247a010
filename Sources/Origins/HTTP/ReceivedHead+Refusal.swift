// Value. Heads that larder makes instead of an origin that cannot be asked or is a directory.

import HTTPMessage

extension ReceivedHead {
    /// A head without a body: 404, 405 or 416.
    static func refusal(_ status: Int, at now: WallTime, more: Fields = Fields()) -> ReceivedHead {
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
        return ReceivedHead(status: status, reason: reason, fields: fields, contentLength: 0)
    }
}
