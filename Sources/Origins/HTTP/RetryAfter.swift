// Value. The pause that an origin asks for (RFC 9110 §10.2.3). Pure.

import HTTPMessage

/// Reads Retry-After.
enum RetryAfter {
    /// The pause that a response of 429 or 503 asks for.
    ///
    /// - Parameters:
    ///   - head: The response's head.
    ///   - now: The time of the response.
    /// - Returns: A day at most; nil if it asks for none, or the value is not a time.
    static func duration(of head: ReceivedHead, at now: WallTime) -> Duration? {
        guard head.status == 429 || head.status == 503 else { return nil }
        let values = head.fields.all("Retry-After")
        guard values.count == 1, let value = values.first else { return nil }
        let seconds = Decimal.parse(value).map { Int64(clamping: $0) } ?? HTTPDate.parse(value).map { $0 - now }
        guard let seconds, seconds > 0 else { return nil }
        return .seconds(min(seconds, 86_400))
    }
}
