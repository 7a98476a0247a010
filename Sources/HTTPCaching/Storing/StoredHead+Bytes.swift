// Value. Makes the heads of 304 and 206 from a stored head's bytes, line by line. They are the same as
// `notModifiedFields` and range responses make from fields, without the fields.

import HTTPMessage

extension StoredHead {
    /// The place of the field lines of a stored head, behind its status line.
    ///
    /// - Parameter head: Status line and field lines.
    /// - Returns: Their range; empty if there are none.
    public static func fieldLines(_ head: RawSpan) -> Range<Int> {
        let end = head.firstIndex(of: 0x0A, in: 0..<head.byteCount)
        return min(end + 1, head.byteCount)..<head.byteCount
    }

    /// Writes a 304's status line and the stored field lines that it carries (RFC 9110 §15.4.5).
    ///
    /// - Parameters:
    ///   - head: Status line and field lines of what is stored.
    ///   - places: Where the lines stand in it, if that is known.
    ///   - bytes: Where they go.
    public static func writeNotModified(_ head: RawSpan, _ places: NotModifiedPlaces? = nil, into bytes: inout [UInt8])
    {
        bytes.append(literal: "HTTP/1.1 304 Not Modified\r\n")
        if let places { return places.writeLines(of: head, into: &bytes) }
        eachLineOfNotModified(head) { head.append($0, to: &bytes) }
    }

    /// Calls a closure with each line that a 304 carries, in order.
    static func eachLineOfNotModified(_ head: RawSpan, _ body: (Range<Int>) -> Void) {
        let fields = fieldLines(head)
        let hasTag = FieldLine.has("etag", in: head, fields)
        var position = fields.lowerBound
        while let (name, line) = FieldLine.nextName(head, &position, end: fields.upperBound) {
            if guides(name, head, hasTag: hasTag) { body(line) }
        }
    }

    /// The place of the entity tag; nil if there is none, more than one, or a malformed one.
    static func entityTag(_ head: RawSpan) -> Range<Int>? {
        FieldLine.only("etag", in: head, fieldLines(head)).flatMap { isEntityTag(head.extracting($0)) ? $0 : nil }
    }

    /// Whether a line guides a client's cache; Last-Modified only if there is no ETag.
    static func guides(_ name: Range<Int>, _ head: RawSpan, hasTag: Bool) -> Bool {
        func isNamed(_ wanted: StaticString) -> Bool { head.matches(name, lowercased: wanted) }
        return switch name.count {
        case 3: isNamed("via")
        case 4: isNamed("etag") || isNamed("date") || isNamed("vary")
        case 7: isNamed("expires")
        case 12: isNamed("cache-status")
        case 13: isNamed("cache-control") || (!hasTag && isNamed("last-modified"))
        case 16: isNamed("content-location")
        case 17: isNamed("cdn-cache-control")
        case 20: isNamed("larder-cache-control")
        default: false
        }
    }

    /// Writes a 206's status line, the stored field lines, and the fields that describe its part (RFC 9110 §15.3.7.1).
    ///
    /// - Parameters:
    ///   - part: The bytes it carries.
    ///   - length: Bytes of the whole body.
    ///   - head: Status line and field lines of the stored response.
    ///   - bytes: Where they go.
    public static func writePart(_ part: Range<Int64>, of length: Int64, _ head: RawSpan, into bytes: inout [UInt8]) {
        bytes.append(literal: "HTTP/1.1 206 Partial Content\r\n")
        let fields = fieldLines(head)
        var position = fields.lowerBound
        while let (name, line) = FieldLine.nextName(head, &position, end: fields.upperBound) {
            let isOther =
                head.matches(name, lowercased: "content-length") || head.matches(name, lowercased: "content-range")
            if !isOther { head.append(line, to: &bytes) }
        }
        bytes.append(literal: "Content-Range: bytes ")
        Decimal.write(part.lowerBound, into: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.write(part.upperBound - 1, into: &bytes)
        bytes.append(UInt8(ascii: "/"))
        Decimal.write(length, into: &bytes)
        bytes.append(literal: "\r\nContent-Length: ")
        Decimal.write(part.upperBound - part.lowerBound, into: &bytes)
        bytes.append(literal: "\r\n")
    }

    /// A well-formed entity tag, weak or strong (RFC 9110 §8.8.3).
    private static func isEntityTag(_ tag: RawSpan) -> Bool {
        let isWeak = tag.byteCount > 2 && tag.byte(at: 0) == UInt8(ascii: "W") && tag.byte(at: 1) == UInt8(ascii: "/")
        let start = isWeak ? 2 : 0
        guard tag.byteCount >= start + 2, tag.byte(at: start) == UInt8(ascii: "\""),
            tag.byte(at: tag.byteCount - 1) == UInt8(ascii: "\"")
        else { return false }
        for offset in start + 1..<tag.byteCount - 1 {
            let byte = tag.byte(at: offset)
            guard byte > 0x20, byte != UInt8(ascii: "\""), byte != 0x7F else { return false }
        }
        return true
    }
}
