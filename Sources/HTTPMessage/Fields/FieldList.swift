// Value. Splits comma-separated field values (RFC 9110 §5.6.1).
//
// Owned by HTTPMessage; used for every list-valued field. Invariant: a comma inside a quoted string separates nothing;
// empty members are dropped, as a recipient must. It takes only `String`: a generic function of another module is not
// specialized, and would cost more than the reading itself.

/// Takes list-valued fields apart.
public enum FieldList {
    /// The members of a list.
    ///
    /// - Parameter value: A field value.
    /// - Returns: Its members in order without surrounding blanks; quoted strings stay quoted.
    public static func members(of value: String) -> [String] {
        split(value, at: ASCII.comma)
    }

    /// The parts of one member, such as a media range and its parameters.
    ///
    /// - Parameter member: A member of a list.
    /// - Returns: What its semicolons separate, without surrounding blanks.
    public static func parameters(of member: String) -> [String] {
        split(member, at: ASCII.semicolon)
    }

    private static func split(_ value: String, at separator: UInt8) -> [String] {
        let span = unsafe value.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        var members: [String] = []
        var position = 0
        while let member = next(span, &position, separator: separator) {
            members.append(span.copy(member))
        }
        return members
    }

    /// The next member of a list in place, without surrounding blanks; nil behind the last.
    ///
    /// O(its length), no allocation.
    /// - Parameters:
    ///   - span: A field value.
    ///   - position: Where to begin; behind the member and its comma afterwards.
    /// - Returns: Where it stands; never empty.
    public static func next(_ span: RawSpan, _ position: inout Int) -> Range<Int>? {
        next(span, &position, separator: ASCII.comma)
    }

    private static func next(_ span: RawSpan, _ position: inout Int, separator: UInt8) -> Range<Int>? {
        while position < span.byteCount {
            let start = position
            let end = endOfMember(span, from: start, separator: separator)
            position = end + 1
            let member = span.trimmed(start..<end)
            if !member.isEmpty {
                return member
            }
        }
        return nil
    }

    private static func endOfMember(_ span: RawSpan, from start: Int, separator: UInt8) -> Int {
        var isQuoted = false
        var isEscaped = false
        for offset in start..<span.byteCount {
            let byte = span[offset]
            if byte == separator, !isQuoted {
                return offset
            }
            if isEscaped {
                isEscaped = false
            } else if byte == ASCII.quote {
                isQuoted.toggle()
            } else if byte == ASCII.backslash, isQuoted {
                isEscaped = true
            }
        }
        return span.byteCount
    }

    /// A text without spaces and tabs at its ends.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text without them.
    public static func trimmed(_ text: String) -> String {
        let span = unsafe text.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        let range = span.trimmed(0..<span.byteCount)
        return range.count == span.byteCount ? text : span.copy(range)
    }

    /// Whether a text is a token (RFC 9110 §5.6.2).
    ///
    /// - Parameter text: Any text.
    /// - Returns: Whether it is one or more token characters.
    public static func isToken(_ text: String) -> Bool {
        let span = unsafe text.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        return span.isToken(0..<span.byteCount)
    }

    /// A text with ASCII letters in lower case and nothing else changed.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text in lower case.
    public static func lowercased(_ text: String) -> String {
        let bytes = text.utf8.span
        for offset in bytes.indices where ASCII.isUpper(bytes[offset]) {
            return String(decoding: text.utf8.map { ASCII.lowercased($0) }, as: UTF8.self)
        }
        return text
    }

    /// What a quoted string says (RFC 9110 §5.6.4).
    ///
    /// - Parameter text: A quoted string with its quotes.
    /// - Returns: The text between them with escapes resolved, or nil if it is no whole quoted string.
    public static func unquoted(_ text: String) -> String? {
        let bytes = text.utf8.span
        let end = bytes.count - 1
        guard end >= 1, bytes[0] == ASCII.quote, bytes[end] == ASCII.quote else {
            return nil
        }
        var content: [UInt8] = []
        var isEscaped = false
        for offset in 1..<end {
            let byte = bytes[offset]
            if !isEscaped, byte == ASCII.backslash {
                isEscaped = true
                continue
            }
            guard isEscaped || byte != ASCII.quote else {
                return nil
            }
            content.append(byte)
            isEscaped = false
        }
        return isEscaped ? nil : String(decoding: content, as: UTF8.self)
    }
}
