// Confined to the writer thread, which alone changes volumes. It takes jobs in batches, gives each to its part, and looks
// after the cache directory about once a second. A write that fails costs the store one response and never a client its
// picture.

import Glibc
import Logging
import NIOCore
import Runtime
import Synchronization

final class WriterThread {
    private let core: StoreCore
    private let space: SpaceKeeper
    private let health: DiskHealth
    private let admission: Admission
    private let batch: OpenBatch
    private let yielder: Yielder
    private let records: RecordWriter
    private let extents: ExtentWriter
    private let headers: HeaderRewriter
    private let recovery: DirectoryRecovery

    /// Makes the parts; disk use is within the limit when it returns.
    init(_ core: StoreCore, maximumSize: Int64, survey: VolumeSurvey) {
        let parts = WriterParts(core, maximumSize: maximumSize, survey: survey)
        self.core = core
        space = parts.space
        health = parts.health
        admission = parts.admission
        batch = parts.batch
        yielder = parts.yielder
        records = RecordWriter(parts)
        extents = ExtentWriter(parts)
        headers = HeaderRewriter(parts, records)
        recovery = DirectoryRecovery(parts)
    }

    /// The thread's life.
    func run() {
        while let jobs = core.writes.next(within: batch.isEmpty ? .seconds(1) : core.pacing.betweenBatches) {
            for job in jobs {
                perform(job)
                yielder.yieldIfOver()
                // Between jobs, too: a batch may take long.
                lookIfDue()
            }
            if jobs.isEmpty { records.flush() } else { records.flushIfDue() }
            lookIfDue()
            // The bytes of a long one are better written while the processor's cache still has them.
            guard !jobs.isEmpty, !jobs.contains(where: { $0.isLong }) else { continue }
            usleep(UInt32(core.pacing.betweenBatches.nanoseconds / 1000))
        }
        records.flush()
    }

    private func lookIfDue() {
        guard health.isLookDue else { return }
        records.flush()
        recovery.look()
    }

    private func perform(_ job: WriteJob) {
        if !job.isAppend { records.flush() }
        switch job {
        case .append(let whole):
            core.backlog.subtract(whole.bodyLength, ordering: .relaxed)
            records.append(whole)
        case .open(let fill): extents.open(fill)
        case .body(let fill, let bytes):
            core.backlog.subtract(bytes.readableBytes, ordering: .relaxed)
            extents.write(bytes, of: fill)
        case .finish(let fill, let completion): completion(extents.finish(fill))
        case .discard(let fill): extents.discard(fill)
        case .freshen(let freshened): headers.freshen(freshened)
        case .markRemoved(let location, let hash): admission.markRemoved(location, hash: hash)
        case .setMaximumSize(let bytes): space.setMaximumSize(bytes)
        case .indexSize(let bytes): space.setIndexSize(bytes)
        case .noteVolumes: space.noteAll()
        case .barrier(let completion): completion()
        case .close: close()
        }
    }

    private func close() {
        extents.discardAll()
        for volume in core.volumes.all {
            do throws(StoreError) {
                try volume.file.synchronize()
            } catch {
                // Then the stop is not marked as clean: bodies are checked before they are used again.
                health.failed(error)
            }
        }
        if health.identity != nil { recovery.keepFiles() }
    }
}

@available(*, unavailable)
extension WriterThread: Sendable {}
