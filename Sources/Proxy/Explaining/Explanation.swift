// A value. What larder knows of a URL, and what it would do with a request for it now.

public import HTTPCaching
public import HTTPMessage
public import Origins

/// What is known of a URL, and what would become of a request for it.
public struct Explanation: Sendable {
    /// A response that is stored under the key.
    public struct Variant: Sendable {
        /// The request fields that it was selected by, with their values; nil for a field that the request did not have.
        public let selecting: [(name: String, value: String?)]
        /// Whether the request selects it.
        public let isSelected: Bool
        /// Its status.
        public let status: Int
        /// Bytes of its body.
        public let bytes: Int64
        /// Its age, in seconds.
        public let age: Int64
        /// Seconds of freshness left; negative where it is stale.
        public let timeToLive: Int64
        /// Seconds past its freshness in which it is served while being validated.
        public let staleWhileRevalidate: Int
        /// Seconds past its freshness in which it is served when every origin fails.
        public let staleIfError: Int
        /// What holds for it, in the words of its Cache-Control, and whether larder assumed its lifetime.
        public let flags: StoredFacts.Flags
        /// Its fields, as stored.
        public let fields: Fields
        /// The part it is, where it is not the whole.
        public let part: StoredPart?
        /// The number of the volume that it lies in.
        public let volume: Int
        /// Where its record begins there, in bytes.
        public let offset: Int64
        /// Whether a copy of it is in memory.
        public let isInMemory: Bool
        /// False where its checksum has not been looked at since an unclean stop.
        public let isVerified: Bool
        /// The URL of the origin that it came from; nil where that is not known, or the origin is no longer listed.
        public let origin: String?
    }

    /// An origin that would be asked.
    public struct Origin: Sendable {
        /// Its URL.
        public let url: String
        /// Whether it is left alone because it fails: then it is asked only if no other answers.
        public let isBackingOff: Bool
        /// Whether it goes first because what is stored came from it.
        public let isPreferred: Bool
    }

    /// A fill that ended not long ago.
    public struct Fill: Sendable {
        /// How it ended.
        public let record: FillRecord
        /// The URLs of the origins that it asked, in order, and what came of each.
        public let asked: [(url: String, outcome: OriginAttempt.Outcome)]
    }

    /// The time of all of this.
    public let now: WallTime
    /// The cache key.
    public let key: String
    /// What the origins are asked for.
    public let target: String
    /// The route's place in the configuration; nil for the default one.
    public let route: Int?
    /// What is stored, the newest first.
    public let stored: [Variant]
    /// The origins in the order in which they would be asked.
    public let origins: [Origin]
    /// The fills of the key that are remembered, the latest first.
    public let fills: [Fill]
    /// What would be done with the request.
    public let plan: Plan
    /// Whether a fill is in progress that the request would follow, if it is not answered from the store.
    public let isFilling: Bool
    /// Whether a stored response is served if every origin fails.
    public let hasFallback: Bool
    /// Whether the request has passed this larder before, and is refused if it is not answered from the store.
    public let isLoop: Bool
    /// The Cache-Status of the answer, as far as it is known.
    public let cacheStatus: String

    /// The stored response that the request selects.
    public var selected: Variant? { stored.first { $0.isSelected } }
}
