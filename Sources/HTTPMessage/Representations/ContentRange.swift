// Value. The Content-Range field (RFC 9110 §14.4).
//
// Owned by HTTPMessage. Invariant: a range that was read lies inside the complete length if known.

/// Which part of a representation a message carries.
public struct ContentRange: Sendable, Equatable {
    /// The offsets carried, both ends included; nil in a 416.
    public var range: ClosedRange<Int64>?
    /// The length of the whole representation; nil if the sender does not know it.
    public var completeLength: Int64?

    /// Makes a Content-Range.
    ///
    /// - Parameters:
    ///   - range: The offsets carried, or nil for a 416.
    ///   - completeLength: The length of the whole, or nil if it is not known.
    public init(range: ClosedRange<Int64>?, completeLength: Int64?) {
        self.range = range
        self.completeLength = completeLength
    }

    /// The field's value, such as "bytes 0-499/1234" or "bytes */1234".
    public var value: String {
        let offsets = range.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "*"
        return "bytes \(offsets)/\(completeLength.map { String($0) } ?? "*")"
    }

    /// Reads a value of Content-Range.
    ///
    /// - Parameter value: The field's value.
    /// - Returns: The range, or nil if it is malformed, of another unit, or contradicts itself.
    public static func parse(_ value: String) -> ContentRange? {
        let words = FieldList.trimmed(value).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, Fields.isSame(String(words[0]), "bytes") else {
            return nil
        }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            return nil
        }
        let complete = parts[1] == "*" ? nil : number(parts[1])
        guard parts[1] == "*" || complete != nil else {
            return nil
        }
        guard parts[0] != "*" else {
            return complete.map { ContentRange(range: nil, completeLength: $0) }
        }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last else {
            return nil
        }
        guard last < complete ?? .max else {
            return nil
        }
        return ContentRange(range: first...last, completeLength: complete)
    }

    private static func number(_ digits: Substring) -> Int64? {
        Decimal.parse(String(digits)).flatMap { Int64(exactly: $0) }
    }
}
