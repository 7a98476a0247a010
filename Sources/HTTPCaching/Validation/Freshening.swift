// value: what a 304 does to the stored response it is about (RFC 9111 §3.2, §4.3.4).
//
// Called when an origin answers a validation with 304. Invariant: fields that describe the stored bytes or select the variant stay
// as stored, so that a freshened head still fits its body.

public import HTTPMessage

/// Updates stored responses from 304 answers.
public enum Freshening {
    /// Fields a 304 does not update: what describes the stored bytes, and what the key of a variant was made from.
    static let kept: Set<String> = ["content-length", "content-encoding", "content-range", "vary"]

    /// The stored fields with those of a 304 in their places (RFC 9111 §3.2).
    ///
    /// - Parameters:
    ///   - stored: The stored fields.
    ///   - notModified: The fields of the 304 as received.
    ///   - setCookie: What becomes of a Set-Cookie of the 304.
    /// - Returns: The fields to store; the facts are to be decided anew from them.
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
        let updated = Set(update.lines.map { FieldList.lowercased($0.name) })
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
    /// We part from the clause in one case: a 304 without any validator is taken to be about the one stored response that was asked
    /// about. Origins leave validators out, and the alternative is to fetch again what was just said not to have changed.
    ///
    /// - Parameters:
    ///   - storedFields: The stored fields.
    ///   - notModifiedFields: The fields of the 304.
    /// - Returns: Whether the stored response may be freshened; if not, it is to be fetched again without conditions.
    public static func matches(storedFields: Fields, notModifiedFields: Fields) -> Bool {
        if let etag = notModifiedFields.first("ETag") {
            guard let stored = storedFields.first("ETag") else {
                return false
            }
            guard let new = EntityTag.parse(etag), let old = EntityTag.parse(stored) else {
                return etag == stored
            }
            return new.isWeak ? new.weakMatches(old) : new.strongMatches(old)
        }
        guard let modified = notModifiedFields.first("Last-Modified") else {
            return true
        }
        guard let stored = storedFields.first("Last-Modified") else {
            return false
        }
        return modified == stored || (HTTPDate.parse(modified).map { $0 == HTTPDate.parse(stored) } ?? false)
    }
}
