// Value. The framing of a request's body by Content-Length and Transfer-Encoding (RFC 9112 §6.1–§6.3).
//
// Part of HeadReader. Invariant: `finish` gives a framing only if every reader of the same head must come to the same
// one; a list of equal lengths, which a recipient may accept, is refused too.

struct FramingReader {
    private var length: UInt64?
    private var hasTransferEncoding = false
    private var isChunkedLast = false
    private var hasOtherCoding = false
    private var isMalformed = false

    mutating func noteContentLength(_ span: RawSpan, _ value: Range<Int>) -> RequestRefusal? {
        guard length == nil else {
            return .conflictingContentLength
        }
        guard !value.isEmpty else {
            return .badContentLength
        }
        var sum: UInt64 = 0
        for offset in value {
            guard ASCII.isDigit(span[offset]), let next = Decimal.appending(span[offset], to: sum) else {
                return .badContentLength
            }
            sum = next
        }
        // No file is longer, and lengths are signed from here on.
        guard sum <= UInt64(Int64.max) else {
            return .badContentLength
        }
        length = sum
        return nil
    }

    mutating func noteTransferEncoding(_ span: RawSpan, _ value: Range<Int>) {
        hasTransferEncoding = true
        if value.isEmpty {
            isMalformed = true
        }
        var start = value.lowerBound
        while start < value.upperBound {
            var comma = start
            while comma < value.upperBound, span[comma] != ASCII.comma {
                comma += 1
            }
            noteCoding(span, span.trimmed(start..<comma))
            // A comma at the end leaves an empty coding behind it.
            if comma == value.upperBound - 1 {
                isMalformed = true
            }
            start = comma + 1
        }
    }

    private mutating func noteCoding(_ span: RawSpan, _ coding: Range<Int>) {
        guard !coding.isEmpty, ASCII.isToken(span[coding.lowerBound]) else {
            isMalformed = true
            return
        }
        if isChunkedLast {
            // Something follows chunked, perhaps chunked once more.
            isMalformed = true
        }
        isChunkedLast = span.matches(coding, lowercased: "chunked")
        if !isChunkedLast {
            hasOtherCoding = true
        }
    }

    /// Stores the framing in the head, or says why none can be trusted.
    func finish(_ head: inout RequestHead) -> RequestRefusal? {
        guard hasTransferEncoding else {
            head.framing = length.map { .length($0) } ?? .none
            return nil
        }
        guard head.minorVersion == 1 else {
            return .transferEncodingInHTTP10
        }
        guard length == nil else {
            return .contentLengthWithTransferEncoding
        }
        guard isChunkedLast, !isMalformed else {
            return .badTransferEncoding
        }
        guard !hasOtherCoding else {
            return .unsupportedTransferEncoding
        }
        head.framing = .chunked
        return nil
    }
}
