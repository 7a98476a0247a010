// Value. What a 304 does to the stored response it is about (RFC 9111 §3.2, §4.3.4).
//
// Called when an origin responds to a validation with 304. Invariant: fields that describe the stored bytes or select
// the variant stay as stored, so that a freshened head still fits its body.

public import HTTPMessage

/// Updates stored responses by 304 responses.
public enum Freshening {
    /// Fields that a 304 does not update: they describe the stored bytes or are part of a variant's key.
    static let kept: Set<String> = ["content-length", "content-encoding", "content-range", "vary"]

    /// The stored fields with those of a 304 in their places (RFC 9111 §3.2).
    ///
    /// - Parameters:
    ///   - stored: The stored fields.
    ///   - notModified: The fields of the 304 as received.
    ///   - setCookie: What becomes of a Set-Cookie of the 304.
    /// - Returns: The fields to store; the facts must be decided again from them.
    public static func freshen(
        _ stored: Fields,
        with notModified: Fields,
        setCookie: SetCookieRule = .strip
    ) -> Fields {
        var update = notModified
        update.removeHopByHop()
        let control = ResponseControl(notModified).directives
        var named = Set(control.noCacheFields + control.privateFields)
        if setCookie != .keep { named.insert("set-cookie") }
        update.removeAll { line, span in
            let name = FieldList.lowercased(span.text(line.name))
            return kept.contains(name) || name == "age" || name == "warning" || named.contains(name)
        }
        var updated: Set<String> = []
        update.eachLine { line, span in updated.insert(FieldList.lowercased(span.text(line.name))) }
        var fields = stored
        fields.removeAll { line, span in
            let name = FieldList.lowercased(span.text(line.name))
            return updated.contains(name) || (named.contains(name) && !kept.contains(name))
        }
        fields.append(contentsOf: update)
        return fields
    }

    /// Whether a 304 is about the stored response whose validators were sent (RFC 9111 §4.3.4).
    ///
    /// The same strong entity tag is sufficient. A weak one is sufficient only if no Last-Modified contradicts it.
    ///
    /// We part from the clause in one case: a 304 without any validator counts as about the one stored response whose
    /// validators were sent. Origins leave validators out, and the alternative is to fetch again a response that was
    /// just confirmed.
    ///
    /// - Parameters:
    ///   - storedFields: The stored fields.
    ///   - notModifiedFields: The fields of the 304.
    /// - Returns: Whether the stored response may be freshened; if not, it is to be fetched again without conditions.
    public static func matches(storedFields: Fields, notModifiedFields: Fields) -> Bool {
        let new = (tag: notModifiedFields.first("ETag"), modified: notModifiedFields.first("Last-Modified"))
        let old = (tag: storedFields.first("ETag"), modified: storedFields.first("Last-Modified"))
        guard let newTag = new.tag else {
            return new.modified.map { isSameDate($0, old.modified) } ?? true
        }
        guard let oldTag = old.tag, isSameTag(newTag, oldTag) else {
            return false
        }
        guard EntityTag.parse(newTag).map(\.isWeak) ?? true, let modified = new.modified, old.modified != nil else {
            return true
        }
        return isSameDate(modified, old.modified)
    }

    /// By strong comparison if the 304's tag is strong; a malformed tag must be the same text.
    private static func isSameTag(_ newText: String, _ oldText: String) -> Bool {
        guard let new = EntityTag.parse(newText), let old = EntityTag.parse(oldText) else {
            return newText == oldText
        }
        return new.isWeak ? new.weakMatches(old) : new.strongMatches(old)
    }

    private static func isSameDate(_ new: String, _ old: String?) -> Bool {
        guard let old else {
            return false
        }
        return new == old || (HTTPDate.parse(new).map { $0 == HTTPDate.parse(old) } ?? false)
    }
}
