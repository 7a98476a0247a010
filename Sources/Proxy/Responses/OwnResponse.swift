// Value. Responses that larder makes itself: short texts for people, which no cache stores.

import HTTPCaching
import HTTPMessage
import NIOCore

/// Makes larder's own responses.
enum OwnResponse {
    /// Head and body of a short text response, with the reason in Proxy-Status (RFC 9209) unless `more` has it.
    static func bytes(
        _ status: Int,
        _ text: String,
        more: Fields = Fields(),
        cacheStatus: CacheStatus? = nil,
        persistence: HeadWriter.Persistence,
        hasBody: Bool = true,
        at now: WallTime
    ) -> ByteBuffer {
        var more = more
        if !more.contains("Proxy-Status") { more.append(name: "Proxy-Status", value: proxyStatus(error(status))) }
        let body = "\(status) \(StatusText.reason(for: status))\n\(text)\n"
        var bytes = ByteBuffer(
            head: status,
            fields: Fields([
                ("Date", HTTPDate.format(now)), ("Content-Type", "text/plain; charset=utf-8"),
                ("Cache-Control", "no-store"),
            ])
        )
        var room: [UInt8] = []
        HeadWriter.writeTail(
            into: &bytes,
            by: &room,
            framing: .length(Int64(body.utf8.count)),
            age: nil,
            status: cacheStatus,
            more: more,
            persistence: persistence
        )
        if hasBody { bytes.writeString(body) }
        return bytes
    }

    /// The Proxy-Status member that larder adds.
    static func proxyStatus(_ error: String) -> String { "\(CacheStatus.identity); error=\(error)" }

    /// The error type of a response for which no origin was asked (RFC 9209 §2.3).
    private static func error(_ status: Int) -> String {
        switch status {
        case 400...499: "http_request_error"
        case 503: "connection_limit_reached"
        default: "proxy_internal_response"
        }
    }
}
