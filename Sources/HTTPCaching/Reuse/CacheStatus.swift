// Value. The Cache-Status member larder adds to a response (RFC 9211).
//
// Made by the request handler from the outcome of a request. Invariant: a structured field list member as RFC 8941
// wants it: `hit` and `fwd` exclude each other, details are tokens or quoted strings of visible ASCII.

import HTTPMessage

/// How a request was handled, in the form of Cache-Status.
public struct CacheStatus: Sendable, Equatable {
    /// What was done.
    public enum Outcome: Sendable, Equatable {
        /// Answered from the store without an origin.
        case hit
        /// Forwarded for this reason.
        case forward(ForwardReason)
        /// Neither: larder made the response itself.
        case none
    }

    /// The name larder has in the field.
    public static let identity = "larder"

    /// What was done.
    public var outcome: Outcome
    /// The status of the origin's response, if it may differ from the client's.
    public var forwardStatus: Int?
    /// Whether the origin's response was stored.
    public var isStored: Bool
    /// Whether the request followed another's fill.
    public var isCollapsed: Bool
    /// Seconds of freshness left; negative if stale.
    public var timeToLive: Int64?
    /// The cache key, if the operator wants it shown.
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
    ///   - forwardStatus: The status of the origin's response.
    ///   - isStored: Whether that was stored.
    ///   - isCollapsed: Whether the request followed another's fill.
    ///   - timeToLive: Seconds of freshness left.
    ///   - key: The cache key, if it is shown.
    ///   - detail: More words.
    public init(
        outcome: Outcome,
        forwardStatus: Int? = nil,
        isStored: Bool = false,
        isCollapsed: Bool = false,
        timeToLive: Int64? = nil,
        key: String? = nil,
        detail: String? = nil
    ) {
        self.outcome = outcome
        self.forwardStatus = forwardStatus
        self.isStored = isStored
        self.isCollapsed = isCollapsed
        self.timeToLive = timeToLive
        self.key = key
        self.detail = detail
    }

    /// The member, such as `larder; fwd=uri-miss; fwd-status=200; stored`.
    public var value: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the member.
    ///
    /// - Parameter bytes: Where it goes.
    public func write(into bytes: inout [UInt8]) {
        bytes.append(text: Self.identity)
        switch outcome {
        case .hit: bytes.append(literal: "; hit")
        case .forward(let reason):
            bytes.append(literal: "; fwd=")
            bytes.append(text: reason.rawValue)
            Self.write(forwardStatus.map { Int64($0) }, as: "; fwd-status=", into: &bytes)
            if isStored { bytes.append(literal: "; stored") }
            if isCollapsed { bytes.append(literal: "; collapsed") }
        case .none: break
        }
        Self.write(timeToLive.map { Self.bounded($0) }, as: "; ttl=", into: &bytes)
        if let key { bytes.append(contentsOf: "; key=\(Self.quoted(key))".utf8) }
        if let detail { bytes.append(contentsOf: "; detail=\(Self.item(detail))".utf8) }
    }

    private static func write(_ number: Int64?, as name: String, into bytes: inout [UInt8]) {
        guard let number else { return }
        bytes.append(text: name)
        Decimal.write(number, into: &bytes)
    }

    /// A token as it is, anything else as a quoted string.
    private static func item(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let isWord = bytes.allSatisfy {
            ASCII.isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0)
        }
        if let first = bytes.first, isWord, ASCII.isLetter(first) {
            return text
        }
        return quoted(text)
    }

    /// A quoted string; characters other than visible ASCII become question marks (RFC 9651 §4.1.6).
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
