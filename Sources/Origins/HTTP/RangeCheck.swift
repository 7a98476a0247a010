// Value. Whether the status and the range of an answer are ones that its request can have (RFC 9110 §14.4, §15.3.7,
// §15.5.17). Pure. Every kind of origin goes through it (`Attempt.received`). An answer that fails is malformed: passed
// on as it is, a part would be taken for the whole, or for another part.

import HTTPMessage

/// Judges the head of an answer by the Range of its request.
enum RangeCheck {
    /// What a head comes to.
    enum Verdict: Equatable {
        /// It is sound; a 206 of one range has a body of so many bytes.
        case sound(bodyLength: Int64?)
        case malformed(String)
    }

    /// Judges the final head of a response to a request, with the length that its body must have.
    static func verdict(on head: ReceivedHead, to request: OriginRequest) -> Verdict {
        guard head.status == 206 || head.status == 416 else { return .sound(bodyLength: nil) }
        let sent = request.fields.combined("Range")
        let verdict = verdict(on: head, sent: sent, wanted: request.wantedRange)
        if case .sound = verdict, request.method == "HEAD" { return .sound(bodyLength: nil) }
        return verdict
    }

    /// Judges a head.
    ///
    /// - Parameters:
    ///   - head: The final head.
    ///   - sent: The Range that the origin was sent; nil if there was none.
    ///   - wanted: The Range of the client on whose behalf the whole was asked for. An origin that guesses it right, or sends more,
    ///     has sent what was asked for in the end.
    /// - Returns: Whether it can be an answer; O(length of the fields) for a 206, O(1) for anything else.
    static func verdict(on head: ReceivedHead, sent: String?, wanted: String?) -> Verdict {
        switch head.status {
        case 206: verdict(onPart: head, sent: sent, wanted: wanted)
        case 416 where sent == nil: .malformed("416 to a request without Range")
        // Content-Range means nothing under any other status (RFC 9110 §14.4).
        default: .sound(bodyLength: nil)
        }
    }

    private static func verdict(onPart head: ReceivedHead, sent: String?, wanted: String?) -> Verdict {
        guard sent != nil || wanted != nil else { return .malformed("206 to a request without Range") }
        let values = head.fields.all("Content-Range")
        let type = FieldList.lowercased(head.fields.first("Content-Type") ?? "")
        if type.hasPrefix("multipart/byteranges") {
            // Only who asks for several ranges has to understand it (RFC 9110 §15.3.7.2); its parts are the client's to check.
            let isAskedFor = sent.flatMap { ByteRanges.specs($0) }.map { $0.count > 1 } ?? false
            return isAskedFor && values.isEmpty
                ? .sound(bodyLength: nil) : .malformed("multipart/byteranges to a request for one range")
        }
        guard values.count == 1 else { return .malformed("206 with \(values.count) Content-Range") }
        if let sent, let unit = foreignUnit(sent), unit == foreignUnit(values[0]) {
            // The origin understands it and larder need not (RFC 9110 §14.4).
            return .sound(bodyLength: nil)
        }
        guard let content = ContentRange.parse(values[0]), let range = content.range else {
            return .malformed("206 with Content-Range \(values[0].prefix(64))")
        }
        let asked = [sent, wanted].compactMap { $0 }.flatMap { ByteRanges.specs($0) ?? [] }
        guard asked.contains(where: { includes(content, $0) }) else { return .malformed("206 of another range") }
        let count = range.upperBound - range.lowerBound + 1
        guard head.contentLength ?? count == count else { return .malformed("Content-Length is not its range's") }
        return .sound(bodyLength: count)
    }

    /// Whether a part has all that a range asks for.
    ///
    /// A smaller part, which RFC 9110 §15.3.7 lets a server send, is not passed on: who asked would have to look to notice.
    private static func includes(_ content: ContentRange, _ spec: ByteRanges.Spec) -> Bool {
        guard let range = content.range else { return false }
        if let length = content.completeLength {
            guard let wanted = spec.resolved(in: length) else { return false }
            return range.lowerBound <= wanted.lowerBound && wanted.upperBound <= range.upperBound
        }
        // Where the length is not known, only what was named can be found again.
        guard case .offsets(let first, let last) = spec else { return false }
        return range.lowerBound <= first && (last ?? first) <= range.upperBound
    }

    /// The range unit of a Range or Content-Range, in lower case, where it is another than bytes.
    private static func foreignUnit(_ value: String) -> String? {
        let unit = FieldList.lowercased(String(value.prefix { $0 != "=" && $0 != " " }))
        return unit == "bytes" || !FieldList.isToken(unit) ? nil : unit
    }
}
