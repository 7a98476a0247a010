// Value. What the tables of this target share: parsing from text, and a generator of random numbers that can be
// repeated.
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
