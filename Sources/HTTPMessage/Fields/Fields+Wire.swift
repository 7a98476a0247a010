// value: field lines to and from the bytes of the wire (RFC 9112 §5).
//
// Owned by HTTPMessage. Invariant: what is written can never be read as more lines than were meant: a control byte in a name
// or value becomes a space. What is read is strict: a token, a colon right after it, no control byte in the value.

extension Fields {
    /// Appends "Name: value" and a line end for each line; not the empty line that ends a head.
    ///
    /// - Parameter bytes: Where they go.
    public func write(into bytes: inout [UInt8]) {
        for line in lines {
            Self.write(line.name, into: &bytes)
            bytes.append(ASCII.colon)
            bytes.append(ASCII.space)
            Self.write(line.value, into: &bytes)
            bytes.append(ASCII.cr)
            bytes.append(ASCII.lf)
        }
    }

    /// Reads one field line without its line end.
    ///
    /// - Parameter line: The bytes of the line; a trailing CR LF is not part of them.
    /// - Returns: The line, or nil where it is not one: no token before the colon, blank before the colon (or at the start:
    ///   obsolete folding), or a control byte in the value.
    public static func parse(line: RawSpan) -> Line? {
        var colon = 0
        while colon < line.byteCount, ASCII.isToken(line[colon]) {
            colon += 1
        }
        guard colon > 0, colon < line.byteCount, line[colon] == ASCII.colon else {
            return nil
        }
        let value = line.trimmed((colon + 1)..<line.byteCount)
        for offset in value where !ASCII.isFieldValue(line[offset]) {
            return nil
        }
        return Line(name: line.text(0..<colon), value: line.text(value))
    }

    /// Reads one field line without its line end.
    ///
    /// - Parameter line: The bytes of the line; a trailing CR LF is not part of them.
    /// - Returns: The line, or nil where it is not one.
    public static func parse(line: [UInt8]) -> Line? {
        line.withRawSpan { parse(line: $0) }
    }

    /// Appends a text of Latin-1 scalars as bytes; a control character becomes a space, one beyond U+00FF a question mark.
    static func write(_ text: String, into bytes: inout [UInt8]) {
        let ascii = text.utf8.span
        for offset in ascii.indices where ascii[offset] >= 0x80 {
            return writeScalars(text, into: &bytes)
        }
        for offset in ascii.indices {
            bytes.append(ASCII.isFieldValue(ascii[offset]) ? ascii[offset] : ASCII.space)
        }
    }

    private static func writeScalars(_ text: String, into bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            let byte = UInt8(exactly: scalar.value) ?? ASCII.question
            bytes.append(ASCII.isFieldValue(byte) ? byte : ASCII.space)
        }
    }
}
