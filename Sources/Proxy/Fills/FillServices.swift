// A value. What every fill needs of the rest of larder.

import HTTPCaching
import Origins
import Store

struct FillServices: Sendable {
    let store: Store
    let origins: Origins
    let rules: CachingRules
    let counters: Counters
    let fillMemory: Int
    let maximumResponse: Int64?
    /// Bytes of bodies that all fills hold.
    let held: HeldBytes
}
