// Value. The facts that decisions about a stored response need, in a fixed size.
//
// Made by Storability.decide, kept by the store in record and catalog, read by Planner. Invariants: bornAt ≤
// freshUntil; both windows are 0 if the response forbids being served stale; a response born in the future is not
// fresh.

public import HTTPMessage

/// The freshness of a stored response.
public struct StoredFacts: Sendable, Equatable {
    /// Properties of the response, one bit each; the bits are part of the store's format.
    public struct Flags: OptionSet, Sendable, Hashable {
        /// The bits.
        public let rawValue: UInt16

        /// Makes a set of its bits.
        ///
        /// - Parameter rawValue: The bits.
        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// Once stale it is not served without validation (RFC 9111 §5.2.2.2, §5.2.2.8, §5.2.2.10).
        public static let mustRevalidate = Flags(rawValue: 1 << 0)
        /// It is validated each time, fresh or not (RFC 9111 §5.2.2.4).
        public static let noCache = Flags(rawValue: 1 << 1)
        /// It has an ETag.
        public static let hasETag = Flags(rawValue: 1 << 2)
        /// It has a Last-Modified.
        public static let hasLastModified = Flags(rawValue: 1 << 3)
        /// Its status is 400 or above.
        public static let isNegative = Flags(rawValue: 1 << 4)
        /// It does not change while fresh (RFC 8246).
        public static let immutable = Flags(rawValue: 1 << 5)
        /// It has a Vary.
        public static let hasVary = Flags(rawValue: 1 << 6)
        /// Its lifetime was not given by the origin.
        public static let fromHeuristic = Flags(rawValue: 1 << 7)
        /// It came with a Set-Cookie, which is not stored.
        public static let setCookieStripped = Flags(rawValue: 1 << 8)
        /// A Set-Cookie is stored with it; the rule in force when it is served decides who gets it.
        public static let hasSetCookie = Flags(rawValue: 1 << 9)
        /// Its record contains the target that the origin was sent; only the store sets and reads this.
        public static let hasTarget = Flags(rawValue: 1 << 15)
    }

    /// The status code.
    public var status: UInt16
    /// Its properties.
    public var flags: Flags
    /// When its age was 0: the time of the response less its corrected initial age (RFC 9111 §4.2.3).
    public var bornAt: WallTime
    /// When it becomes stale: `bornAt` and the freshness lifetime.
    public var freshUntil: WallTime
    /// Seconds past `freshUntil` in which it is served while being validated.
    public var staleWhileRevalidate: UInt32
    /// Seconds past `freshUntil` in which it is served when every origin fails.
    public var staleIfError: UInt32
    /// Which origin it came from, by a number that outlives a restart; 0 if that is not known.
    public var origin: UInt32 = 0

    /// Makes facts.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - flags: What holds for it.
    ///   - bornAt: When its age was 0.
    ///   - freshUntil: When it becomes stale.
    ///   - staleWhileRevalidate: Seconds it is served stale while being validated.
    ///   - staleIfError: Seconds it is served stale when every origin fails.
    public init(
        status: UInt16,
        flags: Flags,
        bornAt: WallTime,
        freshUntil: WallTime,
        staleWhileRevalidate: UInt32,
        staleIfError: UInt32
    ) {
        self.status = status
        self.flags = flags
        self.bornAt = bornAt
        self.freshUntil = freshUntil
        self.staleWhileRevalidate = staleWhileRevalidate
        self.staleIfError = staleIfError
    }

    /// The Cache-Status detail about its cookie; nil if there is nothing to say.
    public var cookieDetail: String? { flags.contains(.setCookieStripped) ? "set-cookie-stripped" : nil }

    /// The age to send, never negative (RFC 9111 §4.2.3).
    ///
    /// - Parameter now: The time of the response.
    /// - Returns: Seconds, at most 2^31.
    public func age(at now: WallTime) -> Int64 {
        min(max(now - bornAt, 0), Int64(DeltaSeconds.maximum))
    }

    /// Whether it may be served without asking (RFC 9111 §4.2); a `noCache` response may not, fresh or not.
    ///
    /// - Parameter now: The time of the response.
    /// - Returns: Whether its lifetime exceeds its age. The age of a response born in the future is unknown: it was
    ///   stored while the clock was ahead.
    public func isFresh(at now: WallTime) -> Bool {
        bornAt <= now && now < freshUntil
    }

    /// Seconds of freshness left; negative if stale, 0 if its age is not known.
    ///
    /// - Parameter now: The time of the response.
    /// - Returns: The `ttl` of Cache-Status.
    public func timeToLive(at now: WallTime) -> Int64 {
        bornAt <= now ? freshUntil - now : 0
    }

    /// Seconds since it became stale; negative if fresh, nil if its age is not known.
    ///
    /// - Parameter now: The time of the response.
    /// - Returns: What windows of staleness are compared with (RFC 5861).
    public func staleness(at now: WallTime) -> Int64? {
        bornAt <= now ? now - freshUntil : nil
    }

    /// Whether it has a validator, so that the origin can say whether it is still good.
    public var hasValidator: Bool {
        !flags.isDisjoint(with: [.hasETag, .hasLastModified])
    }
}
