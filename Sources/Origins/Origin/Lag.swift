// Value. How far an origin lags: which pictures it did not have, and when it had them. Pure: time is an argument.
// Bounded: only the `remembered` last missing pictures are kept.

import Runtime

/// The measure of one origin's lag.
struct Lag {
    /// The most pictures to wait for.
    static let remembered = 1024

    private var missing: [String: Instant] = [:]
    private var order: [String] = []
    private var oldest = 0

    /// It responded that a picture does not exist.
    mutating func miss(_ target: String, at now: Instant) {
        guard missing[target] == nil else { return }
        if order.count < Self.remembered {
            order.append(target)
        } else {
            missing[order[oldest]] = nil
            order[oldest] = target
            oldest = (oldest + 1) % Self.remembered
        }
        missing[target] = now
    }

    /// It responded with a picture.
    ///
    /// - Returns: The time since its first response without it; nil if there was none.
    mutating func hit(_ target: String, at now: Instant) -> Duration? {
        guard !missing.isEmpty, let first = missing.removeValue(forKey: target) else { return nil }
        // Its place in the order stays until it is overwritten, or the picture is missing again.
        return now - first
    }
}
