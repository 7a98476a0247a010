// Value. One field line of a head in place, as offsets; no heap.
//
// `next` is for heads whose form is known to be right: RequestParser accepted them, or larder wrote them itself; `read`
// checks.

/// A field line in the bytes of a head.
public struct FieldLine: Sendable, Equatable {
    /// The name.
    public let name: Range<Int>
    /// The value without the blanks around it.
    public let value: Range<Int>
    /// The whole line with its end.
    public let line: Range<Int>

    /// The line at an offset.
    ///
    /// O(its length), no allocation.
    /// - Parameters:
    ///   - span: Field lines in a form that was checked, each with its CR LF.
    ///   - position: Where the line begins; behind it afterwards.
    ///   - end: Where the last line ends.
    /// - Returns: The line; nil at the end, or if there is no line after all.
    public static func next(_ span: RawSpan, _ position: inout Int, end: Int) -> FieldLine? {
        guard let (name, line) = nextName(span, &position, end: end) else { return nil }
        return FieldLine(name: name, value: span.trimmed(name.upperBound + 1..<line.upperBound - 2), line: line)
    }

    /// The line at an offset, without its value.
    ///
    /// - Parameters:
    ///   - span: As above.
    ///   - position: As above.
    ///   - end: As above.
    /// - Returns: The ranges of its name and of the whole line; nil as above.
    public static func nextName(
        _ span: RawSpan,
        _ position: inout Int,
        end: Int
    ) -> (name: Range<Int>, line: Range<Int>)? {
        let start = position
        guard start < end else { return nil }
        let colon = span.firstIndex(of: ASCII.colon, in: start..<end)
        let stop = span.firstIndex(of: ASCII.cr, in: colon..<end)
        guard colon < stop, stop + 2 <= end, span[stop + 1] == ASCII.lf else { return nil }
        position = stop + 2
        return (start..<colon, start..<position)
    }

    /// Reads one unchecked field line, without its end.
    ///
    /// - Parameters:
    ///   - line: The bytes of the line; a trailing CR LF is not part of them.
    ///   - hasEnd: Whether CR LF follows the bytes at their source, so that it counts as part of the line.
    /// - Returns: The line; nil if it is not one: no token before the colon, a blank before the colon or at the start
    ///   (obsolete folding), or a control byte in the value.
    public static func read(_ line: RawSpan, hasEnd: Bool = false) -> FieldLine? {
        let colon = line.firstIndex(of: ASCII.colon, in: 0..<line.byteCount)
        guard colon < line.byteCount, line.isToken(0..<colon) else { return nil }
        let value = line.trimmed((colon + 1)..<line.byteCount)
        guard line.isFieldValue(value) else { return nil }
        return FieldLine(name: 0..<colon, value: value, line: 0..<line.byteCount + (hasEnd ? 2 : 0))
    }

    /// Reads one whole field line in the form that nearly all senders use: "Name: value" and CR LF.
    ///
    /// - Parameters:
    ///   - span: The received bytes, from any line on.
    ///   - start: Where the line begins.
    /// - Returns: The line as `read` has it; nil for anything else, valid or not, and while its end has not arrived.
    static func usual(_ span: RawSpan, from start: Int) -> FieldLine? {
        let stop = span.firstIndex(of: ASCII.cr, in: start..<span.byteCount)
        let colon = span.firstIndex(of: ASCII.colon, in: start..<stop)
        guard colon < stop - 2, stop + 1 < span.byteCount, span[stop + 1] == ASCII.lf, span[colon + 1] == ASCII.space,
            !ASCII.isBlank(span[colon + 2]), !ASCII.isBlank(span[stop - 1]),
            span.isToken(start..<colon), span.isFieldValue(colon + 2..<stop)
        else {
            return nil
        }
        return FieldLine(name: start..<colon, value: colon + 2..<stop, line: start..<stop + 2)
    }

    /// A line by its parts.
    public init(name: Range<Int>, value: Range<Int>, line: Range<Int>) {
        self.name = name
        self.value = value
        self.line = line
    }

    /// True if the line's field has this name.
    ///
    /// - Parameters:
    ///   - name: A name in lower case.
    ///   - span: The head.
    /// - Returns: Whether it has.
    @inlinable
    public func isNamed(_ name: StaticString, in span: RawSpan) -> Bool { span.matches(self.name, lowercased: name) }

    /// The value of a field that stands in a head once, or nil.
    ///
    /// - Parameters:
    ///   - name: A name in lower case.
    ///   - span: The head.
    ///   - fields: Where its field lines stand.
    /// - Returns: Where the value stands.
    public static func only(_ name: StaticString, in span: RawSpan, _ fields: Range<Int>) -> Range<Int>? {
        var position = fields.lowerBound
        guard let first = nextValue(of: name, in: span, &position, end: fields.upperBound),
            nextValue(of: name, in: span, &position, end: fields.upperBound) == nil
        else { return nil }
        return first
    }

    /// The value of the first line of a field in a head, or nil.
    ///
    /// - Parameters:
    ///   - name: A name in lower case.
    ///   - span: The head.
    ///   - fields: Where its field lines stand.
    /// - Returns: Where the value stands.
    public static func first(_ name: StaticString, in span: RawSpan, _ fields: Range<Int>) -> Range<Int>? {
        var position = fields.lowerBound
        return nextValue(of: name, in: span, &position, end: fields.upperBound)
    }

    /// Whether a field stands in a head, once or more often.
    ///
    /// - Parameters:
    ///   - name: A name in lower case.
    ///   - span: The head.
    ///   - fields: Where its field lines stand.
    /// - Returns: Whether it does.
    public static func has(_ name: StaticString, in span: RawSpan, _ fields: Range<Int>) -> Bool {
        var position = fields.lowerBound
        return nextValue(of: name, in: span, &position, end: fields.upperBound) != nil
    }

    /// The value of the next line of a name, from an offset on; it looks only at the beginnings of the lines in
    /// between.
    private static func nextValue(
        of name: StaticString,
        in span: RawSpan,
        _ position: inout Int,
        end: Int
    ) -> Range<Int>? {
        let length = name.utf8CodeUnitCount
        while position < end {
            let start = position
            let stop = span.firstIndex(of: ASCII.cr, in: start..<end)
            guard stop + 2 <= end, span[stop + 1] == ASCII.lf else { return nil }
            position = stop + 2
            let colon = start + length
            if colon < stop, span[colon] == ASCII.colon, span.matches(start..<colon, lowercased: name) {
                return span.trimmed(colon + 1..<stop)
            }
        }
        return nil
    }
}
