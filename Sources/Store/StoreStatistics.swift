// Value. The store's figures at one moment.

import HTTPMessage
import Synchronization

/// The contents of the store, and its events since its start.
public struct StoreStatistics: Sendable, Equatable {
    /// Stored responses in the catalog.
    public let responses: Int
    /// Bytes of memory that the catalog uses for them, including spare room.
    public let directoryBytes: Int
    /// Bytes of their bodies.
    public let bodyBytes: Int64
    /// Bytes charged for volumes.
    public let volumeBytes: Int
    /// Volumes.
    public let volumes: Int
    /// Volumes that exist and could not be opened yet: their responses are fetched again meanwhile.
    public let unopenedVolumes: Int
    /// Bytes of the index's files.
    public let indexBytes: Int
    /// Responses in the memory tier.
    public let memoryResponses: Int
    /// Bytes in the memory tier.
    public let memoryBytes: Int
    /// Responses evicted from the memory tier.
    public let memoryEvictions: Int
    /// Responses stored.
    public let stored: Int
    /// Bytes of bodies stored.
    public let storedBytes: Int
    /// Responses evicted from disk.
    public let evictions: Int
    /// Bytes of bodies evicted.
    public let evictedBytes: Int
    /// Responses copied forward while their volume was reclaimed.
    public let survivors: Int
    /// Responses removed by purges.
    public let purged: Int
    /// Purges whose sweep is in progress.
    public let activeBans: Int
    /// Purges that are in force but that a crash would undo, because they could not be put on the disk yet.
    public let undurablePurges: Int
    /// Times everything was purged because too many purges could not be put on the disk.
    public let purgesWidened: Int
    /// Records found incomplete or corrupt.
    public let corrupt: Int
    /// Corrupt records that the scrub found.
    public let scrubCorrupt: Int
    /// Bytes of volumes that the scrub has read.
    public let scrubbedBytes: Int
    /// Complete rounds of the scrub.
    public let scrubRounds: Int
    /// Reads of volumes that failed, or ended before the bytes that should be there.
    public let readErrors: Int
    /// Writes to volumes that failed.
    public let writeErrors: Int
    /// Statements that SQLite refused.
    public let indexErrors: Int
    /// Times the cache directory was gone.
    public let directoryLost: Int
    /// Responses that could have been stored and were not, by reason.
    public let refused: [String: Int]
    /// Bytes accepted and not yet written.
    public let backlogBytes: Int
    /// The catalog has loaded the index.
    public let isLoaded: Bool
    /// The cache directory can be written.
    public let isWritable: Bool
    /// Reads of the disk are late repeatedly.
    public let isSlow: Bool
    /// The index can be written.
    public let isIndexWritable: Bool

    init(_ core: StoreCore) {
        let totals = core.catalog.totals
        let counters = core.counters
        responses = totals.responses
        bodyBytes = totals.bodyBytes
        directoryBytes = totals.allocatedBytes
        memoryResponses = totals.memoryResponses
        memoryBytes = totals.memoryBytes
        memoryEvictions = totals.memoryEvictions
        volumeBytes = counters.volumeBytes.value
        volumes = core.volumes.all.count
        unopenedVolumes = core.volumes.allUnopened.count
        indexBytes = counters.indexBytes.value
        stored = counters.stored.value
        storedBytes = counters.storedBytes.value
        evictions = counters.evictions.value
        evictedBytes = counters.evictedBytes.value
        survivors = counters.survivors.value
        purged = counters.purged.value
        activeBans = core.fence.activeBans
        undurablePurges = counters.undurablePurges.value
        purgesWidened = counters.purgesWidened.value
        corrupt = counters.corrupt.value
        scrubCorrupt = counters.scrubCorrupt.value
        scrubbedBytes = counters.scrubbedBytes.value
        scrubRounds = counters.scrubRounds.value
        writeErrors = counters.writeErrors.value
        readErrors = counters.readErrors.value
        indexErrors = counters.indexErrors.value
        directoryLost = counters.directoryLost.value
        refused = Dictionary(uniqueKeysWithValues: counters.refused.map { ($0.key.rawValue, $0.value) })
        backlogBytes = core.backlog.value
        isLoaded = core.isLoaded.load(ordering: .relaxed)
        isWritable = !core.isSick.load(ordering: .relaxed)
        isSlow = core.reads.isSlow
        isIndexWritable = !core.isIndexSick.load(ordering: .relaxed)
    }
}

/// A stored response according to the index.
public struct ListedResponse: Sendable {
    let row: IndexRow
    /// The cache key.
    public let key: String
    /// The variant's text; empty if there is no `Vary`.
    public let variant: String
    /// Bytes of the body.
    public let bytes: Int64
    /// The volume's number.
    public let volume: Int
    /// When it becomes or became stale.
    public let freshUntil: Int64
    /// The instant at which its age was 0, in seconds since 1970.
    public let bornAt: Int64

    /// The place to continue a listing behind it.
    public var place: ListPlace { row.place }

    init(_ row: IndexRow) {
        self.row = row
        key = String(decoding: row.key, as: UTF8.self)
        variant = String(decoding: row.variant, as: UTF8.self)
        bytes = row.bodyLength
        volume = Int(row.location.volume)
        freshUntil = Int64(row.freshUntil)
        bornAt = Int64(row.bornAt)
    }
}
