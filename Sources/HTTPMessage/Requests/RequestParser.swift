// Value. Finds and reads a request head in place: no string, no dictionary, no heap (RFC 9112 §2–§7).
//
// The connection calls it with the bytes received. Invariant: a head that two readers could understand in two ways is
// refused by name, never repaired: line ends are CR LF, one space separates the parts of the request line, and a body
// has exactly one length. The head is found first (`headEnd`), then read once (`HeadReader`).

/// What the bytes received so far amount to.
public enum RequestParse: Sendable, Equatable {
    /// The head has not ended; nothing is wrong so far.
    case incomplete
    /// A whole head; its offsets are those of the parsed span.
    case head(RequestHead)
    /// The response is the refusal's status and a close.
    case refused(RequestRefusal)
}

/// Reads request heads.
public enum RequestParser {
    /// What a look for the end of a head finds.
    public enum HeadScan: Sendable, Equatable {
        /// No end among these bytes.
        case incomplete
        /// The offset after the empty line.
        case end(Int)
        /// A line ends in LF without CR, which some read as a line end and some do not.
        case refused(RequestRefusal)
    }

    /// Reads the head at the start of a span.
    ///
    /// - Parameters:
    ///   - span: What has been received and not yet consumed.
    ///   - limits: The bounds of a head.
    ///   - scanned: How many of the bytes an earlier call has already found incomplete, so that a head that arrives in
    ///     many pieces is looked through once.
    /// - Returns: The head, that it is incomplete, or why it is refused.
    public static func parse(_ span: RawSpan, limits: RequestLimits, scanned: Int = 0) -> RequestParse {
        let skipped = span.byteCount >= 2 && span[0] == ASCII.cr && span[1] == ASCII.lf ? 2 : 0
        guard skipped < span.byteCount else {
            return .incomplete
        }
        guard ASCII.isToken(span[skipped]) || (skipped == 0 && span.byteCount == 1 && span[0] == ASCII.cr) else {
            return .refused(ASCII.isBlank(span[skipped]) ? .obsFold : .malformedRequestLine)
        }
        switch headEnd(in: span, from: scanned) {
        case .refused(let refusal):
            return .refused(refusal)
        case .incomplete:
            return unfinished(span, limits: limits, start: skipped)
        case .end(let end):
            guard end <= limits.head else {
                return .refused(.headTooLarge)
            }
            var reader = HeadReader(limits: limits, position: skipped, end: end - 2)
            if let refusal = reader.read(span) {
                return .refused(refusal)
            }
            return .head(reader.head)
        }
    }

    /// Looks for the empty line that ends a head.
    ///
    /// - Parameters:
    ///   - span: What has been received and not yet consumed.
    ///   - offset: How many bytes an earlier call has looked through.
    /// - Returns: The offset after the empty line, that there is none, or that a line end is no CR LF.
    public static func headEnd(in span: RawSpan, from offset: Int = 0) -> HeadScan {
        let count = span.byteCount
        // An empty line before the request line is not the end of the head.
        let first = count >= 2 && span[0] == ASCII.cr && span[1] == ASCII.lf ? 2 : 0
        var index = max(offset, first)
        while index < count {
            index = span.firstIndex(of: ASCII.lf, in: index..<count)
            guard index < count else {
                break
            }
            guard index >= 1, span[index - 1] == ASCII.cr else {
                return .refused(.bareLF)
            }
            if index >= first + 3, span[index - 2] == ASCII.lf {
                return .end(index + 1)
            }
            index += 1
        }
        return .incomplete
    }

    /// Refuses early a head that can no longer become valid, instead of collecting bytes over the limits.
    private static func unfinished(_ span: RawSpan, limits: RequestLimits, start: Int) -> RequestParse {
        guard span.byteCount < limits.head else {
            return .refused(.headTooLarge)
        }
        // Method, two spaces and version make the rest of a request line.
        let line = RequestLimits.method + limits.target + 16
        guard span.byteCount - start > line else {
            return .incomplete
        }
        for index in start..<start + line where span[index] == ASCII.lf {
            return .incomplete
        }
        return .refused(.targetTooLong)
    }
}
