// A value. What is asked of the writer thread.

import HTTPCaching
import NIOCore

enum WriteJob: Sendable {
    /// Stores a whole response.
    case append(WholeResponse)
    /// Takes an extent for a fill's body.
    case open(FillWriter)
    case body(FillWriter, ByteBuffer)
    case finish(FillWriter, @Sendable (StoreRefusal?) -> Void)
    /// Gives the extent of a fill back that nobody holds any more; by the fill's number.
    case discard(UInt64)
    /// Writes new facts and a new head over a record's.
    indirect case freshen(Freshened)
    /// Marks a record as removed, so that no rebuilding of the index brings it back.
    case markRemoved(RecordLocation, hash: UInt64)
    case setMaximumSize(Int64)
    /// The index takes that many bytes on disk.
    case indexSize(Int64)
    /// Tells the index the rings of all volumes: it is a new one.
    case noteVolumes
    /// Calls back when all before is done.
    case barrier(@Sendable () -> Void)
    /// Ends fills and puts the volumes on the disk.
    case close

    /// Whether it may be gathered with others.
    var isAppend: Bool { if case .append = self { true } else { false } }

    /// Whether its bytes cost more than anything else about it.
    var isLong: Bool {
        switch self {
        case .append(let whole): whole.bodyLength >= 32 << 10
        case .body: true
        default: false
        }
    }
}

/// A stored response that an origin's 304 freshened.
struct Freshened: Sendable {
    let entry: CatalogEntry
    let key: [UInt8]
    /// The head as it stands in a record.
    let head: ByteBuffer
    let facts: StoredFacts
    let epoch: UInt32
    let groups: [String]
}
