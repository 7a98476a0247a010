// Confined to the writer thread. Whether the cache directory can be written, and when that is tried again. Every write goes
// through `attempt`: one that fails costs the store that one response, and makes the store sick for a while.

import Logging
import Runtime
import Synchronization

final class DiskHealth {
    private let core: StoreCore
    private let space: SpaceKeeper
    private var failures = 0
    private var retryAt = Instant.now
    private var lookAt = Instant.now
    /// The directory of the volumes in use; nil while it is missing, and then nothing is written.
    private(set) var identity: FileIdentity?

    init(_ core: StoreCore, _ space: SpaceKeeper, using identity: FileIdentity?) {
        self.core = core
        self.space = space
        self.identity = identity
    }

    /// A directory of volumes is in use from now on; nil where it was lost.
    func use(_ identity: FileIdentity?) { self.identity = identity }

    /// Whether a disk that failed is tried again.
    var mayRetry: Bool { core.clock.instant >= retryAt }

    /// Does what may fail for want of disk.
    ///
    /// - Returns: What `body` returns; `sick` where it fails, or where the disk is not tried again yet.
    func attempt(_ body: () throws(StoreError) -> StoreRefusal?) -> StoreRefusal? {
        guard identity != nil, !core.isSick.load(ordering: .relaxed) || mayRetry else { return .sick }
        do throws(StoreError) {
            let refusal = try body()
            recovered()
            return refusal
        } catch {
            failed(error)
            return .sick
        }
    }

    func recovered() {
        guard core.isSick.exchange(false, ordering: .relaxed) else { return }
        failures = 0
        core.logger.notice("The cache directory can be written again", metadata: ["path": "\(core.path)"])
    }

    func failed(_ error: StoreError) {
        core.counters.writeErrors.add(1)
        // Full with nothing to reclaim is a matter of what is being written now, not of the disk.
        guard error.kind != .full || error.code != 0 else { return }
        // The disk is full though the limit is not reached: others use it too.
        if error.kind == .full { space.reclaimNext() }
        failures += 1
        retryAt = core.clock.instant + .seconds(min(30, 1 << min(failures - 1, 5)))
        if error.kind == .missing, identity != nil { lookAt = core.clock.instant }
        if !core.isSick.exchange(true, ordering: .relaxed) {
            core.logger.warning(
                "The cache directory cannot be written; pictures are fetched without being stored",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// Whether the directory is looked at now: about once a second, and at once where something is missing.
    var isLookDue: Bool { core.clock.instant >= lookAt }

    func noteLook() { lookAt = core.clock.instant + .seconds(1) }
}
