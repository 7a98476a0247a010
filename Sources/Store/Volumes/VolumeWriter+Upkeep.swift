// What the writer thread does about trouble: a disk that is full or failing, files that are deleted from outside, a cache
// directory that is gone or was never there. It looks about once a second and recovers by itself.

import Logging
import NIOCore
import Runtime
import Synchronization

extension VolumeWriter {
    /// Does what may fail for want of disk; a failure makes the store sick for a while, and is no more than a refusal.
    func attempt(_ body: () throws(StoreError) -> StoreRefusal?) -> StoreRefusal? {
        guard identity != nil, !core.isSick.load(ordering: .relaxed) || core.clock.instant >= retryAt else {
            return .sick
        }
        do throws(StoreError) {
            let refusal = try body()
            recovered()
            return refusal
        } catch {
            return failed(error)
        }
    }

    private func recovered() {
        guard core.isSick.exchange(false, ordering: .relaxed) else { return }
        failures = 0
        core.logger.notice("The cache directory can be written again", metadata: ["path": "\(core.path)"])
    }

    func failed(_ error: StoreError) -> StoreRefusal {
        core.counters.writeErrors.add(1)
        // Full with nothing to reclaim is a matter of what is being written now, not of the disk.
        guard error.kind != .full || error.code != 0 else { return .sick }
        if error.kind == .full { makeSomeRoom() }
        failures += 1
        retryAt = core.clock.instant + .seconds(min(30, 1 << min(failures - 1, 5)))
        if error.kind == .missing, identity != nil { nextUpkeep = core.clock.instant }
        if !core.isSick.exchange(true, ordering: .relaxed) {
            core.logger.warning(
                "The cache directory cannot be written; pictures are fetched without being stored",
                metadata: ["error": "\(error)"]
            )
        }
        return .sick
    }

    func upkeep() {
        nextUpkeep = core.clock.instant + .seconds(1)
        let now: FileIdentity?
        do throws(StoreError) {
            now = try Paths.found(core.volumesPath)
        } catch {
            // It may be there all the same: nothing is forgotten.
            _ = failed(error)
            return publishUse()
        }
        if identity == nil || now != identity {
            takeOver()
        } else if core.isSick.load(ordering: .relaxed) {
            _ = attempt { () throws(StoreError) in
                try probe()
                return nil
            }
        } else {
            // Where the disk does not tell, it is not gone.
            for volume in core.volumes.all where volume.file.status?.links == 0 { lose(volume) }
            keepFiles()
        }
        if identity != nil {
            openLate()
            for volume in leftovers.keys { removeFile(of: volume) }
        }
        publishUse()
    }

    /// Opens volumes that could not be opened before, few at a time.
    private func openLate() {
        var opened: [UInt32] = []
        for (number, ring) in unopened.due(at: core.clock.instant) {
            let path = core.path(ofVolume: number)
            do throws(StoreError) {
                let found = VolumeSurvey.found(try core.openVolume(path, number), in: ring)
                eviction.update(found.slot)
                unopened.remove(number)
                if let volume = found.volume { core.volumes.add(volume) }
                opened.append(number)
            } catch {
                // What is gone or was read and is no volume is of no use; anything else may be well the next time.
                if error.kind == .corrupt || !Paths.isTaken(path) {
                    core.logger.warning("A volume is of no use", metadata: ["error": "\(error)"])
                    drop(number)
                } else {
                    unopened.failed(number, at: core.clock.instant)
                }
            }
        }
        guard !opened.isEmpty else { return }
        core.logger.notice("Volumes could be opened at last", metadata: ["volumes": "\(opened.count)"])
        shrinkAll()
        core.post(.opened(opened))
    }

    /// Finds out whether the disk can be written, without a client's response at stake.
    private func probe() throws(StoreError) {
        let path = core.path + "/probe"
        Paths.remove(path)
        defer { Paths.remove(path) }
        let file = try File(path, .create)
        try file.write(ByteBuffer(repeating: 0, count: 4096), at: 0)
    }

    private func lose(_ volume: Volume) {
        core.logger.warning("A volume was deleted from outside", metadata: ["volume": "\(volume.number)"])
        core.volumes.remove(volume.number)
        _ = core.directory.removeAll(inVolume: volume.number)
        drop(volume.number)
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
            _ = failed(error)
        }
    }

    /// The cache directory is gone, was replaced, or could not be used so far: forget what was in it, and take the one
    /// that is there now into use, or a new one.
    private func takeOver() {
        guard identity != nil || core.clock.instant >= retryAt else { return }
        if identity != nil {
            core.counters.directoryLost.add(1)
            core.logger.warning(
                "The cache directory is gone; what was in it is forgotten",
                metadata: ["path": "\(core.path)"]
            )
        }
        forgetAll()
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
            eviction.raiseNumber(to: survey.nextNumber)
            indexBytes = StoreFiles.indexSize(core.path)
            shareOut()
            adopt(survey)
            core.lock.withLock { $0 = lock }
            identity = Paths.identity(core.volumesPath)
            core.post(.reopen)
            recovered()
        } catch {
            _ = failed(error)
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

    private func forgetAll() {
        identity = nil
        unopened = UnopenedVolumes()
        leftovers = [:]
        core.volumes.removeAll()
        _ = core.directory.removeAll { _ in true }
        extents = [:]
        eviction.dropAll()
    }
}
