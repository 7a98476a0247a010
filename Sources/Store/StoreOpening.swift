// Confined to the thread that opens the store. Opens a store: every step that can fail at the start, in order, and its
// remedy.

import HTTPMessage
import Logging
import NIOCore
import Runtime
import Synchronization

/// The parts of a store, made and not yet running.
struct StoreOpening {
    let core: StoreCore
    private let survey: VolumeSurvey
    private let startIndex: @Sendable () -> Void

    init(
        _ configuration: StoreConfiguration,
        openVolume: @escaping VolumeSurvey.Open,
        clock: Clock,
        logger: Logger
    ) throws(StoreError) {
        let path = configuration.directory
        var keyHash: KeyHash?
        var lock: File?
        do throws(StoreError) {
            let opened = try StoreFiles.open(path, logger: logger)
            keyHash = opened.keyHash
            lock = opened.lock
        } catch  where error.kind != .inUse && error.kind != .corrupt {
            logger.warning(
                "The cache directory cannot be used yet; pictures are fetched without being stored",
                metadata: ["error": "\(error)"]
            )
            // A directory that is read-only now is used with its contents as soon as it can be written.
            keyHash = try? StoreFiles.read(path)
        }
        var generator = SystemRandomNumberGenerator()
        let hash = keyHash ?? KeyHash(secret0: generator.next(), secret1: generator.next())
        let core = StoreCore(configuration, keyHash: hash, openVolume: openVolume, clock: clock, logger: logger)
        core.hasSecret.store(keyHash != nil, ordering: .relaxed)
        // Numbers continue above those of an earlier run even without the index, unless the clock was set back.
        core.raiseSequence(above: Self.sequence(at: clock))

        let index = IndexOpening(core, isUsable: lock != nil)
        var survey: VolumeSurvey?
        if lock != nil {
            do throws(StoreError) {
                survey = try VolumeSurvey(
                    core.volumesPath,
                    rows: index.volumes,
                    highestNumber: index.highestVolume,
                    open: openVolume,
                    logger: logger
                )
            } catch {
                // Nothing can be written before the volumes are known: the directory is used as soon as it can be
                // listed.
                logger.warning("The volumes cannot be listed yet", metadata: ["error": "\(error)"])
                lock = nil
            }
        }
        core.isSick.store(lock == nil, ordering: .relaxed)
        core.scrub.rate = configuration.scrubRate
        self.survey = survey ?? VolumeSurvey()
        core.lock.withLock { $0 = lock }
        self.core = core
        let found = self.survey.volumes.compactMap { $0.volume?.number }
        startIndex = { IndexThread(core, index, found: found).run() }
    }

    /// 2^24 for each second since 1970: a later run begins with a higher number, unless a second had that many records.
    static func sequence(at clock: Clock) -> UInt64 {
        let (seconds, rest) = max(0, clock.nanosecondsSinceEpoch).quotientAndRemainder(dividingBy: 1_000_000_000)
        return (UInt64(seconds) << 24) + (UInt64(rest) << 24) / 1_000_000_000
    }

    func start(_ configuration: StoreConfiguration) -> StoreThreads {
        // The writer is made here, not on its thread, so that disk use is within the limit before the first request.
        let writer = HandOver(WriterThread(core, maximumSize: configuration.maximumSize, survey: survey))
        return StoreThreads(
            writer: DedicatedThread.start("larder-volumes", slices: .long) { writer.take()?.run() },
            index: DedicatedThread.start("larder-index", slices: .long, startIndex),
            scrub: DedicatedThread.start("larder-scrub", slices: .long, niceness: 19) { [core] in
                Scrubber(core, pause: configuration.scrubPause).run()
            }
        )
    }
}

/// The threads of a store; the writer ends before the index, because it sends rows to it.
struct StoreThreads: Sendable {
    let writer: DedicatedThread
    let index: DedicatedThread
    let scrub: DedicatedThread
}

/// Hands a value to a thread.
private final class HandOver: Sendable {
    // because the value is made before the thread starts, taken once, and touched by nobody in between
    nonisolated(unsafe) private var writer: WriterThread?

    // because of the same in both functions
    init(_ writer: WriterThread) { unsafe self.writer = writer }

    func take() -> WriterThread? {
        defer { unsafe writer = nil }  // because one thread calls this, once
        return unsafe writer
    }
}
