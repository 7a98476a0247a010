// Value. Evaluates the preconditions of a request against a stored response, and makes larder's own validation
// requests.
//
// Called when a stored response is about to be served, and when one is to be validated. Invariant: the order of RFC
// 9110 §13.2.2; a malformed condition never turns a whole response into a 304. Only an origin evaluates If-Match and
// If-Unmodified-Since (RFC 9111 §4.3.2): Planner passes requests that have them.

public import HTTPMessage

/// Evaluates and makes conditional requests.
public enum Conditional {
    /// The result of the preconditions.
    public enum Outcome: Sendable, Equatable {
        /// Answer as without them.
        case proceed
        /// Answer 304.
        case notModified
    }

    /// Evaluates the preconditions of a GET or HEAD (RFC 9110 §13.2.2).
    ///
    /// - Parameters:
    ///   - method: The method; others always proceed.
    ///   - request: The fields of the request.
    ///   - etag: The ETag of the stored response.
    ///   - lastModified: The Last-Modified of the stored response.
    ///   - date: The Date of the stored response, which stands in for a missing Last-Modified (RFC 9111 §4.3.2).
    ///   - status: The status of the stored response: preconditions are for successes (RFC 9110 §13.2.1).
    /// - Returns: The result.
    public static func evaluate(
        method: Method,
        request: Fields,
        etag: String?,
        lastModified: String?,
        date: WallTime?,
        status: Int = 200
    ) -> Outcome {
        guard method != .other, (200...299).contains(status) else {
            return .proceed
        }
        if let condition = request.combined("If-None-Match") {
            return isAmong(etag, condition) ? .notModified : .proceed
        }
        // Under a weak tag the bytes may have changed within the second of their Date: the file is being written.
        let standIn = etag.flatMap { EntityTag.parse($0) }?.isWeak == true ? nil : date
        let modified = lastModified.flatMap { HTTPDate.parse($0) }
        if let since = singleDate(request, "If-Modified-Since"), let stored = modified ?? standIn, stored <= since {
            return .notModified
        }
        return .proceed
    }

    /// Whether a stored entity tag is among those of an If-None-Match.
    ///
    /// A malformed stored tag matches only an identical text that stands alone.
    private static func isAmong(_ etag: String?, _ condition: String) -> Bool {
        if let list = EntityTagList.parse(condition) {
            return list.weakContains(etag.flatMap { EntityTag.parse($0) })
        }
        return etag.map { !$0.isEmpty && $0 == FieldList.trimmed(condition) } ?? false
    }

    /// Whether a Range may be applied: If-Range is absent or names the stored response (RFC 9110 §13.1.5).
    ///
    /// - Parameters:
    ///   - request: The fields of the request.
    ///   - etag: The ETag of the stored response.
    ///   - lastModified: The Last-Modified of the stored response.
    ///   - date: The Date of the stored response: a Last-Modified is strong only if it is earlier (RFC 9110 §8.8.2.2).
    /// - Returns: Whether to respond with ranges.
    public static func ifRangeAllows(request: Fields, etag: String?, lastModified: String?, date: WallTime?) -> Bool {
        let values = request.all("If-Range")
        guard let value = values.first else {
            return true
        }
        guard values.count == 1 else {
            return false
        }
        if let wanted = EntityTag.parse(value) {
            return etag.flatMap { EntityTag.parse($0) }?.strongMatches(wanted) ?? false
        }
        guard let wanted = HTTPDate.parse(value), let modified = lastModified.flatMap({ HTTPDate.parse($0) }), let date
        else {
            return false
        }
        return wanted == modified && date - modified >= 1
    }

    /// The fields that make a request to the origin a validation (RFC 9111 §4.3.1).
    ///
    /// - Parameter storedHead: The stored fields.
    /// - Returns: If-None-Match and If-Modified-Since with the validators as the origin wrote them.
    public static func validationFields(storedHead: Fields) -> Fields {
        var fields = Fields()
        if let etag = storedHead.first("ETag"), !etag.isEmpty {
            fields.append(name: "If-None-Match", value: etag)
        }
        if let lastModified = storedHead.first("Last-Modified"), HTTPDate.parse(lastModified) != nil {
            fields.append(name: "If-Modified-Since", value: lastModified)
        }
        return fields
    }

    /// The date of a condition; nil, and so ignored, if it is repeated or not a date (RFC 9110 §13.1.3, §13.1.4).
    private static func singleDate(_ request: Fields, _ name: String) -> WallTime? {
        let values = request.all(name)
        return values.count == 1 ? HTTPDate.parse(values[0]) : nil
    }
}
