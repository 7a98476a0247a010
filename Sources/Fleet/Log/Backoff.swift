// Value. How long a node waits before it connects again: 20 to 120 ms at first, and up to a second while nothing comes of it, by
// chance, so that a farm does not return as one.

import Runtime

struct Backoff: Sendable {
    private static let shortest = 20.0
    private static let spread = 100.0
    private static let longest = 1_000.0
    /// From here on the longest is reached.
    private static let failureLimit = 4

    private var failures = 0
    private var random: UInt64

    init(seed: UInt64) { random = seed }

    mutating func next() -> Duration {
        let scale = Double(1 << failures)
        failures = min(failures + 1, Self.failureLimit)
        let milliseconds = min(Self.longest, (Self.shortest + Self.spread * fraction()) * scale)
        return .nanoseconds(Int64(milliseconds * 1e6))
    }

    mutating func reset() { failures = 0 }

    /// From 0 to 1 (SplitMix64).
    private mutating func fraction() -> Double {
        random &+= 0x9E37_79B9_7F4A_7C15
        var bits = random
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ bits >> 31) >> 11) / Double(1 << 53)
    }
}
