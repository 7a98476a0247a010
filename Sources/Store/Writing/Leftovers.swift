// Confined to the writer thread. Files of volumes that went and could not be removed: they are charged, and tried again.

import Logging

final class Leftovers {
    private let core: StoreCore
    private var charges: [UInt32: Int64] = [:]

    init(_ core: StoreCore) { self.core = core }

    /// What they take on the disk, in bytes.
    var bytes: Int64 { charges.values.reduce(0, +) }

    /// Removes a volume's file.
    ///
    /// - Returns: Whether what leftovers take has changed by it.
    func remove(_ volume: UInt32) -> Bool {
        let path = core.path(ofVolume: volume)
        Paths.remove(path)
        let former = charges[volume]
        let isGone = !Paths.isTaken(path)
        charges[volume] = isGone ? nil : VolumeLayout.onDisk(Paths.onDisk(path))
        if !isGone, former == nil {
            core.logger.warning("A volume's file cannot be removed", metadata: ["path": "\(path)"])
        }
        return former != charges[volume]
    }

    /// Tries again to remove each.
    ///
    /// - Returns: Whether what they take has changed by it.
    func retry() -> Bool {
        var hasChanged = false
        for volume in charges.keys where remove(volume) { hasChanged = true }
        return hasChanged
    }

    func forgetAll() { charges = [:] }
}
