// Value. Entity tags and lists of them (RFC 9110 §8.8.3, §13.1).
//
// Owned by HTTPMessage. Invariant: text that does not follow the grammar is no entity tag. Validators go back to an
// origin exactly as it wrote them and do not pass through here.

/// An entity tag.
public struct EntityTag: Sendable, Hashable {
    /// Whether it only promises equivalence, not the same bytes.
    public var isWeak: Bool
    /// What stands between the quotes.
    public var opaque: String

    /// Makes an entity tag.
    ///
    /// - Parameters:
    ///   - opaque: What stands between the quotes.
    ///   - isWeak: Whether it only promises equivalence.
    public init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// Reads an entity tag.
    ///
    /// - Parameter text: Such as `"a1"` or `W/"a1"`.
    /// - Returns: The tag, or nil if the text is none.
    public static func parse(_ text: String) -> EntityTag? {
        var bytes = Array(text.utf8)[...]
        let isWeak = bytes.starts(with: [0x57, ASCII.slash])
        if isWeak {
            bytes = bytes.dropFirst(2)
        }
        guard bytes.count >= 2, bytes.first == ASCII.quote, bytes.last == ASCII.quote else {
            return nil
        }
        let opaque = bytes.dropFirst().dropLast()
        guard opaque.allSatisfy({ $0 > ASCII.space && $0 != ASCII.quote && $0 != ASCII.delete }) else {
            return nil
        }
        return EntityTag(String(decoding: opaque, as: UTF8.self), isWeak: isWeak)
    }

    /// Whether both are strong and the same (RFC 9110 §8.8.3.2).
    ///
    /// - Parameter other: Another tag.
    /// - Returns: Whether the bytes are promised to be the same.
    public func strongMatches(_ other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && opaque == other.opaque
    }

    /// Whether they are the same but for weakness (RFC 9110 §8.8.3.2).
    ///
    /// - Parameter other: Another tag.
    /// - Returns: Whether the representations are promised to be equivalent.
    public func weakMatches(_ other: EntityTag) -> Bool {
        opaque == other.opaque
    }
}
