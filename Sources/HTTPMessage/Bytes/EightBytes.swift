// Value. Eight bytes that are tested together, for the scans that every request pays for (Warren, Hacker's Delight §6).
//
// Owned by HTTPMessage. Invariant: each test is exact for each byte by itself; a byte from 0x80 up passes none.

/// Eight bytes as one word.
///
/// A test sets the high bit of each byte that passes.
struct EightBytes {
    /// The word in which every byte passes.
    static let all: UInt64 = ones << 7
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// The bytes without their high bits, so that a sum of two stays in its own place.
    private let low: UInt64
    /// The high bit of each place whose byte is below 0x80.
    private let isASCII: UInt64

    @inline(__always)
    init(_ word: UInt64) {
        low = word & ~Self.all
        isASCII = ~word & Self.all
    }

    /// Which bytes lie in a range, whose bounds are below 0x80.
    @inline(__always)
    func among(_ first: UInt8, _ last: UInt8) -> UInt64 { Self.among(low, first, last) & isASCII }

    /// Which bytes are letters of either case.
    @inline(__always)
    var letters: UInt64 { Self.among(low | Self.ones << 5, 0x61, 0x7A) & isASCII }

    /// Which bytes are this one, which is below 0x80.
    @inline(__always)
    func equal(to byte: UInt8) -> UInt64 {
        ~((low ^ Self.ones &* UInt64(byte)) &+ Self.ones &* 0x7F) & isASCII
    }

    @inline(__always)
    private static func among(_ low: UInt64, _ first: UInt8, _ last: UInt8) -> UInt64 {
        (low &+ ones &* UInt64(0x80 - first)) & ~(low &+ ones &* UInt64(0x7F - last))
    }
}

extension RawSpan {
    /// The eight bytes from an offset on; traps outside the span.
    @inline(__always)
    func eightBytes(at offset: Int) -> UInt64 {
        // because the load is bounds-checked, and any bit pattern is a UInt64
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Whether a test holds for each word of a range.
    ///
    /// The last word may overlap the one before it.
    ///
    /// - Parameters:
    ///   - range: Eight bytes or more.
    ///   - step: The distance between words: 8, or 7 if a test looks at neighbours.
    ///   - test: Looks at the word that begins at an offset.
    /// - Returns: Whether it held for all of them.
    @inline(__always)
    func allWords(of range: Range<Int>, step: Int = 8, _ test: (UInt64, Int) -> Bool) -> Bool {
        let last = range.upperBound - 8
        var offset = range.lowerBound
        while offset < last {
            guard test(eightBytes(at: offset), offset) else { return false }
            offset += step
        }
        return test(eightBytes(at: last), last)
    }
}
