// A value. What the index keeps of a stored response.

struct IndexRow: Sendable, Equatable {
    /// The cache key.
    let key: [UInt8]
    /// The variant under `Vary` as text; empty where there is none.
    let variant: [UInt8]
    let location: RecordLocation
    let headerLength: Int
    let bodyLength: Int64
    let bornAt: UInt32
    let freshUntil: UInt32
    /// The status and whether the response must be validated at each use: what `CatalogEntry.isPlain` rests on.
    let isPlain: Bool
    let sequence: UInt64
}

/// The volumes as the index knows them: which ring they are in, and in which order.
struct VolumeRow: Sendable, Equatable {
    let number: UInt32
    let ring: Int
    /// Where in its ring: ascending from the oldest.
    let order: Int64
}
