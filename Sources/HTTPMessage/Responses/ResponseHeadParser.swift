// Confined to its owner's thread. Assembles the head of one response from its lines and refuses what is too large or
// ambiguous (RFC 9112 §4–§6). Each attempt at an origin owns one, and the origin thread calls it.
// Invariant: a response that libcurl and this parser could frame differently is refused, and so never delivered.

/// Reads the lines of one response outside its body: interim heads, the final head, the trailer section.
public final class ResponseHeadParser {
    /// The limit in bytes of all heads together, and of a trailer section: far above what a picture needs, and far
    /// below what would do harm.
    public static let maximumBytes = 64 * 1024
    /// The limit of field lines in one head.
    public static let maximumLines = 200
    /// Few heads have more field lines.
    private static let usualLines = 12
    /// Few heads have more bytes.
    private static let usualBytes = 512
    /// The limit of interim (1xx) heads.
    public static let maximumInterims = 16

    /// What a line completes.
    public enum Step: Equatable {
        case more
        case interim(ReceivedHead)
        case head(ReceivedHead)
        case refused(ResponseRefusal)
    }

    private enum State {
        case statusLine
        case fields
        case trailers
    }

    private var state = State.statusLine
    private var bytes = 0
    private var lines = 0
    private var interims = 0
    private var contentLength: Int64?
    private var isChunked = false
    /// Whether Connection has anything else than "keep-alive".
    private var listsOptions = false
    // The head so far.
    private var status = 0
    private var reason = ""
    private var version = Via.ReceivedVersion.http11
    private var fields = Fields()
    /// The last complete head.
    private var head: ReceivedHead?
    /// The fields of the trailer section so far; complete once the response is.
    public private(set) var trailers = Fields()
    private var isAskedAgain = false
    private var allowsHTTP2 = false

    public init() {}

    /// Starts with a new response and forgets the former one.
    ///
    /// - Parameters:
    ///   - isAskedAgain: Whether libcurl repeats the request without the expectation after a 417, so that the first 417
    ///     is not the response.
    ///   - allowsHTTP2: Whether the connection may use HTTP/2; libcurl presents its heads as lines.
    public func begin(isAskedAgain: Bool = false, allowsHTTP2: Bool = false) {
        self.isAskedAgain = isAskedAgain
        self.allowsHTTP2 = allowsHTTP2
        (state, bytes, lines, interims) = (.statusLine, 0, 0, 0)
        if !trailers.isEmpty { trailers = Fields() }
    }

    /// Whether the final head is complete.
    public var isDone: Bool { state == .trailers }

    /// How the body after the final head is framed (RFC 9112 §6.3).
    public func body(ofAnswerTo method: String) -> ResponseFraming.Body {
        if method == "HEAD" || status == 204 || status == 304 { return .none }
        if isChunked { return .chunked }
        return contentLength.map { .length($0) } ?? .untilClose
    }

    /// Whether the connection may be used again (RFC 9112 §9.3).
    public var isPersistent: Bool {
        guard let head else { return false }
        guard listsOptions else { return head.version == .http11 || head.fields.contains("Connection") }
        let options = HopByHop.listed(in: head.fields)
        return !options.contains("close") && (head.version == .http11 || options.contains("keep-alive"))
    }

    /// Takes the next line, its line ending included; a lone LF is one (RFC 9112 §2.2).
    public func parse(_ line: RawSpan) -> Step {
        bytes += line.byteCount
        guard bytes <= Self.maximumBytes else { return .refused(.headTooLarge) }
        var end = line.byteCount
        if end > 0, line[end - 1] == ASCII.lf { end -= 1 }
        if end > 0, line[end - 1] == ASCII.cr { end -= 1 }
        switch state {
        case .statusLine: return parseStatusLine(line.extracting(0..<end))
        case .fields: return end == 0 ? finish() : parseField(line, end)
        case .trailers: return end == 0 ? .more : parseTrailer(line.extracting(0..<end))
        }
    }

    /// Takes the complete field lines at the start of a span, up to the first that is not in the usual form or concerns
    /// the framing.
    ///
    /// The result is that of `take` line by line, at half the cost.
    ///
    /// - Returns: The number of bytes taken; 0 if `take` must read the next line.
    public func parseUsualLines(_ span: RawSpan) -> Int {
        guard state == .fields else { return 0 }
        let (room, linesBefore) = (Self.maximumBytes - bytes, lines)
        var count = 0
        let taken = fields.append(usualLinesOf: span) { line in
            guard line.line.upperBound <= room, linesBefore + count < Self.maximumLines,
                !Self.concernsFraming(line, span)
            else { return false }
            count += 1
            return true
        }
        (bytes, lines) = (bytes + taken, lines + count)
        return taken
    }

    private static func concernsFraming(_ line: FieldLine, _ span: RawSpan) -> Bool {
        line.isNamed("content-length", in: span) || line.isNamed("transfer-encoding", in: span)
            || line.isNamed("connection", in: span)
    }

