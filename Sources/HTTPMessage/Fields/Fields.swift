// Value. The field lines of a message in order (RFC 9110 §5), as the bytes that go over the wire. Owned by the code
// that handles a message. A plain hit has none: it reads `RequestHead` instead. Invariants: names keep their case and
// compare without regard to it; received lines are written back byte for byte; nothing that is written can be read as
// more lines than were meant. As text, a value has one scalar U+0000…U+00FF a byte (Latin-1).

/// The header fields of a message, in the order they were sent.
public struct Fields: Sendable, Equatable {
    /// "Name: value" and a line end for each line, and nothing between them.
    public private(set) var bytes: [UInt8] = []
    private var places = FieldPlaces()

    public static func == (left: Fields, right: Fields) -> Bool {
        left.bytes == right.bytes && left.places.all == right.places.all
    }

    public init() {}

    /// Makes a list of name-value pairs.
    ///
    /// - Parameter pairs: Names and values in order.
    public init(_ pairs: [(String, String)]) {
        for (name, value) in pairs {
            append(name: name, value: value)
        }
    }

    /// Sets memory aside.
    ///
    /// - Parameters:
    ///   - count: The field lines that there will probably be.
    ///   - bytes: Their bytes.
    public mutating func reserveCapacity(_ count: Int, bytes: Int) {
        places.reserveCapacity(count)
        self.bytes.reserveCapacity(bytes)
    }

    public var isEmpty: Bool {
        places.all.isEmpty
    }

    /// Calls a closure with every line in place, in order.
    ///
    /// - Parameter body: Reads the line in the span, which is `bytes`.
    public func eachLine(_ body: (FieldLine, RawSpan) -> Void) {
        bytes.withRawSpan { span in
            for place in places.all {
                body(place.line, span)
            }
        }
    }

    // MARK: Adding

    /// Adds a field line at the end.
    ///
    /// A control character becomes a space, one beyond U+00FF a question mark.
    /// - Parameters:
    ///   - name: The name, a token.
    ///   - value: The value, one scalar a byte.
    public mutating func append(name: String, value: String) {
        let start = bytes.count
        Self.write(name, into: &bytes)
        let nameLength = bytes.count - start
        bytes.append(ASCII.colon)
        bytes.append(ASCII.space)
        let valueStart = bytes.count
        Self.write(value, into: &bytes)
        let valueEnd = bytes.count
        bytes.append(ASCII.cr)
        bytes.append(ASCII.lf)
        add(start, nameLength: nameLength, valueLength: valueEnd - valueStart)
    }

    /// Adds a field line at the end, byte for byte.
    ///
    /// - Parameters:
    ///   - line: A line that was read or checked.
    ///   - span: The bytes it stands in.
    public mutating func append(_ line: FieldLine, of span: RawSpan) {
        let start = bytes.count
        // Nearly all lines are sent in this form and are copied at once.
        let isUsual =
            line.value.lowerBound == line.name.upperBound + 2 && span[line.name.upperBound + 1] == ASCII.space
            && line.line == line.name.lowerBound..<line.value.upperBound + 2
        if isUsual {
            span.append(line.line, to: &bytes)
        } else {
            span.append(line.name, to: &bytes)
            bytes.append(ASCII.colon)
            bytes.append(ASCII.space)
            span.append(line.value, to: &bytes)
            bytes.append(ASCII.cr)
            bytes.append(ASCII.lf)
        }
        add(start, nameLength: line.name.count, valueLength: line.value.count)
    }

    /// Appends at once the lines at the start of a span, checked as by `FieldLine.read`, up to the first that is not in
    /// the usual form.
    ///
    /// - Parameters:
    ///   - span: The received bytes, from any line on.
    ///   - isWanted: Called for each line, in order; the first unwanted line and all after it are not added.
    /// - Returns: The bytes of the lines that were added.
    public mutating func append(usualLinesOf span: RawSpan, while isWanted: (FieldLine) -> Bool) -> Int {
        let shift = bytes.count
        var end = 0
        while let line = FieldLine.usual(span, from: end), isWanted(line) {
            places.append(
                shift + line.name.lowerBound,
                nameLength: line.name.count,
                valueLength: line.value.count,
                first: span[line.name.lowerBound]
            )
            end = line.line.upperBound
        }
        if end > 0 { span.append(0..<end, to: &bytes) }
        return end
    }

    /// Adds the lines of another list at the end.
    ///
    /// - Parameter other: The other list.
    public mutating func append(contentsOf other: Fields) {
        let shift = UInt32(bytes.count)
        bytes.append(contentsOf: other.bytes)
        places.append(contentsOf: other.places, shiftedBy: shift)
    }

