// Value. The shape of the response to a plain, fresh hit, decided over the bytes in place.
//
// It handles the most common requests besides plain ones: one condition by an entity tag or a date, or one range.
// Planner, Conditional and ByteRanges, which read fields, handle the rest. Invariant: whenever this decides, it decides
// as they do.

public import HTTPMessage

/// The shape of the response to a hit.
public enum HitShape: Sendable, Equatable {
    /// The stored response as it is.
    case whole
    /// 304: the client has it (RFC 9110 §13.1.2, §13.1.3).
    case notModified
    /// 206: these bytes of it (RFC 9110 §14.2).
    case part(Range<Int64>)

    /// The bytes of a 206; nil for the others.
    public var part: Range<Int64>? { if case .part(let range) = self { range } else { nil } }

    /// The marks that are handled here; a request with any other mark of `shapesReuse` is not.
    public static let marks: RequestHead.Marks = [.ifNoneMatch, .ifModifiedSince, .range]

    /// Decides.
    ///
    /// No allocation unless only a date can be compared.
    /// - Parameters:
    ///   - head: A GET's head; its marks in `shapesReuse` are among `marks`.
    ///   - request: The bytes it was parsed from.
    ///   - stored: Status line and field lines of a stored 200.
    ///   - places: The places of the bytes that a 304 needs, if known.
    ///   - length: Bytes of its body.
    /// - Returns: The shape; nil if fields must be read for it.
    public static func decide(
        _ head: RequestHead,
        _ request: RawSpan,
        stored: RawSpan,
        places: NotModifiedPlaces? = nil,
        length: Int64
    ) -> HitShape? {
        let marks = head.marks.intersection(.shapesReuse)
        if marks.isEmpty { return .whole }
        if marks == .range { return part(head, request, length) }
        // A condition that does not hold is less usual, with or without a range.
        guard !marks.contains(.range) else { return nil }
        if marks.contains(.ifNoneMatch) {
            guard let tag = places?.entityTag ?? StoredHead.entityTag(stored),
                request.extracting(head.shaping).equals(stored.extracting(tag))
            else { return nil }
            return .notModified
        }
        guard let modified = FieldLine.only("last-modified", in: stored, StoredHead.fieldLines(stored)),
            request.extracting(head.shaping).equals(stored.extracting(modified)),
            HTTPDate.parse(head.text(head.shaping, in: request)) != nil
        else { return nil }
        return .notModified
    }

    /// One range of bytes whose first byte is inside the body, or that is a suffix of it.
    private static func part(_ head: RequestHead, _ request: RawSpan, _ length: Int64) -> HitShape? {
        let value = head.shaping
        guard value.count > 6, length > 0,
            request.matches(value.prefix(6), lowercased: "bytes=")
        else { return nil }
        var position = value.lowerBound + 6
        let first = number(request, &position, value.upperBound)
        guard position < value.upperBound, request.byte(at: position) == UInt8(ascii: "-") else { return nil }
        position += 1
        let isOpen = position == value.upperBound
        let last = number(request, &position, value.upperBound)
        guard position == value.upperBound else { return nil }
        switch (first, last) {
        case (.some(let first), .some(let last)) where first <= last && first < length:
            return .part(first..<min(last + 1, length))
        case (.some(let first), nil) where isOpen && first < length: return .part(first..<length)
        case (nil, .some(let suffix)) where suffix > 0: return .part(max(0, length - suffix)..<length)
        default: return nil
        }
    }

    /// The number at a position, which then moves past it; nil if there is none, or more than 18 digits.
    private static func number(_ span: RawSpan, _ position: inout Int, _ end: Int) -> Int64? {
        let start = position
        var value: Int64 = 0
        while position < end, position - start < 18 {
            let digit = span.byte(at: position) &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value * 10 + Int64(digit)
            position += 1
        }
        return position > start ? value : nil
    }
}
