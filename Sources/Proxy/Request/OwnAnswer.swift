// A value. Answers that larder makes itself: short texts for people, which no cache keeps.

import HTTPCaching
import HTTPMessage
import NIOCore

/// Answers that larder makes itself.
enum OwnAnswer {
    /// Head and body of a short text answer.
    static func bytes(
        _ status: Int,
        _ text: String,
        more: Fields = Fields(),
        cacheStatus: CacheStatus? = nil,
        persistence: HeadWriter.Persistence,
        hasBody: Bool = true
    ) -> ByteBuffer {
        let body = "\(status) \(StatusText.reason(for: status))\n\(text)\n"
        var bytes = ByteBuffer(
            head: status,
            fields: Fields([
                ("Date", HTTPDate.format(SystemClock.now)), ("Content-Type", "text/plain; charset=utf-8"),
                ("Cache-Control", "no-store"),
            ])
        )
        HeadWriter.writeTail(
            into: &bytes,
            framing: .length(Int64(body.utf8.count)),
            age: nil,
            status: cacheStatus,
            more: more,
            persistence: persistence
        )
        if hasBody { bytes.writeString(body) }
        return bytes
    }
}
