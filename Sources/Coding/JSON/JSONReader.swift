// Value. Reads a JSON text (RFC 8259), strictly: a text that is not JSON, or nests deeper than larder's own
// requests, is refused with the place of the mistake.

import HTTPMessage

extension JSON {
    /// The reason why a text cannot be read.
    package struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong.
        package let message: String
        /// The offset of the byte at fault, from 0.
        package let offset: Int

        /// One line for people.
        package var description: String { "\(message) at byte \(offset)" }
    }

    /// Reads a text.
    /// - Parameter bytes: The whole text in UTF-8.
    /// - Throws: The first mistake.
    package init(parsing bytes: [UInt8]) throws(Mistake) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.readAll()
    }
}

private struct JSONReader {
    /// Deeper nesting is refused: reading is recursive.
    private static let depthLimit = 32

    let bytes: [UInt8]
    var offset = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readAll() throws(JSON.Mistake) -> JSON {
        let value = try readValue()
        skipSpace()
        guard offset == bytes.count else { throw mistake("text after the value") }
        return value
    }

    private func mistake(_ message: String) -> JSON.Mistake { JSON.Mistake(message: message, offset: offset) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    /// Skips white space and a byte, if it is the next one.
    private mutating func skip(_ character: Character) -> Bool {
        skipSpace()
        guard let byte = next, byte == character.asciiValue else { return false }
        offset += 1
        return true
    }

    private mutating func readValue() throws(JSON.Mistake) -> JSON {
        skipSpace()
        guard depth < Self.depthLimit else { throw mistake("nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        switch next {
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return try readNumber()
        }
    }

    private mutating func readWord(_ word: String, _ value: JSON) throws(JSON.Mistake) -> JSON {
        guard bytes[offset...].starts(with: word.utf8) else { throw mistake("not a JSON value") }
        offset += word.utf8.count
        return value
    }

    private mutating func readObject() throws(JSON.Mistake) -> JSON {
        offset += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        if skip("}") { return .object([]) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw mistake("a member without a name") }
            let name = try readString()
            guard names.insert(name).inserted else { throw mistake("\"\(name)\" twice in one object") }
            guard skip(":") else { throw mistake("no colon after a member's name") }
            members.append(JSON.Member(name, try readValue()))
        } while skip(",")
        guard skip("}") else { throw mistake("an object without its end") }
        return .object(members)
    }

    private mutating func readArray() throws(JSON.Mistake) -> JSON {
        offset += 1
        var items: [JSON] = []
        if skip("]") { return .array([]) }
        repeat { items.append(try readValue()) } while skip(",")
        guard skip("]") else { throw mistake("an array without its end") }
        return .array(items)
    }

    private mutating func readNumber() throws(JSON.Mistake) -> JSON {
        let start = offset
        func isPart(_ byte: UInt8) -> Bool {
            ASCII.isDigit(byte) || "+-.eE".utf8.contains(byte)
        }
        while let byte = next, isPart(byte) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let digits = text.drop { $0 == "-" }
        let isRegular =
            digits.first?.isNumber == true && digits.last?.isNumber == true && !digits.contains(".e")
            && !digits.contains(".E") && !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
            && text.count - digits.count <= 1
        guard isRegular else { throw JSON.Mistake(message: "not a JSON value", offset: start) }
        if let whole = Int(text) { return .integer(whole) }
        guard let number = Double(text), number.isFinite else {
            throw JSON.Mistake(message: "not a JSON number", offset: start)
        }
        return .number(number)
    }

    private mutating func readString() throws(JSON.Mistake) -> String {
        offset += 1
        var text: [UInt8] = []
        while true {
            // Most texts are one stretch without escapes: the answers of etcd are megabytes of base 64.
            let start = offset
            while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
            text += bytes[start..<offset]
            guard let byte = next else { throw mistake("a string without its end") }
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw mistake("not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += String(try readEscape()).utf8
            default: throw mistake("a control character in a string")
            }
        }
    }

    private mutating func readEscape() throws(JSON.Mistake) -> Unicode.Scalar {
        guard let byte = next else { throw mistake("a string without its end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readUnicode()
        default: throw mistake("an unknown escape")
        }
    }

    private mutating func readUnicode() throws(JSON.Mistake) -> Unicode.Scalar {
        let unit = try readUnit()
        guard 0xD800..<0xDC00 ~= unit else {
            guard let scalar = Unicode.Scalar(unit) else { throw mistake("half a surrogate pair") }
            return scalar
        }
        guard bytes[offset...].starts(with: "\\u".utf8) else { throw mistake("half a surrogate pair") }
        offset += 2
        let low = try readUnit()
        guard 0xDC00..<0xE000 ~= low, let scalar = Unicode.Scalar(0x1_0000 + (unit - 0xD800) << 10 + low - 0xDC00)
        else { throw mistake("half a surrogate pair") }
        return scalar
    }

    private mutating func readUnit() throws(JSON.Mistake) -> UInt32 {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw mistake("an escape without four digits") }
        offset += 4
        return unit
    }
}
