// Stateless. Patterns of cache keys. Pure. A key is read octet by octet: a plain byte, or the three bytes of a
// percent-encoded one (keys are normal, so each octet has one spelling: HTTPMessage's TargetNormalization).
//
// In a pattern
//   *     matches any number of octets, or none
//   ?     matches one character: the octets of a UTF-8 sequence, or one octet that is not part of a sequence
//   %2A   matches an asterisk and %3F a question mark, whether the key encodes it or not
// and every other octet matches itself.

import HTTPMessage

enum Glob {
    private static let asterisk = UInt8(ascii: "*")
    private static let question = UInt8(ascii: "?")
    private static let percent = UInt8(ascii: "%")

    /// Whether a key matches a pattern.
    ///
    /// O(key × the longest text between two asterisks), no allocation.
    static func matches(_ key: RawSpan, _ pattern: [UInt8]) -> Bool {
        var at = 0
        var place = 0
        // The last asterisk: the place to continue in the pattern, and the place in the key to try next.
        var retry: (place: Int, at: Int)?
        while at < key.byteCount {
            if place < pattern.count, pattern[place] == asterisk {
                place += 1
                guard place < pattern.count else { return true }
                retry = (place, at)
            } else if let step = step(key, at, pattern, place) {
                at += step.key
                place += step.pattern
            } else if let last = retry {
                // The last asterisk takes one more octet. Earlier ones need not be tried again: the last one reaches
                // everything that they could reach.
                at = last.at + octet(key, last.at).length
                place = last.place
                retry = (place, at)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == asterisk }
    }

    /// The bytes with which every matching key begins.
    static func literalPrefix(of pattern: [UInt8]) -> [UInt8] {
        pattern.withRawSpan { span in
            var end = 0
            while end < span.byteCount {
                let octet = octet(span, end)
                guard octet.value != asterisk, octet.value != question else { break }
                end += octet.length
            }
            return Array(pattern[..<end])
        }
    }

    /// Matches the pattern's next element: the bytes used of both; nil if they differ.
    private static func step(
        _ key: RawSpan,
        _ at: Int,
        _ pattern: [UInt8],
        _ place: Int
    ) -> (key: Int, pattern: Int)? {
        guard place < pattern.count else { return nil }
        if pattern[place] == question { return character(key, at).map { ($0, 1) } }
        let wanted = unsafe octet(pattern.span.bytes, place)  // because any byte is defined as raw memory
        let found = octet(key, at)
        guard wanted.value == found.value else { return nil }
        let isEscape = wanted.length == 3 && (wanted.value == asterisk || wanted.value == question)
        return isEscape || wanted.length == found.length ? (found.length, wanted.length) : nil
    }

    /// The octet at an offset, and the number of bytes that spell it.
    private static func octet(_ text: RawSpan, _ offset: Int) -> (value: UInt8, length: Int) {
        let byte = text.byte(at: offset)
        guard byte == percent, offset + 2 < text.byteCount, let high = digit(text.byte(at: offset + 1)),
            let low = digit(text.byte(at: offset + 2))
        else { return (byte, 1) }
        return (high << 4 | low, 3)
    }

    /// The value of a hexadecimal digit; in normal keys letters are upper case.
    private static func digit(_ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte &- 0x30 }
        return byte &- 0x41 < 6 ? byte &- 0x37 : nil
    }

    /// The bytes of the character that begins at an offset; nil inside a character.
    private static func character(_ key: RawSpan, _ offset: Int) -> Int? {
        let first = octet(key, offset)
        guard first.value >= 0x80 else { return first.length }
        if let length = sequence(key, offset) { return length }
        // A sequence has at most three octets after its first, of three bytes each.
        for back in stride(from: 3, through: 9, by: 3) {
            guard back <= offset, let length = sequence(key, offset - back) else { continue }
            if length > back { return nil }
        }
        return first.length
    }

    /// The bytes of the UTF-8 sequence that begins at an offset (RFC 3629 §4), percent-encoded as in keys; nil if there
    /// is none.
    private static func sequence(_ key: RawSpan, _ offset: Int) -> Int? {
        let lead = octet(key, offset)
        let continuations: Int
        // The values allowed after the first octet exclude overlong forms, surrogates and values above U+10FFFF.
        let second: ClosedRange<UInt8>
        switch lead.value {
        case 0xC2...0xDF: (continuations, second) = (1, 0x80...0xBF)
        case 0xE0: (continuations, second) = (2, 0xA0...0xBF)
        case 0xED: (continuations, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (continuations, second) = (2, 0x80...0xBF)
        case 0xF0: (continuations, second) = (3, 0x90...0xBF)
        case 0xF1...0xF3: (continuations, second) = (3, 0x80...0xBF)
        case 0xF4: (continuations, second) = (3, 0x80...0x8F)
        default: return nil
        }
        var end = offset + lead.length
        for number in 0..<continuations {
            guard end < key.byteCount else { return nil }
            let next = octet(key, end)
            guard (number == 0 ? second : 0x80...0xBF).contains(next.value) else { return nil }
            end += next.length
        }
        return end - offset
    }
}
