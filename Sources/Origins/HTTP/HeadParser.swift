// Loop-confined (origin thread), and pure but for its own state. Puts a response's head together from its lines and refuses what is too large or ambiguous (RFC 9112 §4–§6).
// libcurl, where it is the one that frames, does so by its own, more lenient reading; what both would not read alike is
// refused here, so never delivered.

import HTTPMessage

/// Reads the lines of one response that are not its body: interim heads, the final head, the trailer section.
final class HeadParser {
    /// The most bytes of all heads together, and of a trailer section: far above any picture's, far below what would
    /// hurt.
    static let maximumBytes = 64 * 1024
    /// The most field lines of one head.
    static let maximumLines = 200
    /// Of how many field lines few heads have more.
    private static let usualLines = 12
    /// The bytes that few heads have more of.
    private static let usualBytes = 512
    /// The most interim (1xx) heads.
    static let maximumInterims = 16

    enum Step: Equatable {
        case more
        case interim(OriginHead)
        case head(OriginHead)
        case refused(OriginError.Kind, String)
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
    /// The head that was read last.
    private var head: OriginHead?
    /// The fields of the trailer section so far; whole when libcurl says that the response is.
    private(set) var trailers = Fields()
    private var isAskedAgain = false
    private var allowsHTTP2 = false

    /// Begins with a response, whatever it has read before.
    ///
    /// - Parameters:
    ///   - isAskedAgain: After a 417, libcurl asks again without the expectation: the first 417 is not the answer.
    ///   - allowsHTTP2: Whether the connection may be of HTTP/2, whose heads libcurl writes as lines.
    func begin(isAskedAgain: Bool = false, allowsHTTP2: Bool = false) {
        self.isAskedAgain = isAskedAgain
        self.allowsHTTP2 = allowsHTTP2
        (state, bytes, lines, interims) = (.statusLine, 0, 0, 0)
        if !trailers.isEmpty { trailers = Fields() }
    }

    /// Whether the final head was read.
    var isDone: Bool { state == .trailers }

    /// How the body after the final head is framed (RFC 9112 §6.3).
    func body(ofAnswerTo method: String) -> ResponseFraming.Body {
        if method == "HEAD" || status == 204 || status == 304 { return .none }
        if isChunked { return .chunked }
        return contentLength.map { .length($0) } ?? .untilClose
    }

    /// Whether the connection may be used again (RFC 9112 §9.3).
    var isPersistent: Bool {
        guard let head else { return false }
        guard listsOptions else { return head.version == .http11 || head.fields.contains("Connection") }
        let options = HopByHop.listed(in: head.fields)
        return !options.contains("close") && (head.version == .http11 || options.contains("keep-alive"))
    }

    /// Takes the next line, its line ending included; a lone LF is one (RFC 9112 §2.2).
    func take(_ line: RawSpan) -> Step {
        bytes += line.byteCount
        guard bytes <= Self.maximumBytes else { return .refused(.tooLarge, "head over \(Self.maximumBytes) bytes") }
        var end = line.byteCount
        if end > 0, byte(line, end - 1) == 0x0A { end -= 1 }
        if end > 0, byte(line, end - 1) == 0x0D { end -= 1 }
        switch state {
        case .statusLine: return takeStatusLine(line.extracting(0..<end))
        case .fields: return end == 0 ? finish() : takeField(line, end)
        case .trailers: return end == 0 ? .more : takeTrailer(line.extracting(0..<end))
        }
    }

    /// Takes the field lines that a span begins with, as far as they are whole, in the usual form, and say nothing about the
    /// framing: what `take` makes of them one by one, at half the cost.
    ///
    /// - Returns: Their bytes; 0 where `take` has to have the next line.
    func takeUsualLines(_ span: RawSpan) -> Int {
        guard state == .fields else { return 0 }
        let (room, linesBefore) = (Self.maximumBytes - bytes, lines)
        var count = 0
        let taken = fields.append(usualLinesOf: span) { line in
            guard line.line.upperBound <= room, linesBefore + count < Self.maximumLines,
                !Self.tellsFraming(line, span)
            else { return false }
            count += 1
            return true
        }
        (bytes, lines) = (bytes + taken, lines + count)
        return taken
    }

    private static func tellsFraming(_ line: FieldLine, _ span: RawSpan) -> Bool {
        line.isNamed("content-length", in: span) || line.isNamed("transfer-encoding", in: span)
            || line.isNamed("connection", in: span)
    }

    private func takeStatusLine(_ text: RawSpan) -> Step {
        guard let line = StatusLine.parse(text), line.major == 1 || line.major == 2 && allowsHTTP2 else {
            return .refused(.malformed, "status line")
        }
        // 101 was not asked for; nothing is known of what would follow it.
        guard line.status <= 599, line.status != 101 else { return .refused(.malformed, "status \(line.status)") }
        (status, reason, fields) = (line.status, line.reason, Fields())
        fields.reserveCapacity(Self.usualLines, bytes: Self.usualBytes)
        version = line.major == 2 ? .http2 : line.minor == 0 ? .http10 : .http11
        (contentLength, isChunked, listsOptions, lines) = (nil, false, false, 0)
        state = .fields
        return .more
    }

