// Confined to the writer thread. What is done about trouble with the cache directory: a disk that fails, files that are deleted
// from outside, a directory that is gone or was never there. It looks about once a second and recovers by itself.

import Logging
import NIOCore
import Runtime
import Synchronization

final class DirectoryRecovery {
    private let core: StoreCore
    private let space: SpaceKeeper
    private let health: DiskHealth

    init(_ parts: WriterParts) {
        core = parts.core
        space = parts.space
        health = parts.health
    }

    func look() {
        health.noteLook()
        let now: FileIdentity?
        do throws(StoreError) {
            now = try Paths.found(core.volumesPath)
        } catch {
            // It may be there all the same: nothing is forgotten.
            health.failed(error)
            return space.publishUse()
        }
        if health.identity == nil || now != health.identity {
            takeOver()
        } else if core.isSick.load(ordering: .relaxed) {
            _ = health.attempt { () throws(StoreError) in
                try probe()
                return nil
            }
        } else {
            // Where the disk does not tell, it is not gone.
            for volume in core.volumes.all where volume.file.status?.links == 0 { space.lose(volume) }
            keepFiles()
        }
        if health.identity != nil { space.retryVolumes() }
        space.publishUse()
    }

    /// Finds out whether the disk can be written, without a client's response at stake.
    private func probe() throws(StoreError) {
        let path = core.path + "/probe"
        Paths.remove(path)
        defer { Paths.remove(path) }
        let file = try File(path, .create)
        try file.write(ByteBuffer(repeating: 0, count: 4096), at: 0)
    }

    /// Makes the small files again that were deleted or changed from outside.
    func keepFiles() {
        do throws(StoreError) {
            try StoreFiles.keepFormat(core.path, core.keyHash)
            let held = core.lock.withLock { $0?.identity }
            guard Paths.identity(StoreFiles.lockPath(core.path)) != held else { return }
            let lock = try StoreFiles.lock(core.path)
            core.lock.withLock { $0 = lock }
        } catch {
            health.failed(error)
        }
    }

    /// The cache directory is gone, was replaced, or could not be used so far: forget what was in it, and take the one
    /// that is there now into use, or a new one.
    private func takeOver() {
        guard health.identity != nil || health.mayRetry else { return }
        if health.identity != nil {
            core.counters.directoryLost.add(1)
            core.logger.warning(
                "The cache directory is gone; its pictures are forgotten",
                metadata: ["path": "\(core.path)"]
            )
        }
        health.use(nil)
        space.forgetAll()
        do throws(StoreError) {
            try Paths.makeDirectory(core.path)
            core.lock.withLock { $0 = nil }
            let lock = try StoreFiles.lock(core.path)
            try agreeOnSecret()
            try Paths.makeDirectory(core.volumesPath)
            let survey = try VolumeSurvey(
                core.volumesPath,
                rows: [],
                highestNumber: 0,
                open: core.openVolume,
                logger: core.logger
            )
            space.adopt(another: survey)
            core.lock.withLock { $0 = lock }
            health.use(Paths.identity(core.volumesPath))
            core.post(.reopen)
            health.recovered()
        } catch {
            health.failed(error)
        }
    }

    /// Takes over the secret of a directory that could not be read at the start: nothing was stored yet under another one.
    ///
    /// What is there under another secret than that of this run is of no use, and is removed; what is another format's is not
    /// ours to remove.
    private func agreeOnSecret() throws(StoreError) {
        let stored = try StoreFiles.read(core.path)
        if let stored, !core.hasSecret.load(ordering: .relaxed) {
            core.keyHash = stored
        } else if stored != core.keyHash {
            try StoreFiles.make(core.path, core.keyHash, logger: core.logger)
        }
        core.hasSecret.store(true, ordering: .relaxed)
    }
}
