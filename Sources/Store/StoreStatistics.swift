// A value. The store's figures of one moment.

import HTTPMessage
import Synchronization

/// What the store holds and has done since its start.
package struct StoreStatistics: Sendable, Equatable {
    /// Stored responses in the directory.
    package let responses: Int
    /// Bytes of memory that the directory takes for them, room for more included.
    package let directoryBytes: Int
    /// Bytes of their bodies.
    package let bodyBytes: Int64
    /// Bytes charged for volumes.
    package let volumeBytes: Int
    /// Volumes.
    package let volumes: Int
    /// Volumes that are there and could not be opened yet: what they hold is fetched anew meanwhile.
    package let unopenedVolumes: Int
    /// Bytes of the index's files.
    package let indexBytes: Int
    /// Responses in the memory tier.
    package let memoryResponses: Int
    /// Bytes in the memory tier.
    package let memoryBytes: Int
    /// Responses evicted from the memory tier.
    package let memoryEvictions: Int
    /// Responses stored.
    package let stored: Int
    /// Bytes of bodies stored.
    package let storedBytes: Int
    /// Responses evicted from disk.
    package let evictions: Int
    /// Bytes of bodies evicted.
    package let evictedBytes: Int
    /// Responses copied forward while their volume was reclaimed.
    package let survivors: Int
    /// Responses removed by purges.
    package let purged: Int
    /// Purges whose sweep is in progress.
    package let activeBans: Int
    /// Purges that hold and that a crash would undo: they could not be put on the disk yet.
    package let undurablePurges: Int
    /// Times everything was purged because too many purges could not be put on the disk.
    package let purgesWidened: Int
    /// Records found incomplete or corrupt.
    package let corrupt: Int
    /// Corrupt records that the scrub found.
    package let scrubCorrupt: Int
    /// Bytes of volumes that the scrub has read.
    package let scrubbedBytes: Int
    /// Complete rounds of the scrub.
    package let scrubRounds: Int
    /// Reads of volumes that failed, or ended before the bytes that should be there.
    package let readErrors: Int
    /// Writes to volumes that failed.
    package let writeErrors: Int
    /// Statements that SQLite refused.
    package let indexErrors: Int
    /// Times the cache directory was gone.
    package let directoryLost: Int
    /// Responses that may be stored and were not, by reason.
    package let refused: [String: Int]
    /// Bytes handed over and not yet written.
    package let backlogBytes: Int
    /// The directory has loaded the index.
    package let isLoaded: Bool
    /// The cache directory can be written.
    package let isWritable: Bool
    /// Reads of the disk are late again and again.
    package let isSlow: Bool
    /// The index can be written.
    package let isIndexWritable: Bool

    init(_ core: StoreCore) {
        let totals = core.directory.totals
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

/// A stored response as the index tells of it.
package struct ListedResponse: Sendable {
    let row: IndexRow
    /// The cache key.
    package let key: String
    /// The variant's text; empty where there is no `Vary`.
    package let variant: String
    /// Bytes of the body.
    package let bytes: Int64
    /// The volume's number.
    package let volume: Int
    /// When it becomes or became stale.
    package let freshUntil: Int64
    /// The instant at which its age was 0, in seconds since 1970.
    package let bornAt: Int64

    /// Where a listing goes on behind it.
    package var place: ListPlace { row.place }

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
