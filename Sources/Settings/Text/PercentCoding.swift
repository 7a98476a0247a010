// value
// Percent-encoding of paths (RFC 3986 §2.1), for origins' URLs and routes' paths only: requests have their own, in
// HTTPMessage.

/// Percent-encodes and decodes paths.
enum PercentCoding {
    static func isValid(_ text: Substring) -> Bool {
        decodedBytes(text) != nil
    }

    /// The decoded text; nil if a `%` lacks its two hex digits or the bytes are not UTF-8.
    static func decode(_ text: Substring) -> String? {
        guard let bytes = decodedBytes(text) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    static func encode(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in path.utf8 {
            if isAlphanumeric(byte) || "-._~".utf8.contains(byte) || delimiters.utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }

    /// Whether a path of whole triplets encodes a byte that means something else as it stands.
    static func encodesDelimiter(_ path: Substring) -> Bool {
        path.split(separator: "%", omittingEmptySubsequences: false).dropFirst().contains { piece in
            UInt8(piece.prefix(2), radix: 16).map { delimiters.utf8.contains($0) } ?? false
        }
    }

    /// What may stand in a path as it is without being unreserved (RFC 3986 §3.3).
    private static let delimiters = "/!$&'()*+,;=:@"

    private static func decodedBytes(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}

/// Whether a byte is an ASCII letter or digit.
func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: false
    }
}
