// Value. The transfers of one origin that wait for their receivers, and which of them are ended if others need their
// places. Pure: the time is an argument.

import Runtime

/// The transfers of an origin that are held up.
struct HeldUp {
    /// How long a transfer is held up before it may be ended: a client that takes a reasonable number of bytes
    /// continues earlier.
    static let patience: Duration = .seconds(1)

    private var began: [UInt64: Instant] = [:]

    var count: Int { began.count }

    /// The attempts, the one held up longest first.
    var longestFirst: [UInt64] {
        began.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    /// An attempt's receiver takes no bytes from now on.
    mutating func begin(_ attempt: UInt64, at now: Instant) {
        if began[attempt] == nil { began[attempt] = now }
    }

    /// It takes bytes again, or the attempt has ended.
    mutating func end(_ attempt: UInt64) {
        if !began.isEmpty { began[attempt] = nil }
    }

    /// The attempts to end while others wait.
    ///
    /// Half of an origin's places may be held up; the rest serves the waiting requests. No more attempts are ended than
    /// requests wait.
    ///
    /// - Parameters:
    ///   - attempts: Those that stay held up, the one held up longest first.
    ///   - places: The transfers that the origin may have at a time.
    ///   - waiting: The requests that wait for a place.
    ///   - now: The time.
    /// - Returns: The attempts to end, and when more of them may be ended; nil if that is not needed.
    func excess(_ attempts: [UInt64], places: Int, waiting: Int, at now: Instant) -> (ended: [UInt64], next: Instant?) {
        let excess = attempts.prefix(max(0, min(attempts.count - places / 2, waiting)))
        let ended = excess.prefix { began[$0].map { now - $0 >= Self.patience } ?? true }
        let next = excess.dropFirst(ended.count).first.flatMap { began[$0] }.map { $0 + Self.patience }
        return (Array(ended), next)
    }
}
