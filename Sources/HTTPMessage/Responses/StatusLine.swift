// Value. The status line of a response from an origin (RFC 9112 §4).
//
// Owned by HTTPMessage; libcurl passes status lines on as received, including "HTTP/2 200". Invariant: three digits of
// status, 100…999; the reason has no control byte.

/// A status line as received.
public struct StatusLine: Sendable, Equatable {
    /// The major version.
    public var major: Int
    /// The minor version; 0 if the line has none.
    public var minor: Int
    /// The status code.
    public var status: Int
    /// The reason phrase; may be empty.
    public var reason: String

    /// Reads a status line without its line end.
    ///
    /// - Parameter line: The bytes of the line.
    /// - Returns: The line, or nil if it is none.
    public static func parse(_ line: RawSpan) -> StatusLine? {
        var index = 5
        guard line.isExactly(0..<5, "HTTP/"), line.byteCount > 5, ASCII.isDigit(line[5]) else {
            return nil
        }
        let major = Int(line[5] - ASCII.zero)
        var minor = 0
        index += 1
        if index + 1 < line.byteCount, line[index] == ASCII.dot, ASCII.isDigit(line[index + 1]) {
            minor = Int(line[index + 1] - ASCII.zero)
            index += 2
        }
        guard index + 4 <= line.byteCount, line[index] == ASCII.space else {
            return nil
        }
        var status = 0
        for offset in (index + 1)..<(index + 4) {
            guard ASCII.isDigit(line[offset]) else {
                return nil
            }
            status = status * 10 + Int(line[offset] - ASCII.zero)
        }
        let rest = (index + 4)..<line.byteCount
        guard status >= 100, rest.isEmpty || line[rest.lowerBound] == ASCII.space else {
            return nil
        }
        for offset in rest where !ASCII.isFieldValue(line[offset]) {
            return nil
        }
        return StatusLine(major: major, minor: minor, status: status, reason: line.text(line.trimmed(rest)))
    }
}
