// Value. Delta-seconds (RFC 9111 §1.2.2).
//
// Owned by HTTPCaching. Invariant: 0…2^31; a larger number counts as 2^31, as the clause demands.

import HTTPMessage

enum DeltaSeconds {
    static let maximum = 1 << 31

    /// A number of seconds, or nil if the text is not digits only.
    static func parse(_ text: String) -> Int? {
        Decimal.parse(text).map { limited($0) }
    }

    /// A number as one of seconds.
    static func limited(_ number: UInt64) -> Int {
        Int(min(number, UInt64(maximum)))
    }

    /// A number of seconds in 32 bits.
    static func stored(_ seconds: Int) -> UInt32 {
        UInt32(min(max(seconds, 0), maximum))
    }
}
