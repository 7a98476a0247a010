// Value. Whether bytes are a host with an optional port (RFC 3986 §3.2.2, RFC 9110 §7.2).
//
// Owned by HTTPMessage; used for Host and for the authority of an absolute target. Invariant: userinfo is refused,
// since "a@b" is read as host a by some and as host b by others (RFC 9110 §4.2.4).

enum Authority {
    static func isValid(_ span: RawSpan, _ range: Range<Int>, mayBeEmpty: Bool) -> Bool {
        guard !range.isEmpty else {
            return mayBeEmpty
        }
        if span[range.lowerBound] == 0x5B {
            return isLiteral(span, range)
        }
        var host = plainEnd(span, range)
        while host < range.upperBound, span[host] != ASCII.colon {
            guard ASCII.isHost(span[host]), span[host] != 0x5B, span[host] != 0x5D else {
                return false
            }
            host += 1
        }
        return host > range.lowerBound && isPort(span, host..<range.upperBound)
    }

    /// The end of the letters, digits, dots and dashes at the start of a range, or some offset before it; eight bytes
    /// at a time.
    private static func plainEnd(_ span: RawSpan, _ range: Range<Int>) -> Int {
        guard range.count >= 8 else {
            return range.lowerBound
        }
        let last = range.upperBound - 8
        var offset = range.lowerBound
        while true {
            let bytes = EightBytes(span.eightBytes(at: offset))
            let plain = bytes.letters | bytes.among(0x2D, 0x2E) | bytes.among(0x30, 0x39)
            guard plain == EightBytes.all else {
                return offset + (~plain & EightBytes.all).littleEndian.trailingZeroBitCount / 8
            }
            guard offset < last else {
                return range.upperBound
            }
            // The last word has some of the bytes before it, too.
            offset = min(offset + 8, last)
        }
    }

    /// "[::1]" with an optional port.
    private static func isLiteral(_ span: RawSpan, _ range: Range<Int>) -> Bool {
        var close = range.lowerBound + 1
        while close < range.upperBound, span[close] != 0x5D {
            let byte = span[close]
            guard ASCII.isUnreserved(byte) || byte == ASCII.colon else {
                return false
            }
            close += 1
        }
        guard close < range.upperBound, close > range.lowerBound + 1 else {
            return false
        }
        return isPort(span, (close + 1)..<range.upperBound)
    }

    /// Nothing, or a colon and at most five digits.
    private static func isPort(_ span: RawSpan, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else {
            return true
        }
        guard span[range.lowerBound] == ASCII.colon, range.count <= 6 else {
            return false
        }
        var offset = range.lowerBound + 1
        while offset < range.upperBound {
            guard ASCII.isDigit(span[offset]) else {
                return false
            }
            offset += 1
        }
        return true
    }
}
