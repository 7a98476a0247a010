// A value. A stored part and a new one of the same version, put together (RFC 9111 §3.4).

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins

/// What two parts make together: the new bytes come between two pieces of the stored ones, either of which may be empty.
struct Combination {
    /// The head of both together: 200 where they are the whole, else 206.
    let response: OriginResponse
    let prefix: ByteBuffer
    let suffix: ByteBuffer

    /// Puts them together; nil where they are not of one version (`Validators`), do not touch, or the new one is one person's.
    ///
    /// - Parameters:
    ///   - stored: The stored part.
    ///   - body: Its bytes.
    ///   - newer: The head of the new part.
    ///   - isSameOrigin: Whether both came from one origin.
    init?(_ stored: Stored, _ body: ByteBuffer, with newer: OriginResponse, isSameOrigin: Bool) {
        guard let old = stored.part, let new = StoredPart(status: newer.status, fields: newer.fields),
            newer.contentLength == Int64(new.range.count), !ConnectionIdentity.isAskedFor(in: newer.fields),
            old.validators(stored.fields).mayJoin(new.validators(newer.fields), isSameOrigin: isSameOrigin),
            let all = old.combined(with: new),
            let prefix = Self.bytes(body, of: old, from: all.range.lowerBound, to: new.range.lowerBound),
            let suffix = Self.bytes(body, of: old, from: new.range.upperBound + 1, to: all.range.upperBound + 1)
        else { return nil }
        var former = stored.fields
        former.removeLast("Via")  // larder's own, which the new response gets again
        var fields = Freshening.freshen(former, with: newer.fields)
        if let age = newer.fields.first("Age") { fields.append(name: "Age", value: age) }
        fields.removeAll("Content-Range")
        if !all.isWhole {
            let range = ContentRange(range: all.range, completeLength: all.completeLength)
            fields.append(name: "Content-Range", value: range.value)
        }
        var response = newer
        response.status = all.isWhole ? 200 : 206
        response.reason = StatusText.reason(for: response.status)
        response.fields = fields
        response.contentLength = Int64(all.range.count)
        self.response = response
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The stored bytes between two offsets; none where the new part begins or ends beyond the old one.
    private static func bytes(_ body: ByteBuffer, of part: StoredPart, from: Int64, to: Int64) -> ByteBuffer? {
        guard from < to else { return ByteBuffer() }
        let start = body.readerIndex + Int(from - part.range.lowerBound)
        return body.getSlice(at: start, length: Int(to - from))
    }
}
