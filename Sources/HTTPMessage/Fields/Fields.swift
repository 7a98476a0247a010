// value: the field lines of a message in order (RFC 9110 §5).
//
// Owned by whoever handles a message off the shortest way; the way of a plain hit reads `RequestHead` instead. Invariant:
// names keep the case they were sent in and are compared without regard to it; a value has one scalar U+0000…U+00FF a byte
// of the wire (Latin-1), so that what was received is written back byte for byte.

/// The header fields of a message, in the order they were sent.
public struct Fields: Sendable, Equatable {
    /// One field line.
    public struct Line: Sendable, Equatable {
        /// The name in the case it was sent in.
        public let name: String
        /// The value without surrounding blanks, one scalar U+0000…U+00FF a byte.
        public let value: String

        /// Makes a field line.
        ///
        /// - Parameters:
        ///   - name: The name, a token.
        ///   - value: The value, one scalar a byte.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The field lines in order.
    public private(set) var lines: [Line]

    /// Makes an empty list.
    public init() {
        lines = []
    }

    /// Makes a list of name-value pairs.
    ///
    /// - Parameter pairs: Names and values in order.
    public init(_ pairs: [(String, String)]) {
        lines = pairs.map { Line(name: $0.0, value: $0.1) }
    }

    /// Makes a list of field lines.
    ///
    /// - Parameter lines: The lines in order.
    public init(lines: [Line]) {
        self.lines = lines
    }

    /// Sets memory aside.
    ///
    /// - Parameter count: The field lines that there will probably be.
    public mutating func reserveCapacity(_ count: Int) {
        lines.reserveCapacity(count)
    }

    /// Whether there is no field line.
    public var isEmpty: Bool {
        lines.isEmpty
    }

    /// Adds a field line at the end.
    ///
    /// - Parameters:
    ///   - name: The name, a token.
    ///   - value: The value, one scalar a byte.
    public mutating func append(name: String, value: String) {
        lines.append(Line(name: name, value: value))
    }

    /// The value of the first line of a name.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: The value, or nil where no line has the name.
    public func first(_ name: String) -> String? {
        lines.first { Self.isSame($0.name, name) }?.value
    }

    /// The values of every line of a name, in order.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: One value a line.
    public func all(_ name: String) -> [String] {
        lines.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// The lines of a name as one value, joined with ", " (RFC 9110 §5.3).
    ///
    /// - Parameter name: The name in any case; not Set-Cookie, whose lines cannot be joined.
    /// - Returns: The value, or nil where no line has the name.
    public func combined(_ name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// Whether a line has the name.
    ///
    /// - Parameter name: The name in any case.
    /// - Returns: Whether there is one or more.
    public func contains(_ name: String) -> Bool {
        lines.contains { Self.isSame($0.name, name) }
    }

    /// Removes every line of a name.
    ///
    /// - Parameter name: The name in any case.
    public mutating func removeAll(_ name: String) {
        lines.removeAll { Self.isSame($0.name, name) }
    }

    /// Removes the last line of a name.
    ///
    /// - Parameter name: The name in any case.
    public mutating func removeLast(_ name: String) {
        if let index = lines.lastIndex(where: { Self.isSame($0.name, name) }) {
            lines.remove(at: index)
        }
    }

    /// Removes every line for which a closure says so.
    ///
    /// - Parameter isUnwanted: Decides about one line.
    public mutating func removeAll(where isUnwanted: (Line) -> Bool) {
        lines.removeAll(where: isUnwanted)
    }

    /// Puts one line in the place of all of a name; at the place of the first, or else at the end.
    ///
    /// - Parameters:
    ///   - name: The name, a token.
    ///   - value: The value, one scalar a byte.
    public mutating func set(_ name: String, _ value: String) {
        guard let index = lines.firstIndex(where: { Self.isSame($0.name, name) }) else {
            append(name: name, value: value)
            return
        }
        let before = lines[..<index]
        let after = lines[(index + 1)...].filter { !Self.isSame($0.name, name) }
        lines = before + [Line(name: name, value: value)] + after
    }

    /// Whether two field names are the same: ASCII letters are compared without regard to case.
    ///
    /// - Parameters:
    ///   - left: A name.
    ///   - right: A name.
    /// - Returns: Whether they name the same field.
    public static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else {
            return false
        }
        let (left, right) = (left.utf8.span, right.utf8.span)
        for offset in left.indices where ASCII.lowercased(left[offset]) != ASCII.lowercased(right[offset]) {
            return false
        }
        return true
    }
}