    private mutating func add(_ start: Int, nameLength: Int, valueLength: Int) {
        let first = nameLength > 0 ? bytes[start] : 0
        places.append(start, nameLength: nameLength, valueLength: valueLength, first: first)
    }

    // MARK: Looking up

    /// The value of the first line of a name.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: The value, or nil if no line has the name.
    public func first(_ name: String) -> String? {
        let name = unsafe name.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        guard places.mayHave(name) else { return nil }
        return bytes.withRawSpan { span in places.index(of: name, in: span).map { span.text(places.all[$0].value) } }
    }

    /// The values of every line of a name, in order.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: One value a line.
    public func all(_ name: String) -> [String] {
        var values: [String] = []
        eachValue(of: name) { value, span in values.append(span.text(value)) }
        return values
    }

    /// Calls a closure with the value of every line of a name in place, in order; allocates nothing.
    ///
    /// - Parameters:
    ///   - name: The name in any case.
    ///   - body: Reads the value in the span, which is `bytes`.
    public func eachValue(of name: String, _ body: (Range<Int>, RawSpan) -> Void) {
        let name = unsafe name.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        guard places.mayHave(name) else { return }
        bytes.withRawSpan { span in
            var next = 0
            while let found = places.index(of: name, in: span, from: next) {
                body(places.all[found].value, span)
                next = found + 1
            }
        }
    }

    /// The lines of a name as one value, joined with ", " (RFC 9110 §5.3).
    ///
    /// - Parameter name: The name in any case; not Set-Cookie, whose lines cannot be joined.
    /// - Returns: The value, or nil if no line has the name.
    public func combined(_ name: String) -> String? {
        let values = all(name)
        return values.count > 1 ? values.joined(separator: ", ") : values.first
    }

    /// Whether a line has the name.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: Whether there is one or more.
    public func contains(_ name: String) -> Bool {
        let name = unsafe name.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        return places.mayHave(name) && bytes.withRawSpan { span in places.index(of: name, in: span) != nil }
    }

    // MARK: Removing

    /// Removes every line of a name.
    ///
    /// - Parameter name: The name in any case.
    public mutating func removeAll(_ name: String) {
        guard contains(name) else { return }
        removeAll { line, span in span.isSame(line.name, name) }
    }

    /// Removes the last line of a name.
    ///
    /// - Parameter name: The name in any case.
    public mutating func removeLast(_ name: String) {
        guard let last = bytes.withRawSpan({ span in places.all.last { span.isSame($0.name, name) } }) else { return }
        removeAll { line, _ in line.line.lowerBound == Int(last.start) }
    }

    /// Removes every line for which a closure says so.
    ///
    /// - Parameter isUnwanted: Decides about one line in the span, where only that line and those behind it stand as
    ///   before; called once for each, in order.
    public mutating func removeAll(where isUnwanted: (FieldLine, RawSpan) -> Bool) {
        // Usually nothing has to be removed or moved.
        guard let first = bytes.withRawSpan({ span in places.all.firstIndex { isUnwanted($0.line, span) } }) else {
            return
        }
        // Other lines often follow: Via, CDN-Loop, or a Date.
        reserveCapacity(places.all.count + 2, bytes: bytes.count + 96)
        var (kept, end) = (first, Int(places.all[first].start))
        for index in first + 1..<places.all.count {
            let place = places.all[index]
            guard !bytes.withRawSpan({ isUnwanted(place.line, $0) }) else { continue }
            // because both ranges are in `bytes`, the later one first
            unsafe bytes.withUnsafeMutableBytes { bytes in
                let line = unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(place.start)..<place.end])
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyMemory(from: line)
            }
            places.move(place, to: kept, start: end)
            (kept, end) = (kept + 1, end + place.end - Int(place.start))
        }
        places.removeLast(places.all.count - kept)
        bytes.removeLast(bytes.count - end)
    }

    /// Replaces all lines of a name by one, at the place of the first or else at the end.
    ///
    /// - Parameters:
    ///   - name: The name, a token.
    ///   - value: The value, one scalar a byte.
    public mutating func set(_ name: String, _ value: String) {
        var changed = Fields()
        var isSet = false
        eachLine { line, span in
            guard span.isSame(line.name, name) else {
                return changed.append(line, of: span)
            }
            if !isSet {
                changed.append(name: name, value: value)
            }
            isSet = true
        }
        if !isSet {
            changed.append(name: name, value: value)
        }
        self = changed
    }

    /// Whether two field names are the same: ASCII letters are compared without regard to case.
    ///
    /// - Parameters:
    ///   - left: A name.
    ///   - right: A name.
    /// - Returns: Whether they name the same field.
    public static func isSame(_ left: String, _ right: String) -> Bool {
        let span = unsafe left.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        return span.isSame(0..<span.byteCount, right)
    }
}
