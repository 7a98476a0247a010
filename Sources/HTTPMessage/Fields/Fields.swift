// value: the field lines of a message in order (RFC 9110 §5), as the bytes that go over the wire.
//
// Owned by whoever handles a message off the shortest way; the way of a plain hit reads `RequestHead` instead. Invariant:
// names keep the case they were sent in and are compared without regard to it; what was received is written back byte for
// byte; what is written can never be read as more lines than were meant. As text, a value has one scalar U+0000…U+00FF a
// byte (Latin-1).

/// The header fields of a message, in the order they were sent.
package struct Fields: Sendable, Equatable {
    /// One field line as text.
    package struct Line: Sendable, Equatable {
        /// The name in the case it was sent in.
        package let name: String
        /// The value without surrounding blanks, one scalar U+0000…U+00FF a byte.
        package let value: String

        /// Makes a field line.
        ///
        /// - Parameters:
        ///   - name: The name, a token.
        ///   - value: The value, one scalar a byte.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Where a line stands in `bytes`: its name, a colon and a space, its value, CR LF.
    private struct Place: Sendable, Equatable {
        let start: UInt32
        let nameLength: UInt32
        let valueLength: UInt32

        var end: Int { Int(start) + Int(nameLength) + Int(valueLength) + 4 }
        var name: Range<Int> { Int(start)..<Int(start) + Int(nameLength) }
        var value: Range<Int> { end - 2 - Int(valueLength)..<end - 2 }
        var line: FieldLine { FieldLine(name: name, value: value, line: Int(start)..<end) }
    }

    /// "Name: value" and a line end for each line, and nothing between them.
    package private(set) var bytes: [UInt8] = []
    private var places: [Place] = []
    /// One bit for each name that a line has or had, which others may share: most names that are looked for are not there.
    private var nameBits: UInt64 = 0

    /// The same lines; what `nameBits` says follows from them.
    package static func == (left: Fields, right: Fields) -> Bool {
        left.bytes == right.bytes && left.places == right.places
    }

    /// Makes an empty list.
    package init() {}

    /// Makes a list of name-value pairs.
    ///
    /// - Parameter pairs: Names and values in order.
    package init(_ pairs: [(String, String)]) {
        for (name, value) in pairs {
            append(name: name, value: value)
        }
    }

    /// Makes a list of field lines.
    ///
    /// - Parameter lines: The lines in order.
    package init(lines: [Line]) {
        self.init(lines.map { ($0.name, $0.value) })
    }

    /// Sets memory aside.
    ///
    /// - Parameters:
    ///   - count: The field lines that there will probably be.
    ///   - bytes: Their bytes.
    package mutating func reserveCapacity(_ count: Int, bytes: Int) {
        places.reserveCapacity(count)
        self.bytes.reserveCapacity(bytes)
    }

    /// The field lines in order; allocates.
    package var lines: [Line] {
        bytes.withRawSpan { span in
            places.map { Line(name: span.text($0.name), value: span.text($0.value)) }
        }
    }

    /// Whether there is no field line.
    package var isEmpty: Bool {
        places.isEmpty
    }

    /// Calls a closure with every line where it stands, in order.
    ///
    /// - Parameter body: Reads the line in the span, which is `bytes`.
    package func eachLine(_ body: (FieldLine, RawSpan) -> Void) {
        bytes.withRawSpan { span in
            for place in places {
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
    package mutating func append(name: String, value: String) {
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
    package mutating func append(_ line: FieldLine, of span: RawSpan) {
        let start = bytes.count
        // As nearly all lines are sent: in one go.
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

    /// Adds the lines that a span begins with, checked as by `FieldLine.read`, up to the first in any but the usual form; in one
    /// go.
    ///
    /// - Parameters:
    ///   - span: The bytes that have come in, from any line on.
    ///   - isWanted: Called for each line, in order; the first that is not wanted is not added, nor what follows it.
    /// - Returns: The bytes of the lines that were added.
    package mutating func append(usualLinesOf span: RawSpan, while isWanted: (FieldLine) -> Bool) -> Int {
        let shift = bytes.count
        var end = 0
        while let line = FieldLine.usual(span, from: end), isWanted(line) {
            add(
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
    package mutating func append(contentsOf other: Fields) {
        let shift = UInt32(bytes.count)
        bytes.append(contentsOf: other.bytes)
        for place in other.places {
            places.append(
                Place(start: place.start + shift, nameLength: place.nameLength, valueLength: place.valueLength)
            )
        }
        nameBits |= other.nameBits
    }

    private mutating func add(_ start: Int, nameLength: Int, valueLength: Int) {
        add(start, nameLength: nameLength, valueLength: valueLength, first: nameLength > 0 ? bytes[start] : 0)
    }

    private mutating func add(_ start: Int, nameLength: Int, valueLength: Int, first: UInt8) {
        places.append(
            Place(start: UInt32(start), nameLength: UInt32(nameLength), valueLength: UInt32(valueLength))
        )
        nameBits |= Self.bit(nameLength, first)
    }

    /// The bit of a name, by its length and its first letter.
    private static func bit(_ length: Int, _ first: UInt8) -> UInt64 {
        1 << (UInt64(truncatingIfNeeded: length &* 7 &+ Int(ASCII.lowercased(first))) & 63)
    }

    /// Whether a line may have a name; false where none has it.
    @inline(__always)
    private func mayHave(_ name: RawSpan) -> Bool {
        nameBits & Self.bit(name.byteCount, name.isEmpty ? 0 : name[0]) != 0
    }

    /// The first place of a name from an index on.
    private func place(of name: RawSpan, in span: RawSpan, from start: Int = 0) -> Int? {
        var index = start
        while index < places.count {
            // Most names differ in length.
            if Int(places[index].nameLength) == name.byteCount, span.isSame(places[index].name, name) { return index }
            index += 1
        }
        return nil
    }

    // MARK: Looking up

    /// The value of the first line of a name.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: The value, or nil where no line has the name.
    package func first(_ name: String) -> String? {
        let name = unsafe name.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        guard mayHave(name) else { return nil }
        return bytes.withRawSpan { span in place(of: name, in: span).map { span.text(places[$0].value) } }
    }

    /// The values of every line of a name, in order.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: One value a line.
    package func all(_ name: String) -> [String] {
        var values: [String] = []
        eachValue(of: name) { value, span in values.append(span.text(value)) }
        return values
    }

    /// Calls a closure with the value of every line of a name where it stands, in order; allocates nothing.
    ///
    /// - Parameters:
    ///   - name: The name in any case.
    ///   - body: Reads the value in the span, which is `bytes`.
    package func eachValue(of name: String, _ body: (Range<Int>, RawSpan) -> Void) {
        let name = unsafe name.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        guard mayHave(name) else { return }
        bytes.withRawSpan { span in
            var next = 0
            while let found = place(of: name, in: span, from: next) {
                body(places[found].value, span)
                next = found + 1
            }
        }
    }

    /// The lines of a name as one value, joined with ", " (RFC 9110 §5.3).
    ///
    /// - Parameter name: The name in any case; not Set-Cookie, whose lines cannot be joined.
    /// - Returns: The value, or nil where no line has the name.
    package func combined(_ name: String) -> String? {
        let values = all(name)
        return values.count > 1 ? values.joined(separator: ", ") : values.first
    }

    /// Whether a line has the name.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: Whether there is one or more.
    package func contains(_ name: String) -> Bool {
        let name = unsafe name.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        return mayHave(name) && bytes.withRawSpan { span in place(of: name, in: span) != nil }
    }

    // MARK: Removing

    /// Removes every line of a name.
    ///
    /// - Parameter name: The name in any case.
    package mutating func removeAll(_ name: String) {
        guard contains(name) else { return }
        removeAll { line, span in span.isSame(line.name, name) }
    }

    /// Removes the last line of a name.
    ///
    /// - Parameter name: The name in any case.
    package mutating func removeLast(_ name: String) {
        guard let last = bytes.withRawSpan({ span in places.last { span.isSame($0.name, name) } }) else { return }
        removeAll { line, _ in line.line.lowerBound == Int(last.start) }
    }

    /// Removes every line for which a closure says so.
    ///
    /// - Parameter isUnwanted: Decides about one line in the span, where only that line and those behind it stand as before; called
    ///   once for each, in order.
    package mutating func removeAll(where isUnwanted: (FieldLine, RawSpan) -> Bool) {
        // Most often nothing is to be removed, and nothing moved.
        guard let first = bytes.withRawSpan({ span in places.firstIndex { isUnwanted($0.line, span) } }) else {
            return
        }
        // Other lines often follow: Via, CDN-Loop, or a Date.
        reserveCapacity(places.count + 2, bytes: bytes.count + 96)
        var (kept, end) = (first, Int(places[first].start))
        for index in first + 1..<places.count {
            let place = places[index]
            guard !bytes.withRawSpan({ isUnwanted(place.line, $0) }) else { continue }
            // because both ranges are in `bytes`, the later one first
            unsafe bytes.withUnsafeMutableBytes { bytes in
                let line = unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(place.start)..<place.end])
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyMemory(from: line)
            }
            places[kept] = Place(
                start: UInt32(end),
                nameLength: place.nameLength,
                valueLength: place.valueLength
            )
            (kept, end) = (kept + 1, end + place.end - Int(place.start))
        }
        places.removeLast(places.count - kept)
        bytes.removeLast(bytes.count - end)
    }

    /// Puts one line in the place of all of a name; at the place of the first, or else at the end.
    ///
    /// - Parameters:
    ///   - name: The name, a token.
    ///   - value: The value, one scalar a byte.
    package mutating func set(_ name: String, _ value: String) {
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
    package static func isSame(_ left: String, _ right: String) -> Bool {
        let span = unsafe left.utf8.span.bytes  // because a code unit has no padding: each of its bytes is initialized
        return span.isSame(0..<span.byteCount, right)
    }
}
