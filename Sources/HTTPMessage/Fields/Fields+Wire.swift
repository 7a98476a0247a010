// Value. Field lines to and from the bytes of the wire (RFC 9112 §5).
//
// Owned by HTTPMessage. Invariant: what is written can never be read as more lines than were meant: a control byte in a
// name or value becomes a space. What is read is strict (`FieldLine.read`).

extension Fields {
    /// Appends "Name: value" and a line end for each line; not the empty line that ends a head.
    ///
    /// - Parameter bytes: Where they go.
    public func write(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: self.bytes)
    }

    /// Adds the field lines of a head in a form that was checked, each with its CR LF.
    ///
    /// - Parameters:
    ///   - span: The bytes of the head.
    ///   - range: Where the field lines stand.
    public mutating func append(linesOf span: RawSpan, _ range: Range<Int>) {
        var position = range.lowerBound
        while let line = FieldLine.next(span, &position, end: range.upperBound) {
            append(line, of: span)
        }
    }

    /// Appends a text of Latin-1 scalars as bytes; a control character becomes a space, one beyond U+00FF a question
    /// mark.
    static func write(_ text: String, into bytes: inout [UInt8]) {
        let ascii = text.utf8.span
        for offset in ascii.indices where ascii[offset] >= 0x80 || !ASCII.isFieldValue(ascii[offset]) {
            return writeScalars(text, into: &bytes)
        }
        bytes.append(text: text)
    }

    private static func writeScalars(_ text: String, into bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            let byte = UInt8(exactly: scalar.value) ?? ASCII.question
            bytes.append(ASCII.isFieldValue(byte) ? byte : ASCII.space)
        }
    }
}
