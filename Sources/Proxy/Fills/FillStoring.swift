// Value. Whether and how the response that a fill brings is stored.

import HTTPCaching
import HTTPMessage
import Origins
import Store

struct FillStoring {
    enum Outcome {
        case writer(FillWriter)
        /// It could be stored, and the store does not take it.
        case notTaken
        case refused
    }

    let claim: FillClaim
    let request: FillRequest
    /// It answers a POST, and is what later GETs of the target may get.
    let isPostOfTarget: Bool

    private var services: FillServices { claim.services }

    /// Begins to store a response, if that may be and the store takes it.
    func begin(_ head: FillHead) -> Outcome {
        guard mayStore(head), makeWay(for: head) else { return .refused }
        return makeWriter(head).map(Outcome.writer) ?? .notTaken
    }

    private func mayStore(_ head: FillHead) -> Bool {
        guard head.isStorable, !claim.isPass || isPostOfTarget else { return false }
        // A stored response is not given up for the word of an origin that may not know, nor for an error.
        return (head.isDefinitive || !claim.isValidation) && !(request.hasStandIn && head.isFailure)
    }

    /// Removes the success that a response to its own spelling of the path shows to be gone; false if a response is not to be
    /// stored: one that holds for a single spelling gives way to a success that came from another one.
    private func makeWay(for head: FillHead) -> Bool {
        guard services.route.foldsCase, !Spelling.isShared(head.status) else { return true }
        let (store, key) = (services.store, claim.key)
        for candidate in key.withRawSpan({ store.look(up: store.hash($0), key: $0) }).candidates
        where !Spelling.isAmong(store.varyNames(of: candidate.entry)) {
            guard request.asksForKept else { return false }
            store.remove(candidate.entry, key: key)
        }
        return true
    }

    private func makeWriter(_ head: FillHead) -> FillWriter? {
        guard case .storable(var facts) = head.storability, let variant = variant(of: head) else { return nil }
        facts.origin = services.origins.identity(of: head.origin)
        if let largest = services.route.maximumResponse, head.contentLength ?? 0 > largest { return nil }
        let response = NewResponse(
            key: claim.key,
            variant: variant,
            head: head.bytes,
            target: keptTarget(head.status),
            facts: facts,
            bodyLength: head.contentLength,
            // The response to a POST is stored after the invalidation that the POST itself brought.
            epoch: claim.isPass ? services.store.epoch : claim.epoch,
            groups: CacheGroups.names(in: head.fields)
        )
        return try? services.store.beginFill(response)
    }

    /// The target that is kept with a response; empty if the key or the variant has it.
    private func keptTarget(_ status: Int) -> [UInt8] {
        let target = request.request.target
        guard services.route.foldsCase, Spelling.isShared(status), target != CacheKey.target(of: claim.key) else {
            return []
        }
        return Array(target.utf8)
    }

    private func variant(of head: FillHead) -> Variant? {
        switch head.vary {
        case .none: return Variant.none
        case .any: return nil
        case .names(let names):
            let (fields, target) = (request.request.fields, request.request.target)
            let text = services.route.variantKey(names, fields, target: target)
            return services.store.variant(names: names, selecting: text)
        }
    }
}
