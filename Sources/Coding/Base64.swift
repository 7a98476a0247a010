// Value. Base 64 (RFC 4648 §4): for HTTP Basic, and for the keys and values of etcd's JSON interface.

package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let noDigit: UInt8 = 0xFF
    private static let padding = UInt8(ascii: "=")

    /// The value of each byte as a digit, or `noDigit`.
    private static let values = {
        var values = [UInt8](repeating: noDigit, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// The text of some bytes, padded.
    package static func encoded(_ bytes: [UInt8]) -> String {
        let digits = alphabet.span
        let bytes = bytes.span
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var offset = 0
        while offset < bytes.count {
            let count = min(3, bytes.count - offset)
            var bits: UInt32 = 0
            for index in 0..<3 { bits = bits << 8 | (index < count ? UInt32(bytes[offset + index]) : 0) }
            text.append(digits[Int(bits >> 18)])
            text.append(digits[Int(bits >> 12 & 63)])
            text.append(count > 1 ? digits[Int(bits >> 6 & 63)] : padding)
            text.append(count > 2 ? digits[Int(bits & 63)] : padding)
            offset += count
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The text of a text's UTF-8, padded.
    package static func encoded(_ text: String) -> String { encoded(Array(text.utf8)) }

    /// The bytes of a text; nil if it is not Base 64.
    ///
    /// The padding may be missing.
    package static func decoded(_ text: some StringProtocol) -> [UInt8]? {
        let text = Array(text.utf8)
        let count = digitCount(of: text)
        // A lone digit is less than a byte.
        guard count == text.count || text.count.isMultiple(of: 4), count % 4 != 1 else { return nil }
        let digits = text.span
        let values = values.span
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var wrong: UInt8 = 0
        for index in 0..<count {
            let value = values[Int(digits[index])]
            wrong |= value & 0xC0
            bits = bits << 6 | UInt32(value & 63)
            guard index & 3 == 3 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits))
        }
        guard wrong == 0 else { return nil }
        if count % 4 > 1 { bytes.append(UInt8(truncatingIfNeeded: bits >> (count % 4 == 2 ? 4 : 10))) }
        if count % 4 == 3 { bytes.append(UInt8(truncatingIfNeeded: bits >> 2)) }
        return bytes
    }

    /// The number of digits before the padding, of which there are two at most.
    private static func digitCount(of text: [UInt8]) -> Int {
        var count = text.count
        while count > max(0, text.count - 2), text[count - 1] == padding { count -= 1 }
        return count
    }
}
