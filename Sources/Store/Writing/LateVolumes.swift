// Confined to the writer thread. Opens volumes that could not be opened at the start, a few at a time. `UnopenedVolumes` says
// when each is tried again.

import Logging
import Runtime

final class LateVolumes {
    private let core: StoreCore
    private var unopened = UnopenedVolumes()

    init(_ core: StoreCore) { self.core = core }

    func add(_ number: UInt32, in ring: Ring) { unopened.add(number, in: ring) }
    func remove(_ number: UInt32) { unopened.remove(number) }
    func forgetAll() { unopened = UnopenedVolumes() }

    /// Tries the volumes that are due.
    ///
    /// - Returns: Those that look-ups may read from now on, and the numbers of those that are of no use.
    func open() -> (opened: [VolumeSurvey.Found], useless: [UInt32]) {
        var opened: [VolumeSurvey.Found] = []
        var useless: [UInt32] = []
        for (number, ring) in unopened.due(at: core.clock.instant) {
            let path = core.path(ofVolume: number)
            do throws(StoreError) {
                let found = VolumeSurvey.found(try core.openVolume(path, number), in: ring)
                unopened.remove(number)
                if let volume = found.volume { core.volumes.add(volume) }
                opened.append(found)
            } catch {
                // A file that is gone, or was read and is no volume, is of no use; any other may be well the next time.
                if error.kind == .corrupt || !Paths.isTaken(path) {
                    core.logger.warning("A volume cannot be used", metadata: ["error": "\(error)"])
                    useless.append(number)
                } else {
                    unopened.failed(number, at: core.clock.instant)
                }
            }
        }
        if !opened.isEmpty {
            core.logger.notice(
                "Volumes that could not be opened are open now",
                metadata: ["volumes": "\(opened.count)"]
            )
        }
        return (opened, useless)
    }
}
