// Value. What it takes to go on, from another origin, with a body that broke off: which bytes are wanted, and whether an
// answer has them of the same representation (RFC 9110 §14, §13.1.5). Pure.
//
// No If-Range is sent: where it fails the origin sends the whole, and where entity tags are each server's own (IIS) it
// always would. What comes is compared here instead, before a byte of it is used.

import HTTPMessage

/// A body under way that could be gone on with.
struct Resumption: Equatable {
    /// Those of the answer: read only once a body breaks off.
    private let answer: Fields
    private let completeLength: Int64?
    /// Where the body begins in its representation: above 0 for a part.
    private let first: Int64
    /// Where it ends; nil where the origin did not say.
    private let last: Int64?
    /// Bytes of the body so far.
    var received: Int64 = 0

    /// Looks at an answer; nil where its status or its range would let no other go on with it.
    init?(method: String, _ head: OriginHead) {
        guard method == "GET" else { return nil }
        switch head.status {
        case 200:
            completeLength = head.contentLength
            (first, last) = (0, head.contentLength.map { $0 - 1 })
        case 206:
            guard let part = Self.part(head), let range = part.range else { return nil }
            completeLength = part.completeLength
            (first, last) = (range.lowerBound, range.upperBound)
        default: return nil
        }
        answer = head.fields
    }

    /// The strong entity tag as it was sent.
    private var etag: String? { Self.strongTag(answer) }
    private var lastModified: String? { answer.first("Last-Modified") }

    /// Whether it can be told of another answer that it is of the same representation.
    var isComparable: Bool { etag != nil || (lastModified != nil && completeLength != nil) }

    /// Whether all of the body is there; nil where its length is not known.
    var isComplete: Bool? { last.map { received == $0 - first + 1 } }

    /// The fields of a request for the rest: no condition, but the range.
    func fields(from request: Fields) -> Fields {
        var fields = request
        for name in Self.conditions { fields.removeAll(name) }
        fields.set("Range", "bytes=\(first + received)-\(last.map(String.init) ?? "")")
        return fields
    }

    private static let conditions = [
        "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range",
    ]

    /// How many bytes of an answer's body to leave out before it goes on where this one broke off.
    ///
    /// - Parameter head: The head of the answer to a request for the rest.
    /// - Returns: nil where the answer is of another representation, or not of the bytes wanted.
    func bytesToSkip(in head: OriginHead) -> Int64? {
        let length: Int64?
        let skip: Int64
        switch head.status {
        case 200:
            // It knows no ranges, or would not: then the whole is good enough.
            guard last.map({ $0 + 1 == completeLength }) ?? true else { return nil }
            (length, skip) = (head.contentLength, first + received)
        case 206:
            guard let part = Self.part(head), let range = part.range, range.lowerBound == first + received,
                last.map({ $0 == range.upperBound }) ?? true
            else { return nil }
            (length, skip) = (part.completeLength, 0)
        default: return nil
        }
        guard answer.combined("Content-Encoding") == head.fields.combined("Content-Encoding") else { return nil }
        if let length, let completeLength, length != completeLength { return nil }
        if let etag, etag == Self.strongTag(head.fields) { return skip }
        guard let lastModified, lastModified == head.fields.first("Last-Modified"), let completeLength else {
            return nil
        }
        return length == completeLength ? skip : nil
    }

    private static func part(_ head: OriginHead) -> ContentRange? {
        let values = head.fields.all("Content-Range")
        return values.count == 1 ? ContentRange.parse(values[0]) : nil
    }

    private static func strongTag(_ fields: Fields) -> String? {
        guard let text = fields.first("ETag"), let tag = EntityTag.parse(text), !tag.isWeak else { return nil }
        return text
    }
}
