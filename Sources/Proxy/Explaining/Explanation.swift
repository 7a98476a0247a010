// Value. What larder knows of a URL, and what it would do with a request for it now.

package import HTTPCaching
package import HTTPMessage
package import Origins

/// What is known of a URL, and what would become of a request for it.
package struct Explanation: Sendable {
    /// A response that is stored under the key.
    package struct Variant: Sendable {
        /// The request fields that it was selected by, with their values; nil for a field that the request did not have.
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
        /// Seconds past its freshness in which it is served while being validated.
        package let staleWhileRevalidate: Int
        /// Seconds past its freshness in which it is served when every origin fails.
        package let staleIfError: Int
        /// What holds for it, in the words of its Cache-Control, and whether larder assumed its lifetime.
        package let flags: StoredFacts.Flags
        /// Its fields, as stored.
        package let fields: Fields
        /// The part it is, where it is not the whole.
        package let part: StoredPart?
        /// The number of the volume that it lies in.
        package let volume: Int
        /// Where its record begins there, in bytes.
        package let offset: Int64
        /// Whether a copy of it is in memory.
        package let isInMemory: Bool
        /// False if its checksum has not been looked at since an unclean stop.
        package let isVerified: Bool
        /// The URL of the origin that it came from; nil if that is not known, or the origin is no longer listed.
        package let origin: String?
    }

    /// An origin that would be asked.
    package struct Origin: Sendable {
        /// Its URL.
        package let url: String
        /// Whether it is backed off from because it fails: then it is asked only if no other answers.
        package let isBackingOff: Bool
        /// Whether it goes first because what is stored came from it.
        package let isPreferred: Bool
    }

    /// A fill that ended not long ago.
    package struct Fill: Sendable {
        /// How it ended.
        package let record: FillRecord
        /// The URLs of the origins that it asked, in order, and what came of each.
        package let asked: [(url: String, outcome: OriginAttempt.Outcome)]
    }

    /// The time of all of this.
    package let now: WallTime
    /// The cache key.
    package let key: String
    /// What the origins are asked for.
    package let target: String
    /// The route's place in the configuration; nil for the default one.
    package let route: Int?
    /// What is stored, the newest first.
    package let stored: [Variant]
    /// The origins in the order in which they would be asked.
    package let origins: [Origin]
    /// The fills of the key that are remembered, the latest first.
    package let fills: [Fill]
    /// What would be done with the request.
    package let plan: Plan
    /// Whether a fill is in progress that the request would follow, if it is not answered from the store.
    package let isFilling: Bool
    /// Whether a stored response is served if every origin fails.
    package let hasFallback: Bool
    /// Whether the request has passed through this larder before, and is refused if it is not answered from the store.
    package let isLoop: Bool
    /// The Cache-Status of the answer, as far as it is known.
    package let cacheStatus: String

    /// The stored response that the request selects.
    package var selected: Variant? { stored.first { $0.isSelected } }
}
