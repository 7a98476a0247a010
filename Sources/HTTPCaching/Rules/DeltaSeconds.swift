// value: delta-seconds (RFC 9111 §1.2.2).
//
// Owned by HTTPCaching. Invariant: 0…2^31; a larger number counts as 2^31, as the clause demands.

import HTTPMessage

enum DeltaSeconds {
    static let maximum = 1 << 31

    /// A number of seconds, or nil where the text is not digits only.
    static func parse(_ text: some StringProtocol) -> Int? {
        Decimal.parse(text).map { Int(min($0, UInt64(maximum))) }
    }

    /// A number of seconds in 32 bits.
    static func stored(_ seconds: Int) -> UInt32 {
        UInt32(min(max(seconds, 0), maximum))
    }
}
