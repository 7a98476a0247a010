// value: the Cache-Status member larder adds to a response (RFC 9211).
//
// Made by the request handler from the outcome of a request. Invariant: a structured field list member as RFC 8941 wants it: `hit`
// and `fwd` exclude each other, details are tokens or quoted strings of visible ASCII.

/// How a request was handled, in the form of Cache-Status.
public struct CacheStatus: Sendable, Equatable {
    /// What was done.
    public enum Outcome: Sendable, Equatable {
        /// Answered from the store without an origin.
        case hit
        /// Forwarded for a reason.
        case forward(ForwardReason)
        /// Neither: larder made the answer itself.
        case none
    }

    /// The name larder has in the field.
    public static let identity = "larder"

    /// What was done.
    public var outcome: Outcome
    /// The status of the origin's answer, where it may differ from what the client gets.
    public var forwardStatus: Int?
    /// Whether the origin's answer was stored.
    public var isStored = false
    /// Whether the request followed another's fill.
    public var isCollapsed = false
    /// Seconds of freshness left; negative where stale.
    public var timeToLive: Int64?
    /// The cache key, where the operator wants it shown.
    public var key: String?
    /// More words, for people.
    public var detail: String?

    /// Makes the status of a hit.
    ///
    /// - Parameters:
    ///   - timeToLive: Seconds of freshness left.
    ///   - detail: More words.
    /// - Returns: The status.
    public static func hit(timeToLive: Int64, detail: String? = nil) -> CacheStatus {
        CacheStatus(outcome: .hit, timeToLive: timeToLive, detail: detail)
    }

    /// Makes a status.
    ///
    /// - Parameters:
    ///   - outcome: What was done.
    ///   - forwardStatus: The status of the origin's answer.
    ///   - isStored: Whether that was stored.
    ///   - isCollapsed: Whether the request followed another's fill.
    ///   - timeToLive: Seconds of freshness left.
    ///   - detail: More words.
    public init(
        outcome: Outcome,
        forwardStatus: Int? = nil,
        isStored: Bool = false,
        isCollapsed: Bool = false,
        timeToLive: Int64? = nil,
        detail: String? = nil
    ) {
        self.outcome = outcome
        self.forwardStatus = forwardStatus
        self.isStored = isStored
        self.isCollapsed = isCollapsed
        self.timeToLive = timeToLive
        self.detail = detail
    }

    /// The member, such as `larder; fwd=uri-miss; fwd-status=200; stored`.
    public var value: String {
        var text = Self.identity
        switch outcome {
        case .hit: text += "; hit"
        case .forward(let reason): text += "; fwd=\(reason.rawValue)"
        case .none: break
        }
        if case .forward = outcome {
            text += forwardStatus.map { "; fwd-status=\($0)" } ?? ""
            text += isStored ? "; stored" : ""
            text += isCollapsed ? "; collapsed" : ""
        }
        text += timeToLive.map { "; ttl=\(Self.bounded($0))" } ?? ""
        text += key.map { "; key=\(Self.quoted($0))" } ?? ""
        text += detail.map { "; detail=\(Self.item($0))" } ?? ""
        return text
    }

    /// A token as it is, anything else as a quoted string.
    private static func item(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let isWord = bytes.allSatisfy {
            ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || [0x2D, 0x2E, 0x5F].contains($0)
        }
        if let first = bytes.first, isWord, (first | 0x20) &- 0x61 < 26 {
            return text
        }
        return quoted(text)
    }

    /// A quoted string; what is no visible ASCII becomes a question mark (RFC 9651 §4.1.6).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            let isEscaped = scalar == "\"" || scalar == "\\"
            quoted += isEscaped ? "\\" : ""
            quoted.unicodeScalars.append((0x20...0x7E).contains(scalar.value) ? scalar : "?")
        }
        return quoted + "\""
    }

    /// An integer of a structured field has at most 15 digits.
    private static func bounded(_ value: Int64) -> Int64 {
        min(max(value, -999_999_999_999_999), 999_999_999_999_999)
    }
}
