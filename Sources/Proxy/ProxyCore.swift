// Shared. The parts common to all loops: the store, the origins, the fills in progress, the access log.

import NIOCore
import Origins
import Runtime
import Store
import Synchronization

final class ProxyCore: Sendable {
    let store: Store
    let clock: Clock
    let origins: Origins
    let fills = FillTable()
    let history = FillHistory()
    let held = Gauge()
    let heldUp = Gauge()
    let accessLog: AccessLog?
    /// Connections open now.
    let connections = Atomic<Int>(0)

    init(store: Store, origins: Origins, accessLog: AccessLog?, clock: Clock) {
        self.store = store
        self.origins = origins
        self.accessLog = accessLog
        self.clock = clock
    }
}
