// Percent-encoding (RFC 3986 §2.1). Pure.

enum Percent {
    private static let hex = Array("0123456789ABCDEF")

    /// A text with every byte encoded that is not unreserved, or a slash where it is a path.
    static func encoded(_ text: String, isPath: Bool = false) -> String {
        text.utf8.reduce(into: "") { result, byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "-._~".contains(character))
            if isPlain || isPath && character == "/" {
                result.append(character)
            } else {
                result += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
            }
        }
    }
}
