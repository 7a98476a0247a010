// Value. The request line: method, target, version (RFC 9112 §3).
//
// Part of HeadReader. Invariant: exactly one space between the parts; a target in absolute form is cut into the
// authority (`host`) and what follows it (`target`), so that later steps see one form.

extension HeadReader {
    mutating func readRequestLine(_ span: RawSpan) -> RequestRefusal? {
        let methodStart = position
        while ASCII.isToken(span[position]) {
            position += 1
        }
        let method = methodStart..<position
        guard span[position] == ASCII.space else {
            return .malformedRequestLine
        }
        guard method.count <= RequestLimits.method else {
            return .badMethod
        }
        position += 1
        let targetStart = position
        let target = targetStart..<span.firstIndex(of: ASCII.space, in: targetStart..<end)
        position = target.upperBound
        guard position < end, span.isVisible(target) else {
            return Self.refusal(ofTargetAt: targetStart, span)
        }
        guard !target.isEmpty else {
            return .malformedRequestLine
        }
        guard target.count <= limits.target else {
            return .targetTooLong
        }
        position += 1
        if let refusal = readVersion(span) {
            return refusal
        }
        return noteMethod(span, method) ?? noteTarget(span, target)
    }

    /// Why a target that no space ends is refused.
    private static func refusal(ofTargetAt start: Int, _ span: RawSpan) -> RequestRefusal {
        var position = start
        while span[position] > ASCII.space, span[position] != ASCII.delete { position += 1 }
        return span[position] == ASCII.cr && position > start ? .malformedRequestLine : .badTarget
    }

    /// "HTTP/1.1" and the line end.
    private mutating func readVersion(_ span: RawSpan) -> RequestRefusal? {
        let version = position
        guard version + 10 <= end, span.isHTTPName(at: version) else {
            return .malformedRequestLine
        }
        let major = span[version + 5]
        let minor = span[version + 7]
        guard ASCII.isDigit(major), span[version + 6] == ASCII.dot, ASCII.isDigit(minor) else {
            return .malformedRequestLine
        }
        guard span[version + 8] == ASCII.cr else {
            return .malformedRequestLine
        }
        guard span[version + 9] == ASCII.lf else {
            return .bareCR
        }
        guard major == ASCII.zero + 1 else {
            return .badVersion
        }
        head.minorVersion = minor == ASCII.zero ? 0 : 1
        position = version + 10
        return nil
    }

    private mutating func noteMethod(_ span: RawSpan, _ method: Range<Int>) -> RequestRefusal? {
        head.methodRange = method
        if span.isExactly(method, "GET") {
            head.method = .get
        } else if span.isExactly(method, "HEAD") {
            head.method = .head
        } else if span.isExactly(method, "CONNECT") {
            return .badMethod
        }
        return nil
    }

    private mutating func noteTarget(_ span: RawSpan, _ target: Range<Int>) -> RequestRefusal? {
        guard span.firstIndex(of: ASCII.hash, in: target) == target.upperBound else {
            return .badTarget
        }
        let first = span[target.lowerBound]
        if first == ASCII.slash {
            head.target = target
            return nil
        }
        if first == ASCII.asterisk, target.count == 1, span.isExactly(head.methodRange, "OPTIONS") {
            head.target = target
            head.marks.insert(.asterisk)
            return nil
        }
        return noteAbsoluteTarget(span, target)
    }

    /// "http://host:port/path?query": what a request to a proxy has, and a server must take too (RFC 9112 §3.2.2).
    private mutating func noteAbsoluteTarget(_ span: RawSpan, _ target: Range<Int>) -> RequestRefusal? {
        let start = target.lowerBound
        let authority: Int
        if target.count > 7, span.matches(start..<start + 7, lowercased: "http://") {
            authority = start + 7
        } else if target.count > 8, span.matches(start..<start + 8, lowercased: "https://") {
            authority = start + 8
        } else {
            return .badTarget
        }
        var path = authority
        while path < target.upperBound, span[path] != ASCII.slash, span[path] != ASCII.question {
            path += 1
        }
        guard Authority.isValid(span, authority..<path, mayBeEmpty: false) else {
            return .badTarget
        }
        head.marks.insert(.absoluteForm)
        head.host = authority..<path
        head.target = path..<target.upperBound
        return nil
    }
}

extension RawSpan {
    /// Whether "HTTP/" stands at an offset, in this case (RFC 9112 §2.3).
    func isHTTPName(at offset: Int) -> Bool {
        isExactly(offset..<offset + 5, "HTTP/")
    }

    /// Whether the bytes of a range equal an ASCII text, case included.
    func isExactly(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount, range.upperBound <= byteCount else {
            return false
        }
        // because the loop stays below utf8CodeUnitCount, the length of the literal.
        let letters = unsafe text.utf8Start
        var index = 0
        while index < range.count {
            // because of the same bound.
            guard unsafe self[range.lowerBound + index] == letters[index] else {
                return false
            }
            index += 1
        }
        return true
    }
}
