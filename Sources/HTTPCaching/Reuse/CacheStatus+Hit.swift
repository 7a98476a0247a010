// Value. Cache-Status of a hit as bytes, for the short way.
//
// Owned by CacheStatus. Invariant: the same bytes as `CacheStatus.hit(timeToLive:).value`.

public import HTTPMessage

extension CacheStatus {
    /// The bytes of the longest field value of a hit.
    public static let longestHit = 33

    /// Writes the field value of a hit without making a string.
    ///
    /// - Parameters:
    ///   - ttl: Seconds of freshness left.
    ///   - text: Where it goes.
    @inlinable
    public static func writeHit(ttl: Int64, into text: inout TextRoom) {
        text.write("larder; hit; ttl=")
        text.write(min(max(ttl, -999_999_999_999_999), 999_999_999_999_999))
    }
}
