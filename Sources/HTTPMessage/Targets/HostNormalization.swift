// Value. The one spelling of a host with an optional port (RFC 3986 §6.2.2, RFC 9110 §4.2.3).
//
// Owned by HTTPMessage; used for the host of cache keys, of routes, of purges and of the Host that origins get.
// Invariants: `normalize` is idempotent; `isNormal` implies that `normalize` changes nothing.
//
// A Host field has no scheme. A server that terminates TLS passes `example.com:443` on unchanged, so the default ports
// of both schemes mean the host alone, and the purge of an https URL finds the responses stored for it.

/// Normalizes the spelling of hosts.
public enum HostNormalization {
    /// Whether a host is normal already, so that the caller can use it in place.
    ///
    /// One pass, no allocation.
    ///
    /// - Parameter host: A host with an optional port, or nothing.
    /// - Returns: True if `normalize` would change nothing; false also for some that it would not change, such as
    ///   addresses in brackets.
    public static func isNormal(_ host: RawSpan) -> Bool {
        let count = host.byteCount
        if count >= 8, isPlain(host) { return host[count - 1] != ASCII.dot }
        var end = 0
        while end < count, isPlain(host[end]) { end += 1 }
        guard end > 0 else { return count == 0 }
        guard host[end - 1] != ASCII.dot else { return false }
        return end == count || isNormalPort(host, end..<count)
    }

    /// The normal spelling of a host.
    ///
    /// Letters become lower case, percent-encoded unreserved characters are decoded, IPv6 addresses are spelled as RFC
    /// 5952 says, and a dot at the end is left out. An empty port, 80 and 443 are left out too; others lose leading
    /// zeros.
    ///
    /// - Parameter host: A host with an optional port, or nothing.
    /// - Returns: The bytes; what cannot be read as a host is only brought into lower case.
    public static func normalize(_ host: RawSpan) -> [UInt8] {
        let count = host.byteCount
        let isLiteral = count > 0 && host[0] == 0x5B
        let nameEnd = isLiteral ? min(count, host.firstIndex(of: 0x5D, in: 0..<count) + 1) : portStart(host)
        var normal = isLiteral ? literal(host, 0..<nameEnd) : name(host, 0..<nameEnd)
        var port = nameEnd..<count
        if !port.isEmpty, host[port.lowerBound] == ASCII.colon {
            port = port.lowerBound + 1..<count
            while port.count > 1, host[port.lowerBound] == ASCII.zero { port = port.lowerBound + 1..<count }
            guard !port.isEmpty, !isDefaultPort(host, port) else { return normal }
            normal.append(ASCII.colon)
        }
        for offset in port { normal.append(ASCII.lowercased(host[offset])) }
        return normal
    }

    /// The normal spelling of a host as a person wrote it.
    ///
    /// - Parameter text: A host with an optional port, or nothing; it may contain `*`.
    /// - Returns: Nil if no request can name it: it has user information, a letter beyond ASCII, or an invalid port.
    public static func normalize(_ text: String) -> String? {
        Array(text.utf8).withRawSpan { span in
            guard Authority.isValid(span, 0..<span.byteCount, mayBeEmpty: true) else { return nil }
            return normalText(span)
        }
    }

    /// The normal spelling of the host of an accepted request.
    ///
    /// - Parameter host: `RequestHead.host` in the bytes that it was parsed from.
    /// - Returns: The host as text.
    public static func normalText(_ host: RawSpan) -> String {
        isNormal(host) ? host.copy(0..<host.byteCount) : String(decoding: normalize(host), as: UTF8.self)
    }

    // MARK: Names

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x61 < 26 || ASCII.isDigit(byte) || byte == ASCII.dash || byte == ASCII.dot || byte == 0x5F
    }

    /// Whether a host of eight bytes or more is lower-case letters, digits, dashes, underscores and dots.
    private static func isPlain(_ host: RawSpan) -> Bool {
        host.allWords(of: 0..<host.byteCount) { word, _ in
            let bytes = EightBytes(word)
            let letters = bytes.among(0x61, 0x7A) | bytes.equal(to: 0x5F)
            return letters | bytes.among(ASCII.dash, ASCII.dot) | bytes.among(ASCII.zero, 0x39) == EightBytes.all
        }
    }

    /// A name in lower case, without the dot at its end.
    private static func name(_ host: RawSpan, _ range: Range<Int>) -> [UInt8] {
        var name: [UInt8] = []
        name.reserveCapacity(range.count)
        // Next to a percent sign without its digits, decoded bytes could be mistaken for them.
        let mayDecode = hasOnlyTriplets(host, range)
        var offset = range.lowerBound
        while offset < range.upperBound {
            if mayDecode, host[offset] == ASCII.percent,
                let byte = PercentEncoding.triplet(host, at: offset, end: range.upperBound)
            {
                if ASCII.isUnreserved(byte) {
                    name.append(ASCII.lowercased(byte))
                } else {
                    PercentEncoding.append(byte, to: &name)
                }
                offset += 3
            } else {
                name.append(ASCII.lowercased(host[offset]))
                offset += 1
            }
        }
        // Two dots at the end, or only a dot, are not the name of a host.
        if name.count > 1, name[name.count - 1] == ASCII.dot, name[name.count - 2] != ASCII.dot { name.removeLast() }
        return name
    }

    private static func hasOnlyTriplets(_ host: RawSpan, _ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            guard host[offset] == ASCII.percent else {
                offset += 1
                continue
            }
            guard PercentEncoding.triplet(host, at: offset, end: range.upperBound) != nil else { return false }
            offset += 3
        }
        return true
    }

    /// An address in brackets.
    private static func literal(_ host: RawSpan, _ range: Range<Int>) -> [UInt8] {
        var lower: [UInt8] = []
        for offset in range { lower.append(ASCII.lowercased(host[offset])) }
        guard lower.last == 0x5D, let address = IPv6Address(lower[1..<(lower.count - 1)]) else { return lower }
        return [0x5B] + address.text.utf8 + [0x5D]
    }

    // MARK: Ports

    private static func portStart(_ host: RawSpan) -> Int {
        host.firstIndex(of: ASCII.colon, in: 0..<host.byteCount)
    }

    private static func isNormalPort(_ host: RawSpan, _ range: Range<Int>) -> Bool {
        guard host[range.lowerBound] == ASCII.colon, range.count > 1, host[range.lowerBound + 1] != ASCII.zero else {
            return false
        }
        let digits = range.lowerBound + 1..<range.upperBound
        for offset in digits where !ASCII.isDigit(host[offset]) { return false }
        return !isDefaultPort(host, digits)
    }

    /// The default port of http or https.
    private static func isDefaultPort(_ host: RawSpan, _ digits: Range<Int>) -> Bool {
        host.isExactly(digits, "80") || host.isExactly(digits, "443")
    }
}
