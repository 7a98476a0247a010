// Value. The id of a record: the caller's key, or one at random. The log has one record an id, so an order that is repeated
// under its id is in it once (F12).
//
// Later parts of an order end in "~2", "~3", …: no caller's key can be one of them, and name another order's part.

package struct RecordID: Hashable, Sendable, CustomStringConvertible {
    package static let lengthLimit = 128
    /// What a caller may choose, which leaves room for the number of a part.
    package static let keyLengthLimit = 120
    private static let partMark: Character = "~"

    package let description: String

    private init(unchecked text: String) { description = text }

    /// A caller's key: 1 to 120 letters, digits, dots, underscores and hyphens; nil for any other text.
    package init?(key: String) {
        guard 1...Self.keyLengthLimit ~= key.utf8.count, key.utf8.allSatisfy(Self.isKeyByte) else { return nil }
        self.init(unchecked: key)
    }

    /// 128 random bits in hexadecimal digits.
    package static func random(using generator: inout some RandomNumberGenerator) -> RecordID {
        func digits(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return RecordID(unchecked: digits(generator.next()) + digits(generator.next()))
    }

    package static func random() -> RecordID {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// The id of a part of this order, from 1: repeated, an order has the same ids.
    package func part(_ number: Int) -> RecordID {
        number == 1 ? self : RecordID(unchecked: "\(description)\(Self.partMark)\(number)")
    }

    /// True for the last part of a key under `w/log/` that larder may have written.
    package static func isValid(_ text: String) -> Bool {
        1...lengthLimit ~= text.utf8.count
            && text.utf8.allSatisfy { isKeyByte($0) || Character(Unicode.Scalar($0)) == partMark }
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
