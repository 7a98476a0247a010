// Value. How old a response is when it arrives (RFC 9111 §4.2.3).
//
// Part of Storability. Invariant: never negative and never less than either estimate, by Date and by Age.

import HTTPMessage

enum InitialAge {
    /// `corrected_initial_age` in seconds.
    ///
    /// - Parameters:
    ///   - response: The fields of the response.
    ///   - requestTime: When the request was sent.
    ///   - responseTime: When the response head was received.
    /// - Returns: Seconds, at most 2^31 and the delay.
    static func corrected(_ response: Fields, requestTime: WallTime, responseTime: WallTime) -> Int64 {
        let date = ResponseDate.date(of: response) ?? responseTime
        let apparent = max(0, responseTime - date)
        let delay = max(0, responseTime - requestTime)
        return max(apparent, Int64(received(response)) + delay)
    }

    /// The value of Age: the first member if there are several, 0 if that is not a number (RFC 9111 §5.1).
    private static func received(_ response: Fields) -> Int {
        guard let value = response.first("Age"), let first = FieldList.members(of: value).first else {
            return 0
        }
        return DeltaSeconds.parse(first) ?? 0
    }
}
