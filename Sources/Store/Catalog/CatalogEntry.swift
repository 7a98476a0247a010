// Value. The catalog's entry of a stored response: 56 bytes, with its bucket at most 64.

import HTTPCaching
public import HTTPMessage

/// The place of a stored response, and how long it may be served without asking the origin.
public struct CatalogEntry: Sendable, Equatable {
    /// The hash of the cache key; the key itself is in the record and compared there.
    public internal(set) var hash: UInt64
    /// Bytes of the body.
    public internal(set) var bodyLength: Int64
    /// The volume's number; numbers are never used again.
    public internal(set) var volume: UInt32
    /// The offset of the record in its volume, in bytes.
    public internal(set) var offset: UInt32
    var bornAtSeconds: UInt32
    var freshUntilSeconds: UInt32
    /// The variant under `Vary`: a hash of the selecting request fields; 0 if there is no `Vary`.
    public internal(set) var variant: UInt32
    /// The fence's generation in which the fill began: a ban of a later generation refuses this response.
    var epoch: UInt32
    /// The next entry of the same bucket, in the shard's slab.
    var next: UInt32
    /// The memory tier's slot of this response, or `none`.
    var memorySlot: UInt32
    /// Bytes from the record's start to its body, in units of 8.
    var headerUnits: UInt16
    var flags: Flags
    /// The names in the response's `Vary`, as a number of `VarySets`; 0 without a `Vary`.
    public internal(set) var vary: UInt8
    /// Its accesses.
    var accesses: AccessCount

    static let none = UInt32.max

    /// Properties that decide how a stored response may be used, besides its freshness.
    struct Flags: OptionSet, Sendable, Equatable {
        let rawValue: UInt8
        /// The body is too long to be read whole, and was not compared with its checksum in this run.
        static let unverified = Flags(rawValue: 1 << 0)
        /// A plain 200 that may be reused while fresh: a hit needs only the catalog's entry.
        static let plain = Flags(rawValue: 1 << 1)
    }

    /// The instant at which the response's age was 0.
    public var bornAt: WallTime { WallTime(secondsSinceEpoch: Int64(bornAtSeconds)) }
    /// The instant at which it becomes stale.
    public var freshUntil: WallTime { WallTime(secondsSinceEpoch: Int64(freshUntilSeconds)) }
    /// Whether it is in its lifetime.
    ///
    /// A response born in the future was stored while the clock was ahead.
    public func isFresh(at now: WallTime) -> Bool { bornAt <= now && now < freshUntil }
    /// Bytes from the record's start to its body.
    public var headerLength: Int { Int(headerUnits) * 8 }
    /// True if a fresh hit needs only the catalog's entry, not the record's facts.
    public var isPlain: Bool { flags.contains(.plain) }
    /// True if the body, which is sent without being read, was not compared with its checksum in this run.
    public var isUnverified: Bool { flags.contains(.unverified) }
    /// Bytes the record takes in its volume.
    var recordLength: Int64 { Record.aligned(Int64(headerLength) + bodyLength) }

    /// Its hash as a ghost, which is different for each variant of a key.
    var ghostHash: UInt64 { Self.ghostHash(hash, variant: variant) }

    static func ghostHash(_ hash: UInt64, variant: UInt32) -> UInt64 { hash ^ UInt64(variant) << 32 }

    /// Describes a record at a place.
    init(
        hash: UInt64,
        variant: UInt32,
        vary: UInt8,
        location: RecordLocation,
        headerLength: Int,
        bodyLength: Int64,
        facts: StoredFacts,
        epoch: UInt32,
        accesses: AccessCount = .first(at: 0)
    ) {
        self.hash = hash
        self.bodyLength = bodyLength
        self.volume = location.volume
        self.offset = location.offset
        self.bornAtSeconds = Record.seconds(facts.bornAt)
        self.freshUntilSeconds = Record.seconds(facts.freshUntil)
        self.variant = variant
        self.epoch = epoch
        self.next = Self.none
        self.memorySlot = Self.none
        self.headerUnits = UInt16(headerLength / 8)
        self.flags = Self.isPlain(facts) ? .plain : []
        self.vary = vary
        self.accesses = accesses
    }

    mutating func freshen(_ facts: StoredFacts) {
        bornAtSeconds = Record.seconds(facts.bornAt)
        freshUntilSeconds = Record.seconds(facts.freshUntil)
        if Self.isPlain(facts) { flags.insert(.plain) } else { flags.remove(.plain) }
    }

    mutating func move(to location: RecordLocation) {
        volume = location.volume
        offset = location.offset
    }

    func hasSameFreshness(as other: CatalogEntry) -> Bool {
        bornAtSeconds == other.bornAtSeconds && freshUntilSeconds == other.freshUntilSeconds
    }

    /// Whether both are the same response, with the same freshness, at the same place.
    public func isSameResponse(as other: CatalogEntry) -> Bool {
        hash == other.hash && variant == other.variant && isAt(other.location) && bodyLength == other.bodyLength
            && headerUnits == other.headerUnits && hasSameFreshness(as: other)
    }

    func isAt(_ location: RecordLocation) -> Bool { volume == location.volume && offset == location.offset }

    /// The place of the record.
    var location: RecordLocation { RecordLocation(volume: volume, offset: offset) }

    /// Whether a fresh hit depends only on the freshness of a response.
    static func isPlain(_ facts: StoredFacts) -> Bool {
        facts.status == 200 && facts.flags.isDisjoint(with: [.noCache, .hasSetCookie])
    }
}

/// The place of a record: its volume's number and the offset of its first byte.
struct RecordLocation: Sendable, Hashable {
    let volume: UInt32
    let offset: UInt32
}
