// Value. The key of an object as it stands in a request. Pure.
//
// libcurl signs the path as it is sent, so it has to be sent as AWS canonicalizes it: decoded once, and every byte but
// letters, digits, "-._~" and "/" encoded. Of the client's query nothing goes on: `?list-type=2` or `?acl` would make a
// signed request for a picture one for something else.

/// Spells keys of objects.
enum ObjectKey {
    /// The longest key in bytes that S3 has.
    static let maximumLength = 1024

    /// The path of an object.
    ///
    /// - Parameter target: A target as a client may send it, the prefix of the keys in front.
    /// - Returns: nil where no object can have such a key, or the request would not be one for an object: the bucket
    ///   itself is a list of all there is.
    static func path(_ target: String) -> String? {
        guard let bytes = PercentDecoding.decode(target.prefix { $0 != "?" }) else { return nil }
        let key = bytes.dropFirst()
        guard key.count <= maximumLength, key.contains(where: { $0 != slash }) else { return nil }
        guard String(validating: key, as: UTF8.self) != nil, !key.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            return nil
        }
        // Servers on the way might resolve them, also out of the bucket.
        guard !key.split(separator: slash).contains(where: { $0.elementsEqual(dot) || $0.elementsEqual(dot + dot) })
        else { return nil }
        var path = "/"
        for byte in key {
            if isPlain(byte) {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                path += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return path
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = [UInt8(ascii: ".")]
    private static let digits = Array("0123456789ABCDEF")

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: byte == slash || "-._~".utf8.contains(byte)
        }
    }
}
