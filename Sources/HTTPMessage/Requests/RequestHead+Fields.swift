// Value. The fields of a parsed head as strings, for requests that leave the short way.
//
// Owned by HTTPMessage. Invariant: the head was accepted, so every line parses; an absolute target's authority takes
// the place of Host (RFC 9112 §3.2.2).

extension RequestHead {
    /// The fields of the head; allocates.
    ///
    /// - Parameter span: The bytes the head was parsed from.
    /// - Returns: The fields in order.
    public func fields(in span: RawSpan) -> Fields {
        var fields = Fields()
        fields.reserveCapacity(8, bytes: fieldsRange.count)
        fields.append(linesOf: span, fieldsRange)
        if marks.contains(.absoluteForm) {
            fields.set("Host", span.text(host))
        }
        return fields
    }

    /// The text of one of the head's ranges.
    ///
    /// - Parameters:
    ///   - range: `methodRange`, `target` or `host`.
    ///   - span: The bytes the head was parsed from.
    /// - Returns: One scalar a byte.
    public func text(_ range: Range<Int>, in span: RawSpan) -> String {
        span.text(range)
    }
}
