// Confined to the writer thread, which alone changes volumes: it takes extents, writes records, reclaims, and tells
// directory and index. A write that fails costs the store that one response and never a client its picture.
//
// Invariant: a record's bytes are all written before its row is posted, its row is posted before its entry is in the
// directory, and the entry gets in only where the fence allows it: so a purge sees every row that a look-up could find.

import Glibc
import Logging
import NIOCore
import Runtime
import Synchronization

final class VolumeWriter {
    let core: StoreCore
    /// What of the volumes is written, kept and reclaimed next.
    var eviction: Eviction
    /// Fills whose body is being written, by their numbers, and where.
    var extents: [UInt64: Extent] = [:]
    /// Records that have their places and are about to be written.
    var gathering: Gathering?
    var maximumSize: Int64
    var indexBytes: Int64
    var nextPosition: Int64
    /// The directory of the volumes in use; nil where there is none: then nothing is written.
    var identity: FileIdentity?
    var failures = 0
    var retryAt = Instant.now
    var nextUpkeep = Instant.now
    /// Volumes that are there and could not be opened yet.
    var unopened = UnopenedVolumes()
    /// Files of volumes that went and could not be removed, and what they take on the disk.
    var leftovers: [UInt32: Int64] = [:]
    private var slice = TimeSlice()

    /// Where a response of known length lies.
    struct Placed {
        let volume: Volume
        let location: RecordLocation
        let isSingle: Bool
        let accesses: AccessCount
    }

    /// The place of a body whose length was told, or of one that grows in a volume of its own.
    struct Extent {
        let volume: Volume
        let location: RecordLocation
        let headerLength: Int
        /// Nothing else lies in the volume.
        let isSingle: Bool
        /// The body's length is not known yet.
        let isGrowing: Bool
        /// How often the response was asked for, as far as is known.
        let accesses: AccessCount
        var charge: Int64
        var written: Int64 = 0
        var checksum: UInt32 = 0
    }

    init(_ core: StoreCore, maximumSize: Int64, survey: VolumeSurvey) {
        self.core = core
        self.maximumSize = maximumSize
        indexBytes = StoreFiles.indexSize(core.path)
        nextPosition = survey.nextPosition
        eviction = Eviction(budget: 0, nextVolume: survey.nextNumber)
        shareOut()
        let isInUse = core.lock.withLock { $0 != nil }
        if isInUse { identity = Paths.identity(core.volumesPath) }
        adopt(survey)
    }

    /// Takes volumes that are there onto their rings, less what is over the limit.
    func adopt(_ survey: VolumeSurvey) {
        for found in survey.volumes {
            eviction.add(found.slot, to: found.ring)
            if let volume = found.volume {
                core.volumes.add(volume)
            } else {
                core.volumes.addUnopened(found.number)
                unopened.add(found.number, in: found.ring)
            }
        }
        shrinkAll()
    }

    /// The thread's life: batches of jobs, and the upkeep about once a second.
    func run() {
        while let batch = core.writes.next(within: gathering == nil ? .seconds(1) : core.pacing.betweenBatches) {
            for job in batch {
                perform(job)
                giveWay()
                // Between jobs, too: a batch may take long.
                if core.clock.instant >= nextUpkeep { doUpkeep() }
            }
            if batch.isEmpty { writeGathered() } else { writeWhatWaited() }
            if core.clock.instant >= nextUpkeep { doUpkeep() }
            // The bytes of a long one are better written while the processor's cache still has them.
            guard !batch.isEmpty, !batch.contains(where: { $0.isLong }) else { continue }
            usleep(UInt32(core.pacing.betweenBatches.nanoseconds / 1000))
        }
        writeGathered()
    }

    /// Lets the loops go first, unless it is behind.
    func giveWay() {
        if !core.isBehind { slice.yieldIfOver() }
    }

    private func doUpkeep() {
        writeGathered()
        upkeep()
    }

    private func perform(_ job: WriteJob) {
        if !job.isAppend { writeGathered() }
        switch job {
        case .append(let whole):
            core.backlog.subtract(whole.bodyLength, ordering: .relaxed)
            gather(whole)
        case .open(let fill): open(fill)
        case .body(let fill, let bytes):
            core.backlog.subtract(bytes.readableBytes, ordering: .relaxed)
            write(bytes, of: fill)
        case .finish(let fill, let completion): completion(finish(fill))
        case .discard(let fill): discard(fill)
        case .freshen(let freshened): freshen(freshened)
        case .markRemoved(let location, let hash): markRemoved(location, hash: hash)
        case .setMaximumSize(let bytes):
            maximumSize = bytes
            shareOut()
            shrinkAll()
        case .indexSize(let bytes):
            indexBytes = bytes
            shareOut()
            shrinkAll()
        case .noteVolumes: noteAll()
        case .barrier(let completion): completion()
        case .close: close()
        }
    }

    func shrinkAll() {
        shrink()
        publishUse()
    }

    private func close() {
        for fill in Array(extents.keys) { discard(fill) }
        for volume in core.volumes.all {
            do throws(StoreError) {
                try volume.file.synchronize()
            } catch {
                // Then the stop is not marked as clean: bodies are checked before they are used again.
                _ = failed(error)
            }
        }
        if identity != nil { keepFiles() }
    }
}
