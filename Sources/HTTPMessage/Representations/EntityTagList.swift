// Value. The value of If-Match and If-None-Match (RFC 9110 §13.1.1, §13.1.2).
//
// Owned by HTTPMessage. Invariant: one malformed member, or a `*` among tags, makes the whole list malformed.

/// The entity tags of a condition.
public enum EntityTagList: Sendable, Equatable {
    /// `*`: whatever there is.
    case any
    /// One tag or more.
    case tags([EntityTag])

    /// Reads the value of If-Match or If-None-Match.
    ///
    /// - Parameter value: The lines of the field, joined.
    /// - Returns: The list, or nil if the value is malformed or empty.
    public static func parse(_ value: String) -> EntityTagList? {
        if FieldList.trimmed(value) == "*" {
            return .any
        }
        var tags: [EntityTag] = []
        // A backslash escapes nothing in an entity tag, so this is not a list of quoted strings.
        var member: [UInt8] = []
        var isQuoted = false
        for byte in Array(value.utf8) + [ASCII.comma] {
            guard byte != ASCII.comma || isQuoted else {
                let text = FieldList.trimmed(String(decoding: member, as: UTF8.self))
                member.removeAll(keepingCapacity: true)
                guard !text.isEmpty else {
                    continue
                }
                guard let tag = EntityTag.parse(text) else {
                    return nil
                }
                tags.append(tag)
                continue
            }
            if byte == ASCII.quote {
                isQuoted.toggle()
            }
            member.append(byte)
        }
        return isQuoted || tags.isEmpty ? nil : .tags(tags)
    }

    /// Whether the list has a tag by weak comparison (RFC 9110 §8.8.3.2); `*` has every tag.
    ///
    /// - Parameter tag: The tag of the stored response; nil if it has none.
    public func weakContains(_ tag: EntityTag?) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tag.map { tag in tags.contains { $0.weakMatches(tag) } } ?? false
        }
    }
}
