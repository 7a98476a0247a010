// Value. One pass over a whole head, from the request line to the last field line.
//
// Made and used by RequestParser.parse alone, for one head. Invariant: `position` only grows and stays at or before
// `end`, the offset of the empty line; every line before `end` ends in CR LF, which RequestParser.headEnd has made sure
// of for LF and this reader makes sure of for CR.

struct HeadReader {
    let limits: RequestLimits
    var position: Int
    let end: Int
    var head = RequestHead()
    var framing = FramingReader()
    private var hostCount = 0
    private var connection = ConnectionOptions()

    init(limits: RequestLimits, position: Int, end: Int) {
        self.limits = limits
        self.position = position
        self.end = end
    }

    /// Reads the head into `head`, or says why it is refused.
    mutating func read(_ span: RawSpan) -> RequestRefusal? {
        if let refusal = readRequestLine(span) {
            return refusal
        }
        let start = position
        if let refusal = readFields(span) {
            return refusal
        }
        head.fieldsRange = start..<end
        head.length = end + 2
        if head.minorVersion == 1, hostCount == 0 {
            return .noHost
        }
        head.keepAlive = head.minorVersion == 1 ? !connection.close : connection.keepAlive && !connection.close
        if connection.others {
            head.marks.insert(.connectionOptions)
        }
        if head.minorVersion == 0 {
            // A 1.0 client does not know 100 (Continue): its expectation is ignored (RFC 9110 §10.1.1).
            head.expectsContinue = false
        }
        return framing.finish(&head)
    }

    private mutating func readFields(_ span: RawSpan) -> RequestRefusal? {
        var count = 0
        while position < end {
            count += 1
            guard count <= limits.fields else {
                return .tooManyFields
            }
            if let refusal = readField(span) {
                return refusal
            }
        }
        return nil
    }

    private mutating func readField(_ span: RawSpan) -> RequestRefusal? {
        let start = position
        let stop = span.firstIndex(of: ASCII.cr, in: start..<end)
        let colon = span.firstIndex(of: ASCII.colon, in: start..<stop)
        guard colon < stop, span[stop + 1] == ASCII.lf, span.isToken(start..<colon), span.isFieldValue(colon + 1..<stop)
        else { return Self.refusal(ofFieldAt: start, span) }
        position = stop + 2
        return note(span, name: start..<colon, value: span.trimmed(colon + 1..<stop))
    }

    /// The reason why an invalid field line is refused.
    private static func refusal(ofFieldAt start: Int, _ span: RawSpan) -> RequestRefusal {
        var position = start
        while ASCII.isToken(span[position]) { position += 1 }
        guard span[position] == ASCII.colon, position > start else {
            return badName(span, name: start..<position, next: span[position])
        }
        position += 1
        // The CR that ends the last line stands before the head's end, so this stops inside the head.
        while ASCII.isFieldValue(span[position]) { position += 1 }
        return span[position] == ASCII.cr ? .bareCR : .badFieldValue
    }

    private static func badName(_ span: RawSpan, name: Range<Int>, next: UInt8) -> RequestRefusal {
        guard ASCII.isBlank(next) else {
            return next == ASCII.cr && !name.isEmpty && span[name.upperBound + 1] != ASCII.lf ? .bareCR : .badFieldName
        }
        guard !name.isEmpty else {
            return .obsFold
        }
        let rest = span.trimmed(name.upperBound..<span.byteCount)
        return !rest.isEmpty && span[rest.lowerBound] == ASCII.colon ? .spaceBeforeColon : .badFieldName
    }

    /// Records what a field says about framing and connection, or only its presence.
    private mutating func note(_ span: RawSpan, name: Range<Int>, value: Range<Int>) -> RequestRefusal? {
        switch KnownField(span, name) {
        case .host:
            return noteHost(span, value)
        case .connection:
            connection.note(span, value)
        case .contentLength:
            return framing.noteContentLength(span, value)
        case .transferEncoding:
            framing.noteTransferEncoding(span, value)
        case .expect:
            if span.matches(value, lowercased: "100-continue") {
                head.expectsContinue = true
            } else {
                head.marks.insert(.otherExpectation)
            }
        case .marked(let mark):
            if Self.shapes(mark) { noteShaping(mark, value) }
            head.marks.insert(mark)
        case .plain:
            break
        }
        return nil
    }

    private static func shapes(_ mark: RequestHead.Marks) -> Bool {
        mark == .ifNoneMatch || mark == .ifModifiedSince || mark == .range
    }

    /// Records the place of a value that shapes the response to a hit.
    private mutating func noteShaping(_ mark: RequestHead.Marks, _ value: Range<Int>) {
        if head.marks.contains(mark) {
            // Repeated, it is no longer simple; an entity tag still counts if a date is repeated.
            if mark == .ifNoneMatch || !head.marks.contains(.ifNoneMatch) { head.shaping = 0..<0 }
        } else if mark == .ifNoneMatch || head.marks.isDisjoint(with: [.ifNoneMatch, .ifModifiedSince, .range]) {
            head.shaping = value
        }
    }

    private mutating func noteHost(_ span: RawSpan, _ value: Range<Int>) -> RequestRefusal? {
        hostCount += 1
        guard hostCount == 1 else {
            return .repeatedHost
        }
        guard Authority.isValid(span, value, mayBeEmpty: true) else {
            return .badHost
        }
        head.marks.insert(.host)
        if !head.marks.contains(.absoluteForm) {
            head.host = value
        }
        return nil
    }
}
