// Value. The bounds of a request head.
//
// Owned by the configuration of the listener; read by RequestParser. Invariant: a head beyond any of them is refused by
// name, never cut.

/// How large a request head may be.
public struct RequestLimits: Sendable, Equatable {
    /// Bytes of the whole head, empty line included: what nginx and Apache let through, four times over.
    public var head: Int
    /// Field lines.
    public var fields: Int
    /// Bytes of the request target.
    public var target: Int
    /// Bytes of the method: the longest registered one has 17.
    public static let method = 32

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - head: Bytes of the whole head.
    ///   - fields: Field lines.
    ///   - target: Bytes of the request target.
    public init(head: Int = 32 * 1024, fields: Int = 100, target: Int = 8 * 1024) {
        self.head = head
        self.fields = fields
        self.target = target
    }
}
