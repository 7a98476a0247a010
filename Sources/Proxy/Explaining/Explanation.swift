// Value. What larder has stored for a URL, and what it would do with a request for it now.

package import HTTPCaching
package import HTTPMessage
package import Origins

/// The stored responses of a URL, and the fate of a request for it.
package struct Explanation: Sendable {
    /// A response that is stored under the key.
    package struct Variant: Sendable {
        /// The request fields that selected it, with their values; nil for a field that the request did not have.
        package let selecting: [(name: String, value: String?)]
        /// Whether the request selects it.
        package let isSelected: Bool
        /// Its status.
        package let status: Int
        /// Bytes of its body.
        package let bytes: Int64
        /// Its age, in seconds.
        package let age: Int64
        /// Seconds of freshness left; negative if it is stale.
        package let timeToLive: Int64
        /// Seconds after its freshness during which it is served while it is validated.
        package let staleWhileRevalidate: Int
        /// Seconds after its freshness during which it is served when every origin fails.
        package let staleIfError: Int
        /// Its properties, in the words of Cache-Control, and whether larder assumed its lifetime.
        package let flags: StoredFacts.Flags
        /// Its fields, as stored.
        package let fields: Fields
        /// The part that it is; nil for the whole.
        package let part: StoredPart?
        /// The number of its volume.
        package let volume: Int
        /// The offset of its record there, in bytes.
        package let offset: Int64
        /// Whether a copy of it is in memory.
        package let isInMemory: Bool
        /// False if its checksum was not checked since an unclean stop.
        package let isVerified: Bool
        /// The URL of the origin that it came from; nil if that is not known, or the origin is no longer listed.
        package let origin: String?
    }

    /// An origin that would be asked.
    package struct Origin: Sendable {
        /// Its URL.
        package let url: String
        /// Whether its circuit breaker is open: then it is asked only if no other responds.
        package let isBackingOff: Bool
        /// Whether it goes first because the stored response came from it.
        package let isPreferred: Bool
    }

    /// A fill that ended not long ago.
    package struct Fill: Sendable {
        /// How it ended.
        package let record: FillRecord
        /// The URLs of the origins that it asked, in order, with their results.
        package let asked: [(url: String, outcome: OriginAttempt.Outcome)]
    }

    /// The time of all of this.
    package let now: WallTime
    /// The cache key.
    package let key: String
    /// The target that origins get.
    package let target: String
    /// The route's place in the configuration; nil for the default one.
    package let route: Int?
    /// The stored responses, the newest first.
    package let stored: [Variant]
    /// The origins in the order in which they would be asked.
    package let origins: [Origin]
    /// The fills of the key that are remembered, the latest first.
    package let fills: [Fill]
    /// The plan for the request.
    package let plan: Plan
    /// Whether a fill is in progress that the request would follow if the store cannot serve it.
    package let isFilling: Bool
    /// Whether a stored response is served if every origin fails.
    package let hasFallback: Bool
    /// Whether the request has passed through this larder before, and is refused if the store cannot serve it.
    package let isLoop: Bool
    /// The Cache-Status of the response, as far as known.
    package let cacheStatus: String

    /// The stored response that the request selects.
    package var selected: Variant? { stored.first { $0.isSelected } }
}
