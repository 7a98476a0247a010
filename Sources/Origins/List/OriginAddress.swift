// Value. An origin's URL, taken apart and checked once. Credentials in URLs are refused: they would be printed.

/// Where an origin is.
enum OriginAddress: Equatable, Sendable {
    /// `base` is scheme and authority, `prefix` what goes before each target: empty, or "/…" without a "/" at its end.
    case http(base: String, prefix: String)
    /// An absolute path: octets, as file systems have them.
    case file(root: [UInt8])
    /// A bucket of an object store; the prefix as for `http`.
    case bucket(String, prefix: String)

    /// Takes an origin's URL apart; nil when it is not one of an origin.
    init?(_ url: String) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        guard !url.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else { return nil }
        guard let colon = url.firstIndex(of: ":") else { return nil }
        let scheme = url[..<colon].lowercased()
        let rest = url[url.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        let hierarchy = rest.dropFirst(2)
        let slash = hierarchy.firstIndex(of: "/") ?? hierarchy.endIndex
        let authority = String(hierarchy[..<slash])
        var path = String(hierarchy[slash...])
        switch scheme {
        case "http", "https":
            guard Self.isAuthority(authority) else { return nil }
            while path.hasSuffix("/") { path.removeLast() }
            self = .http(base: "\(scheme)://\(authority)", prefix: path)
        case "file":
            guard authority.isEmpty || authority.lowercased() == "localhost" else { return nil }
            guard let decoded = PercentDecoding.decode(path[...]), !decoded.contains(0) else { return nil }
            guard decoded.first == UInt8(ascii: "/") else { return nil }
            self = .file(root: decoded)
        case "s3":
            guard Self.isBucket(authority) else { return nil }
            while path.hasSuffix("/") { path.removeLast() }
            self = .bucket(authority, prefix: path)
        default:
            return nil
        }
    }

    /// Letters that may stand in a host name as well as in a path.
    private static func isBucket(_ text: String) -> Bool {
        let letters = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        return letters && (3...63).contains(text.utf8.count)
    }

    private static func isAuthority(_ text: String) -> Bool {
        var host = text[...]
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return !address.isEmpty && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
    }
}

/// Percent-decoding (RFC 3986 §2.1).
enum PercentDecoding {
    /// The bytes a text stands for, decoded once; nil for a "%" without two digits.
    static func decode(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
