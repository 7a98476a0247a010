// value: the heads of 304 and 206 made of a stored head's bytes, line by line: what `notModifiedFields` and the answers of
// ranges make of fields, without the fields.

import HTTPMessage

extension StoredHead {
    /// Where the field lines of a stored head stand: behind its status line.
    ///
    /// - Parameter head: Status line and field lines.
    /// - Returns: Where they stand; empty where there are none.
    public static func fieldLines(_ head: RawSpan) -> Range<Int> {
        let end = head.firstIndex(of: 0x0A, in: 0..<head.byteCount)
        return min(end + 1, head.byteCount)..<head.byteCount
    }

    /// Writes a 304's status line and the stored field lines that it carries (RFC 9110 §15.4.5).
    ///
    /// - Parameters:
    ///   - head: Status line and field lines of what is stored.
    ///   - bytes: Where they go.
    public static func writeNotModified(_ head: RawSpan, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "HTTP/1.1 304 Not Modified\r\n".utf8)
        let fields = fieldLines(head)
        let hasTag = FieldLine.has("etag", in: head, fields)
        var position = fields.lowerBound
        while let line = FieldLine.next(head, &position, end: fields.upperBound) {
            if guides(line, head, hasTag: hasTag) { head.append(line.line, to: &bytes) }
        }
    }

    /// Whether a line guides a client's cache; Last-Modified where there is no ETag.
    static func guides(_ line: FieldLine, _ head: RawSpan, hasTag: Bool) -> Bool {
        switch line.name.count {
        case 3: line.isNamed("via", in: head)
        case 4: line.isNamed("etag", in: head) || line.isNamed("date", in: head) || line.isNamed("vary", in: head)
        case 7: line.isNamed("expires", in: head)
        case 12: line.isNamed("cache-status", in: head)
        case 13: line.isNamed("cache-control", in: head) || (!hasTag && line.isNamed("last-modified", in: head))
        case 16: line.isNamed("content-location", in: head)
        case 17: line.isNamed("cdn-cache-control", in: head)
        case 20: line.isNamed("larder-cache-control", in: head)
        default: false
        }
    }

    /// Writes a 206's status line, the stored field lines, and what tells its part (RFC 9110 §15.3.7.1).
    ///
    /// - Parameters:
    ///   - part: The bytes it carries.
    ///   - length: Bytes of the whole body.
    ///   - head: Status line and field lines of what is stored.
    ///   - bytes: Where they go.
    public static func writePart(_ part: Range<Int64>, of length: Int64, _ head: RawSpan, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "HTTP/1.1 206 Partial Content\r\n".utf8)
        let fields = fieldLines(head)
        var position = fields.lowerBound
        while let line = FieldLine.next(head, &position, end: fields.upperBound) {
            let isOther = line.isNamed("content-length", in: head) || line.isNamed("content-range", in: head)
            if !isOther { head.append(line.line, to: &bytes) }
        }
        bytes.append(contentsOf: "Content-Range: bytes ".utf8)
        Decimal.write(part.lowerBound, into: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.write(part.upperBound - 1, into: &bytes)
        bytes.append(UInt8(ascii: "/"))
        Decimal.write(length, into: &bytes)
        bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
        Decimal.write(part.upperBound - part.lowerBound, into: &bytes)
        bytes.append(contentsOf: "\r\n".utf8)
    }
}
