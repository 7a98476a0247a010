// Confined to the writer thread. What the writer's parts share; each part's state is its own.

import Runtime
import Synchronization

struct WriterParts {
    let core: StoreCore
    let extents = OpenExtents()
    let batch = OpenBatch()
    let yielder: Yielder
    let space: SpaceKeeper
    let health: DiskHealth
    let admission: Admission

    init(_ core: StoreCore, maximumSize: Int64, survey: VolumeSurvey) {
        self.core = core
        yielder = Yielder(core)
        space = SpaceKeeper(core, extents, batch, yielder, maximumSize: maximumSize, survey: survey)
        let isInUse = core.lock.withLock { $0 != nil }
        health = DiskHealth(core, space, using: isInUse ? Paths.identity(core.volumesPath) : nil)
        admission = Admission(core, space)
        space.adopt(survey)
    }
}
