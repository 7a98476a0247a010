// Value. The version of the bytes that a response carries, and whether the bytes of two responses may be joined (RFC
// 9110 §8.8, §15.3.7.3; RFC 9111 §3.4).
//
// Owned by HTTPMessage; used by everything that joins bytes: resuming an interrupted body, and completing a stored
// part. Invariant: in doubt two responses are of different versions. A broken transfer can be repeated; a mixed picture
// would be served for years.

/// The validators of one response, with what must agree besides them.
public struct Validators: Sendable, Equatable {
    /// An entity tag as far as joining is concerned.
    private enum Tag: Equatable {
        case none
        case strong(String)
        /// Weak, malformed, or sent more than once: the bytes may change while it stays.
        case unreliable
    }

    private let tag: Tag
    /// The Last-Modified, if the Date of the same response makes it strong (RFC 9110 §8.8.2.2).
    private let strongDate: WallTime?
    private let completeLength: Int64?
    private let contentType: String?
    private let contentEncoding: String?

    /// Reads the validators of a response.
    ///
    /// - Parameters:
    ///   - fields: The fields of the response.
    ///   - completeLength: The length of the whole representation in bytes; nil if it is not known.
    ///   - isDateOfBytes: Whether Date tells when the bytes were sent. It does not in a stored head: a later 304 has
    ///     updated it, so that a Last-Modified which was weak would look strong.
    public init(_ fields: Fields, completeLength: Int64?, isDateOfBytes: Bool = true) {
        tag = Self.tag(of: fields)
        strongDate = isDateOfBytes ? Self.strongDate(of: fields) : nil
        self.completeLength = completeLength
        contentType = fields.combined("Content-Type").map { FieldList.lowercased($0) }
        contentEncoding = fields.combined("Content-Encoding").map { FieldList.lowercased($0) }
    }

    /// Whether the entity tag is strong.
    public var hasStrongTag: Bool { if case .strong = tag { true } else { false } }

    /// Whether any other response can be joined with this one.
    public var allowsJoining: Bool {
        switch tag {
        case .strong: true
        case .none: strongDate != nil && completeLength != nil
        case .unreliable: false
        }
    }

    /// Whether bytes of this response and of another may be joined.
    ///
    /// Both have the same strong entity tag, or neither is contradicted by one: an origin that tagged one response tags
    /// the other too, and tags that differ never join, not even across origins. Without tags on both sides the same
    /// Last-Modified and the same complete length do, where each response's own Date makes Last-Modified strong.
    ///
    /// - Parameters:
    ///   - other: The other response.
    ///   - isSameOrigin: Whether one origin sent both.
    /// - Returns: Whether they are of one version.
    public func mayJoin(_ other: Validators, isSameOrigin: Bool) -> Bool {
        guard contentEncoding == other.contentEncoding, Self.agree(contentType, other.contentType),
            Self.agree(completeLength, other.completeLength)
        else { return false }
        switch (tag, other.tag) {
        case (.strong(let mine), .strong(let others)): return mine == others
        case (.none, .none): return hasSameDate(as: other)
        // One origin tags what it sends, the other does not: only a tag of the same origin could contradict the date.
        case (.strong, .none), (.none, .strong): return !isSameOrigin && hasSameDate(as: other)
        case (.unreliable, _), (_, .unreliable): return false
        }
    }

    private func hasSameDate(as other: Validators) -> Bool {
        guard let strongDate, completeLength != nil, other.completeLength != nil else { return false }
        return strongDate == other.strongDate
    }

    /// What only one of them tells contradicts nothing.
    private static func agree<Value: Equatable>(_ left: Value?, _ right: Value?) -> Bool {
        left == nil || right == nil || left == right
    }

    private static func tag(of fields: Fields) -> Tag {
        let values = fields.all("ETag")
        guard let text = values.first else { return .none }
        guard values.count == 1, let tag = EntityTag.parse(text), !tag.isWeak else { return .unreliable }
        return .strong(tag.opaque)
    }

    /// Last-Modified, if the response was sent at least a second later by the origin's own clock.
    private static func strongDate(of fields: Fields) -> WallTime? {
        guard let modified = single(fields, "Last-Modified"), let date = single(fields, "Date"), date - modified >= 1
        else { return nil }
        return modified
    }

    private static func single(_ fields: Fields, _ name: String) -> WallTime? {
        let values = fields.all(name)
        return values.count == 1 ? HTTPDate.parse(values[0]) : nil
    }
}
