// Value. Where one response's lines and its body lie in what arrives over a connection (RFC 9112 §6.3). Pure.
// It finds, `HeadParser` reads and judges. Invariant: no byte is told twice, none of the next response is told at all.

import HTTPMessage

/// Takes the bytes of one response apart.
struct ResponseFraming {
    /// How the end of a body is known.
    enum Body: Equatable {
        /// There is none: answers to HEAD, 204, 304.
        case none
        case length(Int64)
        case chunked
        /// The server closes the connection.
        case untilClose
    }

    /// What the next bytes are; offsets are those of the span given.
    enum Step: Equatable {
        /// A line of a head, its line ending included.
        case line(Range<Int>)
        case body(Range<Int>)
        /// Those before `consumed` are used up; the others are to be given again, with what follows them.
        case needsMore(consumed: Int)
        /// The response ends at `consumed`.
        case end(consumed: Int)
        case refused(OriginError.Kind, String)
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
    private(set) var trailerSection: [UInt8] = []

    /// The bytes of the body that are certain to come; 0 where that is not known.
    var remaining: Int64 {
        if case .length(let length) = state { length } else { 0 }
    }

    /// Whether the next line is one of a head.
    var isInHead: Bool {
        if case .head = state { true } else { false }
    }

    /// Whether the end of the connection is the end of the response.
    var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// The final head was read: from now on it is the body.
    mutating func begin(_ body: Body) {
        switch body {
        case .none: state = .none
        case .length(let length): state = .length(length)
        case .chunked: state = .chunked(ChunkedDecoder())
        case .untilClose: state = .untilClose
        }
    }

    /// Counts bytes of the body that were taken off the connection elsewhere; at most `remaining`.
    mutating func skip(_ count: Int) {
        if case .length(let length) = state { state = .length(length - Int64(count)) }
    }

    /// Looks at the next bytes.
    mutating func next(_ span: RawSpan) -> Step {
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
            case .refused(let refusal):
                let isTooLarge = refusal == .trailersTooLong || refusal == .extensionsTooLong
                return .refused(isTooLarge ? .tooLarge : .malformed, "chunked body: \(refusal.rawValue)")
            }
        }
    }

    private mutating func nextLine(_ span: RawSpan) -> Step {
        if isAtStart {
            // Told at once: what speaks no HTTP may never send a line's end.
            var known = 0
            for byte in "HTTP/".utf8.prefix(span.byteCount) {
                guard span.byte(at: known) == byte else { return .refused(.malformed, "status line") }
                known += 1
            }
            isAtStart = known < 5
        }
        let end = span.firstIndex(of: 0x0A, in: 0..<span.byteCount)
        if end < span.byteCount { return .line(0..<end + 1) }
        guard span.byteCount <= HeadParser.maximumBytes else {
            return .refused(.tooLarge, "head over \(HeadParser.maximumBytes) bytes")
        }
        return .needsMore(consumed: 0)
    }

    /// The decoder drops the trailer section, which may come in pieces; it is the last of what it has used up.
    private mutating func keepTrailers(_ span: RawSpan, until end: Int, of decoder: ChunkedDecoder) {
        for offset in end - (decoder.trailerLength - trailerSection.count)..<end {
            trailerSection.append(span.byte(at: offset))
        }
    }
}