    /// Takes a line whose end stands at `end`.
    private func takeField(_ text: RawSpan, _ end: Int) -> Step {
        let line: FieldLine
        switch fieldLine(text.extracting(0..<end), hasEnd: end + 2 == text.byteCount) {
        case .success(let read): line = read
        case .failure(let refused): return refused.step
        }
        fields.append(line, of: text)
        if line.isNamed("content-length", in: text) { return takeContentLength(text, line.value) }
        if line.isNamed("transfer-encoding", in: text) { return takeTransferEncoding(text, line.value) }
        if line.isNamed("connection", in: text), !text.matches(line.value, lowercased: "keep-alive") {
            listsOptions = true
        }
        return .more
    }

    private struct Refused: Error {
        let step: Step
    }

    /// Folded lines are refused (RFC 9112 §5.2), as are control bytes.
    private func fieldLine(_ text: RawSpan, hasEnd: Bool = false) -> Result<FieldLine, Refused> {
        lines += 1
        guard lines <= Self.maximumLines else {
            return .failure(Refused(step: .refused(.tooLarge, "over \(Self.maximumLines) fields")))
        }
        guard let line = FieldLine.read(text, hasEnd: hasEnd) ?? Self.withoutSpaceBeforeColon(text) else {
            return .failure(Refused(step: .refused(.malformed, "field line")))
        }
        return .success(line)
    }

    /// A line from whose name trailing blanks were removed (RFC 9112 §5.1); nil where there is another fault.
    ///
    /// Not where the name tells the framing: libcurl does not take it for that field.
    private static func withoutSpaceBeforeColon(_ text: RawSpan) -> FieldLine? {
        let colon = text.firstIndex(of: UInt8(ascii: ":"), in: 0..<text.byteCount)
        let name = text.trimmed(0..<colon)
        guard colon < text.byteCount, name.lowerBound == 0, text.isToken(name) else { return nil }
        let value = text.trimmed(colon + 1..<text.byteCount)
        guard text.isFieldValue(value) else { return nil }
        let line = FieldLine(name: name, value: value, line: 0..<text.byteCount)
        return tellsFraming(line, text) ? nil : line
    }

    private func takeContentLength(_ text: RawSpan, _ value: Range<Int>) -> Step {
        guard value.count <= 18, let number = Decimal.parse(text, value), let length = Int64(exactly: number) else {
            return .refused(.malformed, "Content-Length")
        }
        if let former = contentLength, former != length { return .refused(.malformed, "unequal Content-Length") }
        contentLength = length
        return .more
    }

    /// Only "chunked", once: no other coding was asked for (RFC 9112 §7.4), and none exists in HTTP/1.0 (§6.1) or HTTP/2
    /// (RFC 9113 §8.2.2).
    private func takeTransferEncoding(_ text: RawSpan, _ value: Range<Int>) -> Step {
        guard text.matches(value, lowercased: "chunked"), !isChunked, version == .http11 else {
            return .refused(.malformed, "Transfer-Encoding")
        }
        isChunked = true
        return .more
    }

    private func finish() -> Step {
        // Either reading of such a message may be the sender's (RFC 9112 §6.3).
        guard !(isChunked && contentLength != nil) else {
            return .refused(.malformed, "Content-Length with Transfer-Encoding")
        }
        if status == 417, isAskedAgain {
            isAskedAgain = false
            state = .statusLine
            return .more
        }
        guard status >= 200 else {
            interims += 1
            guard interims <= Self.maximumInterims else { return .refused(.tooLarge, "interim responses") }
            state = .statusLine
            return .interim(takeHead(contentLength: nil))
        }
        (state, bytes, lines) = (.trailers, 0, 0)
        return .head(takeHead(contentLength: contentLength))
    }

    /// The head that was read; leaves no other share in its fields behind.
    private func takeHead(contentLength: Int64?) -> OriginHead {
        let read = OriginHead(
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

    private func takeTrailer(_ text: RawSpan) -> Step {
        switch fieldLine(text) {
        case .failure(let refused): return refused.step
        case .success(let line):
            let isKeptOut =
                HopByHop.contains(line.name, of: text)
                || Self.keptOut.contains(FieldList.lowercased(text.text(line.name)))
            if !isKeptOut { trailers.append(line, of: text) }
            return .more
        }
    }

    /// What a recipient would have to know before the body: framing, routing, authentication, caching, how to read the
    /// content (RFC 9110 §6.5.1); a trailer section must not bring it.
    private static let keptOut = Set([
        "host", "content-length", "content-encoding", "content-type", "content-range", "cache-control", "expires",
        "age",
        "date", "vary", "location", "retry-after", "set-cookie", "authorization", "www-authenticate",
        "authentication-info", "expect", "max-forwards", "pragma", "range", "cache-status", "proxy-status",
    ])
}

private func byte(_ span: RawSpan, _ offset: Int) -> UInt8 {
    unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self)  // because every byte is a UInt8; bounds are checked
}
