// Value. Percent-encoding of bytes (RFC 3986 §2.1), and hexadecimal digits.
// The one place of larder that encodes or decodes. Invariant: the encoded form is ASCII.

/// Percent-encodes and decodes.
public enum PercentEncoding {
    /// Encodes every byte that is not unreserved: for values of a query.
    public static func query(_ text: String) -> String {
        encoded(text.utf8) { ASCII.isUnreserved($0) }
    }

    /// Encodes every byte that a path may not contain; slashes stay.
    public static func path(_ bytes: some Sequence<UInt8>) -> String {
        encoded(bytes) { ASCII.isPathCharacter($0) || $0 == ASCII.slash }
    }

    /// A text that can be shown and names the same: visible UTF-8 stays as it is, everything else is encoded.
    public static func readable(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var place = bytes.startIndex
        while true {
            let count: Int
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return text
            case .error(let length): count = length
            case .valid(let encoded):
                count = encoded.count
                let scalar = Unicode.UTF8.decode(encoded)
                guard isVisible(scalar) else { break }
                text.unicodeScalars.append(scalar)
                place = bytes.index(place, offsetBy: count)
                continue
            }
            let end = bytes.index(place, offsetBy: count)
            text += encoded(bytes[place..<end]) { _ in false }
            place = end
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// Octets as hexadecimal digits.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = bytes.flatMap { [ASCII.hexDigit($0 >> 4), ASCII.hexDigit($0 & 15)] }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The octets of hexadecimal digits; nil if these are something else.
    public static func bytes(hexadecimal text: some Collection<UInt8>) -> [UInt8]? {
        let digits = text.compactMap(ASCII.hexValue)
        guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Encodes every byte for which the closure does not say that it stays.
    public static func encoded(_ bytes: some Sequence<UInt8>, where isPlain: (UInt8) -> Bool) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            if isPlain(byte) { result.append(byte) } else { append(byte, to: &result) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Appends the triplet of a byte.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(ASCII.percent)
        bytes.append(ASCII.hexDigit(byte >> 4))
        bytes.append(ASCII.hexDigit(byte & 15))
    }

    // MARK: Decoding

    /// The bytes of a text, decoded once; nil if a percent sign lacks its two digits.
    public static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == ASCII.percent else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ASCII.hexValue), let low = rest.popFirst().flatMap(ASCII.hexValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The decoded text; nil if a percent sign lacks its two digits or the bytes are not UTF-8.
    public static func decodedText(_ text: Substring) -> String? {
        decoded(text.utf8).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Whether a path of whole triplets encodes a delimiter, which means something else unencoded (RFC 3986 §2.2).
    public static func encodesDelimiter(_ path: Substring) -> Bool {
        path.utf8.split(separator: ASCII.percent, omittingEmptySubsequences: false).dropFirst().contains { piece in
            guard let byte = bytes(hexadecimal: piece.prefix(2))?.first else { return false }
            return byte == ASCII.slash || ASCII.isPathCharacter(byte) && !ASCII.isUnreserved(byte)
        }
    }

    /// The byte that a triplet encodes; nil if there is no whole triplet before `end`.
    @inline(__always)
    static func triplet(_ span: RawSpan, at offset: Int, end: Int) -> UInt8? {
        guard offset + 2 < end, let high = ASCII.hexValue(span[offset + 1]) else { return nil }
        return ASCII.hexValue(span[offset + 2]).map { high << 4 | $0 }
    }
}
