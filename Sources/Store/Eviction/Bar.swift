// A value, confined to the store's writer thread. What a response must be worth to be in the main ring. Pure.

/// The moving average of the best that the main ring had to give up.
struct Bar {
    private static let step = 0.01
    private static let lowering = 0.9

    /// 0 until something was given up: then nothing is known, and all goes to probation.
    private(set) var value = 0.0

    /// True where a new response of that worth goes to the main ring at once.
    func admits(_ worth: Double) -> Bool { value > 0 && worth >= value }

    /// Learns what a reclaimed volume had to give up.
    /// - Parameters:
    ///   - best: The worth of the best response that went.
    ///   - ring: The volume's ring: the first volume of any ring sets the bar, those of the main ring move it.
    ///   - weight: How much of a common volume the reclaimed one was.
    mutating func learn(_ best: Double, from ring: Ring, weight: Double = 1) {
        if value == 0 {
            value = best
        } else if ring == .main {
            value += (best - value) * Self.step * min(1, weight)
        }
    }

    /// Nothing has reached the main ring for long: a bar that is too high would keep it as it is for ever.
    mutating func lower() { value *= Self.lowering }
}
