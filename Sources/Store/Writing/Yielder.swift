// Confined to the writer thread. Yields the processor between the writer's steps, unless the writer is behind.

import Runtime

final class Yielder {
    private let core: StoreCore
    private var slice = TimeSlice()

    init(_ core: StoreCore) { self.core = core }

    func yieldIfOver() {
        if !core.isBehind { slice.yieldIfOver() }
    }
}
