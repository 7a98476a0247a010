// value: the dates of a response (RFC 9110 §6.6.1, §8.8.2; RFC 9111 §5.3).
//
// Owned by HTTPCaching. Invariant: a field that is repeated with different values, or no date, is no date.

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
        guard let first = response.first(name) else {
            return nil
        }
        for line in response.lines where Fields.isSame(line.name, name) && line.value != first {
            return nil
        }
        return HTTPDate.parse(first)
    }
}
