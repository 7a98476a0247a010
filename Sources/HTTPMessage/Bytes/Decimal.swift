// Value. Decimal numbers read from and written to bytes without a String in between.
//
// Owned by HTTPMessage; used for Content-Length, Age, ranges and dates. Invariant: reading accepts digits only, no
// sign, no blank, and reports overflow rather than wrapping.

/// Decimal numbers as HTTP writes them: digits, nothing else.
public enum Decimal {
    /// Appends a number's digits.
    ///
    /// - Parameters:
    ///   - value: The number.
    ///   - bytes: Where its digits go.
    public static func write(_ value: UInt64, into bytes: inout [UInt8]) {
        bytes.append(upTo: longest) { $0.write(value) }
    }

    /// Appends a number's digits, with a minus sign before those of a negative one.
    ///
    /// - Parameters:
    ///   - value: The number.
    ///   - bytes: Where its digits go.
    public static func write(_ value: Int64, into bytes: inout [UInt8]) {
        bytes.append(upTo: longest) { $0.write(value) }
    }

    /// Digits of the longest number, and its sign.
    private static let longest = 20

    /// Reads a text that is one or more digits and nothing else.
    ///
    /// - Parameter text: The digits.
    /// - Returns: The number, `UInt64.max` if it is larger than that, or nil for any other text.
    public static func parse(_ text: String) -> UInt64? {
        let span = unsafe text.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        return parse(span, 0..<span.byteCount)
    }

    /// Reads bytes that are one or more digits and nothing else.
    ///
    /// - Parameters:
    ///   - span: Any bytes.
    ///   - range: The place of the digits.
    /// - Returns: The number, `UInt64.max` if it is larger than that, or nil for anything else.
    public static func parse(_ span: RawSpan, _ range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for offset in range {
            guard ASCII.isDigit(span[offset]) else {
                return nil
            }
            value = appending(span[offset], to: value) ?? .max
        }
        return range.isEmpty ? nil : value
    }

    /// A number with one more digit, or nil if it no longer fits.
    @inline(__always)
    static func appending(_ digit: UInt8, to value: UInt64) -> UInt64? {
        let (product, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, carries) = product.addingReportingOverflow(UInt64(digit &- ASCII.zero))
        return overflows || carries ? nil : sum
    }

    /// Appends two digits, as times of day have them.
    static func writeTwo(_ value: Int, into bytes: inout [UInt8]) {
        bytes.append(ASCII.zero &+ UInt8(truncatingIfNeeded: value / 10 % 10))
        bytes.append(ASCII.zero &+ UInt8(truncatingIfNeeded: value % 10))
    }
}
