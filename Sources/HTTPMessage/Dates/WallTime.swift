// Value. A date, as HTTP counts them.
//
// Owned by HTTPMessage; dates in fields, ages and freshness are WallTimes, timeouts never are (wall clocks step back).
// Invariant: arithmetic saturates, so no date from a peer can make it trap.

/// An instant in whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct WallTime: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z; negative before it.
    public var secondsSinceEpoch: Int64

    /// Makes the instant so many seconds after the epoch.
    ///
    /// - Parameter secondsSinceEpoch: Seconds since 1970-01-01T00:00:00Z.
    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    /// Whether one instant is before another.
    public static func < (left: WallTime, right: WallTime) -> Bool {
        left.secondsSinceEpoch < right.secondsSinceEpoch
    }

    /// The instant so many seconds later, or the last one there is.
    public static func + (time: WallTime, seconds: Int64) -> WallTime {
        let (sum, overflows) = time.secondsSinceEpoch.addingReportingOverflow(seconds)
        return WallTime(secondsSinceEpoch: overflows ? (seconds < 0 ? .min : .max) : sum)
    }

    /// The instant so many seconds later, or the last one there is.
    public static func + (time: WallTime, seconds: Int) -> WallTime {
        time + Int64(seconds)
    }

    /// The instant so many seconds earlier, or the first one there is.
    public static func - (time: WallTime, seconds: Int) -> WallTime {
        let (difference, overflows) = time.secondsSinceEpoch.subtractingReportingOverflow(Int64(seconds))
        return WallTime(secondsSinceEpoch: overflows ? (seconds < 0 ? .max : .min) : difference)
    }

    /// The seconds from one instant to another; negative if the left one is earlier.
    public static func - (left: WallTime, right: WallTime) -> Int64 {
        let (difference, overflows) = left.secondsSinceEpoch.subtractingReportingOverflow(right.secondsSinceEpoch)
        return overflows ? (left < right ? .min : .max) : difference
    }
}
