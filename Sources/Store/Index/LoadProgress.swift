// Confined to the index thread. The one plan of loading, which the index's parts share. Look-ups on all threads see at once
// whether the catalog has all.

import Synchronization

final class LoadProgress {
    private let core: StoreCore
    private(set) var plan = LoadPlan()

    init(_ core: StoreCore) { self.core = core }

    @discardableResult
    func change<Result>(_ change: (inout LoadPlan) -> Result) -> Result {
        let wasLoaded = plan.step == nil
        let result = change(&plan)
        if (plan.step == nil) != wasLoaded { publish() }
        return result
    }

    func publish() { core.isLoaded.store(plan.step == nil, ordering: .releasing) }
}
