// Value. The head of a response (RFC 9112 §4).
//
// Owned by the code that makes, stores or forwards a response. Invariant: written as HTTP/1.1 whatever version was
// received, since the version belongs to the hop (RFC 9110 §2.5).

/// The head of a response.
public struct ResponseHead: Sendable, Equatable {
    /// The status code, 100…999.
    public var status: Int
    /// The reason phrase; may be empty.
    public var reason: String
    /// The fields.
    public var fields: Fields

    /// Makes a head.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - reason: The reason phrase, or nil for the registered one.
    ///   - fields: The fields.
    public init(status: Int, reason: String? = nil, fields: Fields = Fields()) {
        self.status = status
        self.reason = reason ?? StatusText.reason(for: status)
        self.fields = fields
    }

    /// Appends status line and field lines.
    ///
    /// - Parameters:
    ///   - bytes: Where they go.
    ///   - endsHead: Whether the empty line that ends the head is appended too.
    public func write(into bytes: inout [UInt8], endsHead: Bool = false) {
        bytes.append(literal: "HTTP/1.1 ")
        Decimal.write(UInt64(clamping: min(max(status, 100), 999)), into: &bytes)
        bytes.append(ASCII.space)
        Fields.write(reason, into: &bytes)
        bytes.append(ASCII.cr)
        bytes.append(ASCII.lf)
        fields.write(into: &bytes)
        if endsHead {
            bytes.append(ASCII.cr)
            bytes.append(ASCII.lf)
        }
    }
}
