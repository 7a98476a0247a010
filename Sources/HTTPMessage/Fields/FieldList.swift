// value: comma-separated field values taken apart (RFC 9110 §5.6.1).
//
// Owned by HTTPMessage; used for every list-valued field. Invariant: a comma inside a quoted string separates nothing; empty
// members are dropped, as a recipient must.

/// Takes list-valued fields apart.
public enum FieldList {
    /// The members of a list.
    ///
    /// - Parameter value: A field value.
    /// - Returns: Its members in order without surrounding blanks; quoted strings stay quoted.
    public static func members(of value: some StringProtocol) -> [String] {
        split(value, at: ASCII.comma)
    }

    /// The parts of one member, such as a media range and its parameters.
    ///
    /// - Parameter member: A member of a list.
    /// - Returns: What its semicolons separate, without surrounding blanks.
    public static func parameters(of member: some StringProtocol) -> [String] {
        split(member, at: ASCII.semicolon)
    }

    private static func split(_ value: some StringProtocol, at separator: UInt8) -> [String] {
        var members: [String] = []
        var member: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in value.utf8 {
            if byte == separator, !isQuoted {
                append(member, to: &members)
                member.removeAll(keepingCapacity: true)
                continue
            }
            member.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == ASCII.quote {
                isQuoted.toggle()
            } else if byte == ASCII.backslash, isQuoted {
                isEscaped = true
            }
        }
        append(member, to: &members)
        return members
    }

    private static func append(_ bytes: [UInt8], to members: inout [String]) {
        let member = trimmed(bytes)
        if !member.isEmpty {
            members.append(member)
        }
    }

    /// A text without spaces and tabs at its ends.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text without them.
    public static func trimmed(_ text: some StringProtocol) -> String {
        trimmed(Array(text.utf8))
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        guard let first = bytes.firstIndex(where: { !ASCII.isBlank($0) }),
            let last = bytes.lastIndex(where: { !ASCII.isBlank($0) })
        else {
            return ""
        }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// Whether a text is a token (RFC 9110 §5.6.2).
    ///
    /// - Parameter text: Any text.
    /// - Returns: Whether it is one or more token characters.
    public static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { ASCII.isToken($0) }
    }

    /// A text with ASCII letters in lower case and nothing else changed.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text in lower case.
    public static func lowercased(_ text: some StringProtocol) -> String {
        String(decoding: text.utf8.map { ASCII.lowercased($0) }, as: UTF8.self)
    }

    /// What a quoted string says (RFC 9110 §5.6.4).
    ///
    /// - Parameter text: A quoted string with its quotes.
    /// - Returns: The text between them with escapes resolved, or nil where it is no whole quoted string.
    public static func unquoted(_ text: some StringProtocol) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 2, bytes.first == ASCII.quote, bytes.last == ASCII.quote else {
            return nil
        }
        var content: [UInt8] = []
        var isEscaped = false
        for byte in bytes[1..<bytes.count - 1] {
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
