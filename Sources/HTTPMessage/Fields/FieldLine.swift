// value: one field line of a head where it stands, as offsets; no heap.
//
// For heads whose form is known to be right: RequestParser accepted them, or larder wrote them itself.

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
    /// - Returns: The line; nil at the end, and where there is no line after all.
    @inlinable
    public static func next(_ span: RawSpan, _ position: inout Int, end: Int) -> FieldLine? {
        let start = position
        var colon = start
        while colon < end, span.byte(at: colon) != 0x3A { colon += 1 }
        var stop = colon
        while stop < end, span.byte(at: stop) != 0x0D { stop += 1 }
        guard colon < stop, stop + 2 <= end else { return nil }
        position = stop + 2
        var value = colon + 1..<stop
        while let first = value.first, isBlank(span.byte(at: first)) { value = value.dropFirst() }
        while let last = value.last, isBlank(span.byte(at: last)) { value = value.dropLast() }
        return FieldLine(name: start..<colon, value: value, line: start..<position)
    }

    @usableFromInline
    init(name: Range<Int>, value: Range<Int>, line: Range<Int>) {
        self.name = name
        self.value = value
        self.line = line
    }

    @inlinable
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// True where the line's field has this name.
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
        var found: Range<Int>?
        while let line = next(span, &position, end: fields.upperBound) {
            guard line.isNamed(name, in: span) else { continue }
            guard found == nil else { return nil }
            found = line.value
        }
        return found
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
        while let line = next(span, &position, end: fields.upperBound) {
            if line.isNamed(name, in: span) { return true }
        }
        return false
    }
}
