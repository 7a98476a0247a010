// Value. The worth that a response needs for the main ring. Confined to the store's writer thread.

/// A moving average of the best worth that the main ring had to give up.
struct AdmissionThreshold {
    private static let step = 0.01
    private static let lowering = 0.9

    /// 0 until a volume was reclaimed.
    ///
    /// Until then every response goes to the probation ring.
    private(set) var value = 0.0

    /// True if a new response of this worth goes to the main ring at once.
    func admits(_ worth: Double) -> Bool { value > 0 && worth >= value }

    /// Learns from a reclaimed volume.
    /// - Parameters:
    ///   - best: The worth of the best response that was evicted.
    ///   - ring: The volume's ring. The first volume of either ring sets the threshold; later only the main ring moves
    ///     it.
    ///   - weight: The size of the volume as a fraction of a common volume.
    mutating func learn(_ best: Double, from ring: Ring, weight: Double = 1) {
        if value == 0 {
            value = best
        } else if ring == .main {
            value += (best - value) * Self.step * min(1, weight)
        }
    }

    /// Called when nothing has reached the main ring for a long time.
    ///
    /// A threshold that is too high would freeze that ring.
    mutating func lower() { value *= Self.lowering }
}
