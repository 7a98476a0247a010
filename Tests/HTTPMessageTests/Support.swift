// value: what the tables of this target share: parsing from text, and a generator of random numbers that can be repeated.
//
// Owned by HTTPMessageTests. Invariant: the same seed gives the same numbers on every machine.

import HTTPMessage

/// Bytes of a text whose scalars are U+0000…U+00FF, one byte each.
func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}

func parse(_ text: String, limits: RequestLimits = RequestLimits(), scanned: Int = 0) -> RequestParse {
    bytes(text).withRawSpan { RequestParser.parse($0, limits: limits, scanned: scanned) }
}

func parsedHead(_ text: String) -> RequestHead? {
    guard case .head(let head) = parse(text) else {
        return nil
    }
    return head
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
