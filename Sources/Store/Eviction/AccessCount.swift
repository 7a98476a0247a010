// Value. Two bytes. How often a response was requested; older accesses count less.

/// Accesses in eighths, halved with every epoch that has passed.
///
/// An epoch is a number of look-ups for each stored response (`EpochClock`). Its number is a byte: a response without a
/// request for 250 epochs may be credited with one access too many, which does no harm.
struct AccessCount: Sendable, Equatable {
    /// The count of a newly stored response: the request that filled it, and half an access on credit.
    private static let first: UInt8 = 12
    /// The count of one access.
    private static let one: UInt8 = 8

    private(set) var eighths: UInt8
    private(set) var epoch: UInt8

    /// A response that is stored for the first time.
    static func first(at epoch: UInt8) -> AccessCount { AccessCount(eighths: first, epoch: epoch) }

    /// A response of an earlier run, whose count is unknown: as if it had been requested once.
    static func unknown(at epoch: UInt8) -> AccessCount { AccessCount(eighths: one, epoch: epoch) }

    init(eighths: UInt8, epoch: UInt8) {
        self.eighths = eighths
        self.epoch = epoch
    }

    /// Counts an access, saturating.
    @inline(__always)
    mutating func touch(at epoch: UInt8) {
        if epoch != self.epoch {
            eighths >>= min(epoch &- self.epoch, 8)
            self.epoch = epoch
        }
        let (sum, isTooMuch) = eighths.addingReportingOverflow(Self.one)
        eighths = isTooMuch ? UInt8.max : sum
    }

    /// The accesses as they count now.
    func value(at epoch: UInt8) -> Double {
        Double(sign: .plus, exponent: -3 - Int(epoch &- self.epoch), significand: Double(eighths))
    }
}
