// A value. What every fill needs of the rest of larder.

import Origins
import Store

struct FillServices: Sendable {
    let store: Store
    let origins: Origins
    let counters: Counters
    /// The settings of when the fill began.
    let settings: ProxySettings
    /// The route of the request that it began with.
    let route: Route
    /// What the last fills came to.
    let history: FillHistory
    /// Bytes of bodies that all fills hold.
    let held: HeldBytes
}
