// value: Cache-Status of a hit as bytes, for the short way.
//
// Owned by CacheStatus. Invariant: the same bytes as `CacheStatus.hit(timeToLive:).value`.

import HTTPMessage

extension CacheStatus {
    /// Appends the field value of a hit without making a string.
    ///
    /// - Parameters:
    ///   - ttl: Seconds of freshness left.
    ///   - bytes: Where it goes.
    public static func writeHit(ttl: Int64, into bytes: inout [UInt8]) {
        bytes.append(literal: "larder; hit; ttl=")
        Decimal.write(min(max(ttl, -999_999_999_999_999), 999_999_999_999_999), into: &bytes)
    }
}
