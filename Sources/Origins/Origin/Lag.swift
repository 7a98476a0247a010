// Value. How far an origin lags: what it did not have, and when it had it. Pure: time is an argument.
// Bounded: of the pictures it does not have the `remembered` last ones are known; older ones are let go.

import Runtime

/// The measure of one origin's lag.
struct Lag {
    /// The most pictures waited for.
    static let remembered = 1024

    private var missing: [String: Instant] = [:]
    private var order: [String] = []
    private var oldest = 0

    /// It answered that a picture is not there.
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

    /// It answered with a picture.
    ///
    /// - Returns: The time since it first said that it had none; nil if it never did.
    mutating func hit(_ target: String, at now: Instant) -> Duration? {
        guard !missing.isEmpty, let first = missing.removeValue(forKey: target) else { return nil }
        // Its place in the order stays until it is overwritten, or the picture goes missing again.
        return now - first
    }
}
