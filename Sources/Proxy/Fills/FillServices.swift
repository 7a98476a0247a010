// Shared, immutable. What every fill needs of the rest of larder; one object for all fills of a loop and a route.

import Origins
import Runtime
import Store

final class FillServices: Sendable {
    let store: Store
    let clock: Clock
    let origins: Origins
    let counters: Counters
    /// The settings of when the fill began.
    let settings: ProxySettings
    /// The route of the request that it began with.
    let route: Route
    /// How the last fills ended.
    let history: FillHistory
    /// Bytes of bodies that all fills hold.
    let held: Gauge
    /// Those of them that are held for slow clients, so that the origin's connections are free for others.
    let heldUp: Gauge

    /// What the fills of a loop need, as its settings are now.
    init(_ proxy: ProxyCore, _ state: LoopState, _ route: Route) {
        store = proxy.store
        clock = proxy.clock
        origins = proxy.origins
        counters = state.counters
        settings = state.settings
        self.route = route
        history = proxy.history
        held = proxy.held
        heldUp = proxy.heldUp
    }

    /// How much memory all fills hold now.
    var memory: FillMemory {
        let heldUp = heldUp.now
        return FillMemory(
            isShort: held.now - heldUp > settings.fillMemory,
            heldUp: heldUp,
            heldUpLimit: settings.heldUpMemory
        )
    }
}
