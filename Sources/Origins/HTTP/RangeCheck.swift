// Value. Whether the status and the range of a response are possible for its request (RFC 9110 §14.4, §15.3.7,
// §15.5.17). Pure. Responses of every kind of origin are checked (`Attempt.received`). A response that fails is
// malformed: if it were forwarded, a part could be mistaken for the whole, or for another part.

import HTTPMessage

/// Judges the head of a response by the Range of its request.
enum RangeCheck {
    /// The result for a head.
    enum Verdict: Equatable {
        /// It is sound; a 206 of one range has a body of this length.
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
    ///   - wanted: The Range of the client for which the whole was requested. An origin that sends this range, or more,
    ///     has sent the bytes that the client needs.
    /// - Returns: Whether it can be the response; O(length of the fields) for a 206, O(1) for anything else.
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
            // Only a client that requests several ranges must understand it (RFC 9110 §15.3.7.2); the client checks its
            // parts.
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

    /// Whether a part has all the bytes that a range requests.
    ///
    /// A smaller part, which RFC 9110 §15.3.7 lets a server send, is not forwarded: the client would have to look
    /// closely to notice.
    private static func includes(_ content: ContentRange, _ spec: ByteRanges.Spec) -> Bool {
        guard let range = content.range else { return false }
        if let length = content.completeLength {
            guard let wanted = spec.resolved(in: length) else { return false }
            return range.lowerBound <= wanted.lowerBound && wanted.upperBound <= range.upperBound
        }
        // If the length is unknown, only explicit offsets can be compared.
        guard case .offsets(let first, let last) = spec else { return false }
        return range.lowerBound <= first && (last ?? first) <= range.upperBound
    }

    /// The range unit of a Range or Content-Range, in lower case, if it is not bytes.
    private static func foreignUnit(_ value: String) -> String? {
        let unit = FieldList.lowercased(String(value.prefix { $0 != "=" && $0 != " " }))
        return unit == "bytes" || !FieldList.isToken(unit) ? nil : unit
    }
}
