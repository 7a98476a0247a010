// Shared. Watches the disk's speed: by the reads that hits wait for, and without hits by a read of its own.

import Logging
import Runtime
import Synchronization

final class ReadWatch: Sendable {
    /// The limit in which a read of its own counts as in time.
    private static let probeLimit: Duration = .seconds(1)

    private let health = Lock(ReadHealth())
    private let isSlowNow = Atomic<Bool>(false)
    private let isProbing = Atomic<Bool>(false)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// The disk is late repeatedly.
    var isSlow: Bool { isSlowNow.load(ordering: .relaxed) }

    /// Notes whether a read that a hit waited for was in time.
    ///
    /// One short lock.
    func note(inTime: Bool, at now: Instant = .now) {
        let change: Bool? = health.withLock { health in
            let before = health.isSlow
            if inTime { health.noteInTime() } else { health.noteLate(at: now) }
            guard health.isSlow != before else { return nil }
            isSlowNow.store(health.isSlow, ordering: .relaxed)
            return health.isSlow
        }
        switch change {
        case true?:
            logger.warning(
                "The disk of the cache directory is slow; some stored pictures are fetched from the origins instead"
            )
        case false?: logger.notice("The disk of the cache directory is fast enough again")
        case nil: break
        }
    }

    /// Reads from a slow disk, on a pool that may be blocked: without hits nothing else would notice its recovery.
    ///
    /// Any thread; one such read at a time.
    func probe(_ volumes: VolumeTable, on pool: BlockingPool) {
        guard isSlow, !isProbing.exchange(true, ordering: .relaxed) else { return }
        let began = Instant.now
        let isTaken = pool.submit(isBounded: false) { [self] in
            if let file = volumes.all.randomElement()?.file { Self.readFromDisk(file) }
            let now = Instant.now
            note(inTime: now - began < Self.probeLimit, at: now)
            isProbing.store(false, ordering: .relaxed)
        }
        if !isTaken { isProbing.store(false, ordering: .relaxed) }
    }

    private static func readFromDisk(_ file: File) {
        file.dropFromPageCache(0..<4096)
        _ = file.check(at: 0, length: VolumeLayout.headerLength, against: 0)
    }
}
