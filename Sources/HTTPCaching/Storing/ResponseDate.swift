// Value. The dates of a response (RFC 9110 §6.6.1, §8.8.2; RFC 9111 §5.3).
//
// Owned by HTTPCaching. Invariant: a field that is repeated with different values, or is not a date, counts as no date.

import HTTPMessage

enum ResponseDate {
    static func date(of response: Fields) -> WallTime? {
        single(response, "Date")
    }

    static func lastModified(of response: Fields) -> WallTime? {
        single(response, "Last-Modified")
    }

    static func expires(of response: Fields) -> WallTime? {
        single(response, "Expires")
    }

    private static func single(_ response: Fields, _ name: String) -> WallTime? {
        var found: Range<Int>?
        var differs = false
        response.eachValue(of: name) { value, span in
            differs = differs || found.map { !span.extracting($0).equals(span.extracting(value)) } ?? false
            found = found ?? value
        }
        guard let found, !differs else {
            return nil
        }
        return response.bytes.withRawSpan { HTTPDate.parse($0, found) }
    }
}
