// Value. Durations in whole units. Dividing the attoseconds costs half as much as `components`, which computes a
// remainder too.

extension Duration {
    /// Rounded down; 292 years at most.
    public var nanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }

    /// Rounded up.
    public var milliseconds: Int {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Int(whole) + (rest > 0 ? 1 : 0)
    }

    /// Rounded down.
    public var wholeSeconds: Int { Int(nanoseconds / 1_000_000_000) }

    /// With a fraction.
    public var seconds: Double { Double(nanoseconds) * 1e-9 }
}
