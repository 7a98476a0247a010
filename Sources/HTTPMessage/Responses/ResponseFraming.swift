// Value. Finds the lines and the body of one response in the bytes of a connection (RFC 9112 §6.3).
// The connection owns one for each response; `ResponseHeadParser` reads the lines that it finds.
// Invariant: it reports each byte once, and no byte of the next response.

/// Takes the bytes of one response apart.
public struct ResponseFraming {
    /// How the end of a body is found.
    public enum Body: Equatable, Sendable {
        /// No body: responses to HEAD, 204, 304.
        case none
        case length(Int64)
        case chunked
        /// The server closes the connection.
        case untilClose
    }

    /// What the next bytes are, by their offsets in the given span.
    public enum Step: Equatable {
        /// A line of a head with its line ending.
        case line(Range<Int>)
        case body(Range<Int>)
        /// Bytes up to `consumed` are used; the caller gives the others again, followed by more.
        case needsMore(consumed: Int)
        /// The response ends at `consumed`.
        case end(consumed: Int)
        case refused(ResponseRefusal)
    }

    private enum State {
        case head
        case none
        case length(Int64)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var state = State.head
    private var isAtStart = true
    /// The lines of the trailer section, once the response has ended.
    public private(set) var trailerSection: [UInt8] = []

    public init() {}

    /// The bytes of the body still to come; 0 if unknown.
    public var remaining: Int64 {
        if case .length(let length) = state { length } else { 0 }
    }

    /// Whether the next line is one of a head.
    public var isInHead: Bool {
        if case .head = state { true } else { false }
    }

    /// Whether the end of the connection is the end of the response.
    public var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// The final head is complete: the body follows.
    public mutating func begin(_ body: Body) {
        switch body {
        case .none: state = .none
        case .length(let length): state = .length(length)
        case .chunked: state = .chunked(ChunkedDecoder())
        case .untilClose: state = .untilClose
        }
    }

    /// Counts bytes of the body that the owner read itself; at most `remaining`.
    public mutating func skip(_ count: Int) {
        if case .length(let length) = state { state = .length(length - Int64(count)) }
    }

    /// Looks at the next bytes.
    public mutating func next(_ span: RawSpan) -> Step {
        switch state {
        case .head: return nextLine(span)
        case .none, .length(0): return .end(consumed: 0)
        case .length(let length):
            let count = Int(min(length, Int64(span.byteCount)))
            guard count > 0 else { return .needsMore(consumed: 0) }
            state = .length(length - Int64(count))
            return .body(0..<count)
        case .untilClose: return span.isEmpty ? .needsMore(consumed: 0) : .body(0..<span.byteCount)
        case .chunked(var decoder):
            let step = decoder.decode(span)
            state = .chunked(decoder)
            switch step {
            case .needsMore(let consumed):
                keepTrailers(span, until: consumed, of: decoder)
                return .needsMore(consumed: consumed)
            case .bytes(let range): return .body(range)
            case .end(let consumed):
                keepTrailers(span, until: consumed, of: decoder)
                return .end(consumed: consumed)
            case .refused(let refusal): return .refused(.chunkedBody(refusal))
            }
        }
    }

    private mutating func nextLine(_ span: RawSpan) -> Step {
        if isAtStart {
            // Checked byte by byte, since a peer that does not speak HTTP may never end its line.
            var known = 0
            for byte in "HTTP/".utf8.prefix(span.byteCount) {
                guard span[known] == byte else { return .refused(.statusLine) }
                known += 1
            }
            isAtStart = known < 5
        }
        let end = span.firstIndex(of: ASCII.lf, in: 0..<span.byteCount)
        if end < span.byteCount { return .line(0..<end + 1) }
        guard span.byteCount <= ResponseHeadParser.maximumBytes else { return .refused(.headTooLarge) }
        return .needsMore(consumed: 0)
    }

    /// Keeps the trailer section, which the decoder drops: the last of the bytes that it used, possibly in pieces.
    private mutating func keepTrailers(_ span: RawSpan, until end: Int, of decoder: ChunkedDecoder) {
        for offset in end - (decoder.trailerLength - trailerSection.count)..<end {
            trailerSection.append(span[offset])
        }
    }
}