    private func parseStatusLine(_ text: RawSpan) -> Step {
        guard let line = StatusLine.parse(text), line.major == 1 || line.major == 2 && allowsHTTP2 else {
            return .refused(.statusLine)
        }
        // 101 was not requested, and nothing is known of what would follow it.
        guard line.status <= 599, line.status != 101 else { return .refused(.status(line.status)) }
        (status, reason, fields) = (line.status, line.reason, Fields())
        fields.reserveCapacity(Self.usualLines, bytes: Self.usualBytes)
        version = line.major == 2 ? .http2 : line.minor == 0 ? .http10 : .http11
        (contentLength, isChunked, listsOptions, lines) = (nil, false, false, 0)
        state = .fields
        return .more
    }

    /// Takes a line whose end stands at `end`.
    private func parseField(_ text: RawSpan, _ end: Int) -> Step {
        let line: FieldLine
        switch fieldLine(text.extracting(0..<end), hasEnd: end + 2 == text.byteCount) {
        case .success(let read): line = read
        case .failure(let refusal): return .refused(refusal)
        }
        fields.append(line, of: text)
        if line.isNamed("content-length", in: text) { return parseContentLength(text, line.value) }
        if line.isNamed("transfer-encoding", in: text) { return parseTransferEncoding(text, line.value) }
        if line.isNamed("connection", in: text), !text.matches(line.value, lowercased: "keep-alive") {
            listsOptions = true
        }
        return .more
    }

    /// Refuses folded lines (RFC 9112 §5.2) and control bytes.
    private func fieldLine(_ text: RawSpan, hasEnd: Bool = false) -> Result<FieldLine, ResponseRefusal> {
        lines += 1
        guard lines <= Self.maximumLines else { return .failure(.tooManyFields) }
        guard let line = FieldLine.read(text, hasEnd: hasEnd) ?? Self.withoutSpaceBeforeColon(text) else {
            return .failure(.fieldLine)
        }
        return .success(line)
    }

    /// A line without the blanks behind its name (RFC 9112 §5.1); nil if the line has another fault.
    ///
    /// Also nil if the field concerns the framing: libcurl does not take such a line for that field.
    private static func withoutSpaceBeforeColon(_ text: RawSpan) -> FieldLine? {
        let colon = text.firstIndex(of: ASCII.colon, in: 0..<text.byteCount)
        let name = text.trimmed(0..<colon)
        guard colon < text.byteCount, name.lowerBound == 0, text.isToken(name) else { return nil }
        let value = text.trimmed(colon + 1..<text.byteCount)
        guard text.isFieldValue(value) else { return nil }
        let line = FieldLine(name: name, value: value, line: 0..<text.byteCount)
        return concernsFraming(line, text) ? nil : line
    }

    private func parseContentLength(_ text: RawSpan, _ value: Range<Int>) -> Step {
        guard value.count <= 18, let number = Decimal.parse(text, value), let length = Int64(exactly: number) else {
            return .refused(.contentLength)
        }
        if let former = contentLength, former != length { return .refused(.unequalContentLength) }
        contentLength = length
        return .more
    }

    /// Only "chunked", once: the request allowed no other coding (RFC 9112 §7.4), and none exists in HTTP/1.0 (§6.1) or
    /// HTTP/2 (RFC 9113 §8.2.2).
    private func parseTransferEncoding(_ text: RawSpan, _ value: Range<Int>) -> Step {
        guard text.matches(value, lowercased: "chunked"), !isChunked, version == .http11 else {
            return .refused(.transferEncoding)
        }
        isChunked = true
        return .more
    }

    private func finish() -> Step {
        // The sender may mean either (RFC 9112 §6.3).
        guard !(isChunked && contentLength != nil) else {
            return .refused(.contentLengthWithTransferEncoding)
        }
        if status == 417, isAskedAgain {
            isAskedAgain = false
            state = .statusLine
            return .more
        }
        guard status >= 200 else {
            interims += 1
            guard interims <= Self.maximumInterims else { return .refused(.tooManyInterims) }
            state = .statusLine
            return .interim(parseHead(contentLength: nil))
        }
        (state, bytes, lines) = (.trailers, 0, 0)
        return .head(parseHead(contentLength: contentLength))
    }

    /// The complete head.
    ///
    /// The parser gives up its own reference to the fields, so that they need no copy later.
    private func parseHead(contentLength: Int64?) -> ReceivedHead {
        let read = ReceivedHead(
            status: status,
            reason: reason,
            fields: fields,
            contentLength: contentLength,
            version: version
        )
        (head, fields) = (read, Fields())
        return read
    }

    // MARK: The trailer section

    private func parseTrailer(_ text: RawSpan) -> Step {
        switch fieldLine(text) {
        case .failure(let refusal): return .refused(refusal)
        case .success(let line):
            let isKeptOut =
                HopByHop.contains(line.name, of: text)
                || Self.keptOut.contains(FieldList.lowercased(text.text(line.name)))
            if !isKeptOut { trailers.append(line, of: text) }
            return .more
        }
    }

    /// Fields that a recipient needs before the body, for framing, routing, authentication, caching or reading the
    /// content: they must not come in a trailer section (RFC 9110 §6.5.1).
    private static let keptOut = Set([
        "host", "content-length", "content-encoding", "content-type", "content-range", "cache-control", "expires",
        "age",
        "date", "vary", "location", "retry-after", "set-cookie", "authorization", "www-authenticate",
        "authentication-info", "expect", "max-forwards", "pragma", "range", "cache-status", "proxy-status",
    ])
}
