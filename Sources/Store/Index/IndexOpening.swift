// A value. What a start learns from the index before the index's thread runs.

import Logging
import Synchronization

struct IndexOpening: Sendable {
    private(set) var volumes: [VolumeRow] = []
    /// The highest number that a volume had.
    private(set) var highestVolume: UInt32 = 0
    /// Purges whose sweep a stop interrupted: they hold from the start, and are swept once the index is loaded.
    private(set) var bans: [(PurgeRule, epoch: UInt32)] = []
    /// The index is new, broken or was being rebuilt: the volumes have to be read.
    private(set) var isRebuilding = true

    /// Reads what the index knows; nothing of it changes, unless it is broken: then it is removed.
    init(_ core: StoreCore, isUsable: Bool) {
        guard isUsable else { return }
        let path = core.path + "/" + IndexDatabase.fileName
        do throws(StoreError) {
            let database = try IndexDatabase(path)
            // They hold also where nothing else in it is believed.
            bans = try database.bans.all().map { rule in (rule, core.fence.raise(rule)) }
            try PurgeMark.check(database, in: core.path)
            try read(database, core)
        } catch {
            failed(error, core)
            self = IndexOpening(bans: bans)
        }
    }

    private init(bans: [(PurgeRule, epoch: UInt32)]) { self.bans = bans }

    private mutating func read(_ database: IndexDatabase, _ core: StoreCore) throws(StoreError) {
        volumes = try database.volumes()
        highestVolume = UInt32(exactly: try database.state(.highestVolume) ?? 0) ?? 0
        highestVolume = min(highestVolume, Volume.maximumNumber)
        isRebuilding = try database.state(.isRebuilding) == 1
        core.raiseSequence(above: UInt64(bitPattern: try database.state(.sequence) ?? 0))
    }

    private func failed(_ error: StoreError, _ core: StoreCore) {
        core.counters.indexErrors.add(1)
        core.logger.warning(
            "The index cannot be used and is rebuilt from the volumes",
            metadata: ["error": "\(error)"]
        )
        if error.kind == .corrupt { StoreFiles.removeIndex(core.path) }
    }
}
