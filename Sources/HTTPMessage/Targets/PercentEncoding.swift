// value: percent-encoding of octets (RFC 3986 §2.1), and their hexadecimal digits alone.
//
// Owned by HTTPMessage. Invariant: pure; what is encoded is ASCII.

/// Percent-encodes octets.
package enum PercentEncoding {
    /// Encodes every octet that is not unreserved: for values of a query.
    package static func query(_ text: String) -> String {
        encoded(text.utf8) { ASCII.isUnreserved($0) }
    }

    /// Encodes every octet that may not stand in a path; slashes stay.
    package static func path(_ bytes: some Sequence<UInt8>) -> String {
        encoded(bytes) { ASCII.isPathCharacter($0) || $0 == ASCII.slash }
    }

    /// Octets as a text that names the same and can be shown: what is UTF-8 stays as it is, other octets and control characters
    /// are percent-encoded.
    package static func readable(_ bytes: some Collection<UInt8>) -> String {
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
    package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = bytes.flatMap { [ASCII.hexDigit($0 >> 4), ASCII.hexDigit($0 & 15)] }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The octets of hexadecimal digits; nil where these are something else.
    package static func bytes(hexadecimal text: some Collection<UInt8>) -> [UInt8]? {
        let digits = text.compactMap(ASCII.hexValue)
        guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func encoded(_ bytes: some Sequence<UInt8>, where isPlain: (UInt8) -> Bool) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            if isPlain(byte) {
                result.append(byte)
            } else {
                result += [ASCII.percent, ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte & 15)]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
