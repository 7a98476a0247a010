// Value. Classes of bytes as HTTP's grammars name them (RFC 9110 §5.6, RFC 3986 §2), as bit masks.
// The one place of larder for letters, digits, case and hexadecimal digits of bytes.
// Invariant: pure and without stored statics, so that parsing touches no global that needs initializing.

public enum ASCII {
    @inlinable public static var tab: UInt8 { 0x09 }
    @inlinable public static var lf: UInt8 { 0x0A }
    @inlinable public static var cr: UInt8 { 0x0D }
    @inlinable public static var space: UInt8 { 0x20 }
    @inlinable public static var quote: UInt8 { 0x22 }
    @inlinable public static var hash: UInt8 { 0x23 }
    @inlinable public static var percent: UInt8 { 0x25 }
    @inlinable public static var asterisk: UInt8 { 0x2A }
    @inlinable public static var comma: UInt8 { 0x2C }
    @inlinable public static var dash: UInt8 { 0x2D }
    @inlinable public static var dot: UInt8 { 0x2E }
    @inlinable public static var slash: UInt8 { 0x2F }
    @inlinable public static var zero: UInt8 { 0x30 }
    @inlinable public static var colon: UInt8 { 0x3A }
    @inlinable public static var semicolon: UInt8 { 0x3B }
    @inlinable public static var equals: UInt8 { 0x3D }
    @inlinable public static var question: UInt8 { 0x3F }
    @inlinable public static var backslash: UInt8 { 0x5C }
    @inlinable public static var delete: UInt8 { 0x7F }

    @inlinable
    @inline(__always)
    public static func isBlank(_ byte: UInt8) -> Bool {
        byte == space || byte == tab
    }

    @inlinable
    @inline(__always)
    public static func isDigit(_ byte: UInt8) -> Bool {
        byte &- zero < 10
    }

    @inlinable
    @inline(__always)
    public static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26
    }

    @inlinable
    @inline(__always)
    public static func isUpper(_ byte: UInt8) -> Bool {
        byte &- 0x41 < 26
    }

    @inlinable
    @inline(__always)
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        isUpper(byte) ? byte | 0x20 : byte
    }

    /// The value of a hexadecimal digit of either case.
    @inlinable
    @inline(__always)
    public static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) {
            return byte &- zero
        }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    @inlinable
    @inline(__always)
    public static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte)
    }

    /// The upper-case digit of a value below 16.
    static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? zero &+ value : 0x37 &+ value
    }

    /// Appends both hexadecimal digits of a byte, in lower case.
    public static func appendHex(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(lowercased(hexDigit(byte >> 4)))
        bytes.append(lowercased(hexDigit(byte & 15)))
    }

    /// `tchar` of RFC 9110 §5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
    @inlinable
    @inline(__always)
    public static func isToken(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// `unreserved` of RFC 3986 §2.3: letters, digits and `-._~`.
    @inlinable
    @inline(__always)
    public static func isUnreserved(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    /// Bytes that a path segment may contain unencoded: `pchar` of RFC 3986 §3.3 less the percent sign.
    @inlinable
    @inline(__always)
    public static func isPathCharacter(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x2FFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
    }

    /// Bytes of `reg-name`, an IP literal or a port: unreserved, sub-delims and `%:[]`.
    @inlinable
    @inline(__always)
    public static func isHost(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x2FFF_7FF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
    }

    /// Bytes of a field value: tab, visible characters, space and bytes from 0x80 up (RFC 9110 §5.5).
    @inlinable
    @inline(__always)
    public static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= space ? byte != delete : byte == tab
    }

    /// Appends the UTF-8 form of U+0000…U+00FF.
    static func appendLatin1(_ byte: UInt8, to utf8: inout [UInt8]) {
        guard byte >= 0x80 else {
            utf8.append(byte)
            return
        }
        utf8.append(0xC0 | (byte >> 6))
        utf8.append(0x80 | (byte & 0x3F))
    }

    @inlinable
    @inline(__always)
    static func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        byte < 64 ? (low >> UInt64(byte)) & 1 == 1 : byte < 128 && (high >> UInt64(byte &- 64)) & 1 == 1
    }
}
