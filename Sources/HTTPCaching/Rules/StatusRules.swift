// Value. Caching rules of status codes (RFC 9110 §15.1, RFC 9111 §3).
//
// Owned by HTTPCaching. Invariant: an unknown status is stored only with explicit freshness, and never if the response
// has must-understand.

enum StatusRules {
    /// The codes a cache may store without explicit freshness (RFC 9110 §15.1).
    static func allowsHeuristic(_ status: Int) -> Bool {
        [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501].contains(status)
    }

    /// Whether the caching rules of a code are known (RFC 9111 §5.2.2.3).
    static func isUnderstood(_ status: Int) -> Bool {
        switch status {
        case 200...205, 300...303, 307, 308, 400...417, 421, 422, 426, 428, 429, 431, 451, 500...505, 511: true
        default: false
        }
    }

    /// Whether a code can be the response to a later plain GET at all.
    static func isStorable(_ status: Int, toRange: Bool) -> Bool {
        switch status {
        case 304: false
        case 416: !toRange
        default: (200...599).contains(status)
        }
    }

    static func isNegative(_ status: Int) -> Bool {
        status >= 400
    }
}
