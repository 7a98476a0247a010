// Shared. The origin's side of a fill: says what a response means (`AnswerDecision`), does what it means for stored
// responses, and hands head and body to the fill. One for each request: a fill that asks twice has two, and the first is
// deaf from then on.
//
// Called on the origin thread, in order.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Store
import Synchronization

final class FillReceiver: OriginReceiver {
    private let fill: Fill
    private let request: FillRequest
    private let isRetry: Bool
    /// What follows is nobody's: the rest of a 304, or of a response after which the origins are asked again.
    private let isDeaf = Atomic<Bool>(false)

    init(_ fill: Fill, _ request: FillRequest, isRetry: Bool = false) {
        self.fill = fill
        self.request = request
        self.isRetry = isRetry
    }

    private var claim: FillClaim { fill.claim }
    private var services: FillServices { claim.services }
    private var hears: Bool { !isDeaf.load(ordering: .relaxed) }

    // MARK: What the origin sends

    func receiveInterim(_ status: Int, _ fields: Fields) {
        guard hears else { return }
        var fields = fields
        // A cookie may be one client's.
        if !claim.isPass, services.route.rules.setCookie != .keep { fields.removeAll("Set-Cookie") }
        fill.receive(Fill.Interim(status: status, fields: fields))
    }

    func receive(_ response: OriginResponse) {
        let decision = AnswerDecision.decide(
            response,
            for: claim.purpose,
            request.request,
            isRetry: isRetry,
            origin: services.origins.identity(of: response.origin)
        )
        switch decision {
        case .deliver: deliver(response)
        case .combine(let combined): deliver(combined)
        case .update(let stored):
            revalidation(of: stored, by: response).update()
            deliver(response)
        case .invalidate(let invalidation): deliver(response, after: invalidation)
        case .freshen(let stored):
            isDeaf.store(true, ordering: .relaxed)
            freshen(revalidation(of: stored, by: response))
        case .retry: retry(after: response)
        case .fail(let error):
            isDeaf.store(true, ordering: .relaxed)
            fill.fail(error, after: response)
        }
    }

    func receive(_ bytes: ByteBuffer) -> OriginFlow {
        guard hears else { return .proceed }
        services.counters.add(.bytesFetched, bytes.readableBytes)
        return fill.append(bytes)
    }

    func takeAll() -> Bool { !hears || fill.takeAll() }

    func receiveTrailers(_ fields: Fields) { if hears { fill.receive(trailers: fields) } }

    func finish() { if hears { fill.finish() } }

    func fail(_ error: OriginError) {
        guard hears else { return }
        // An origin that cannot handle a request for the rest may still have the whole.
        if case .complete = claim.purpose, case .waiting = fill.progress, error.kind == .malformed, !isRetry {
            retry(after: nil)
        } else {
            fill.fail(error)
        }
    }

    func turnEnded() { fill.endTurn() }

    private func retry(after response: OriginResponse?) {
        isDeaf.store(true, ordering: .relaxed)
        fill.retry(request, after: response)
    }

    // MARK: A response to pass on

    private func deliver(_ response: OriginResponse) {
        let (answer, writer) = install(response)
        fill.receive(answer, storedBy: writer)
    }

    /// Delivers the whole, or the larger part, that a stored part and a new one make.
    private func deliver(_ combined: Combination) {
        let (answer, writer) = install(combined.response, forwardStatus: 206)
        fill.receive(answer, storedBy: writer, suffix: combined.suffix)
        _ = fill.append(combined.prefix)
    }

    /// Delivers the response to an unsafe method once what it makes unusable is so, and stays so after a crash.
    private func deliver(_ response: OriginResponse, after invalidation: Invalidation) {
        let rules = invalidation.rules(for: response)
        services.counters.add(.invalidations, rules.count)
        let wait = invalidate(rules)
        let (answer, writer) = install(response, isPostOfTarget: invalidation.isOfTarget(response))
        fill.receive(answer, storedBy: writer, isAnnounced: false)
        wait.then { [fill] in fill.announce() }
    }

    /// Prepares a head and begins to store what may be stored; readers know nothing of it yet.
    ///
    /// `forwardStatus` is the status that the origin gave, if it is another. `isPostOfTarget` says that the response may be
    /// stored although it answers a POST.
    private func install(
        _ response: OriginResponse,
        forwardStatus: Int? = nil,
        isPostOfTarget: Bool = false
    ) -> (FillPhase.Answer, FillWriter?) {
        let head = FillHead(
            response,
            method: request.method,
            request: request.request.fields,
            route: services.route,
            key: claim.key,
            forwardStatus: forwardStatus,
            isPostOfTarget: isPostOfTarget
        )
        switch FillStoring(claim: claim, request: request, isPostOfTarget: isPostOfTarget).begin(head) {
        case .writer(let writer):
            head.beginStoring()
            return (FillPhase.Answer(head: head, isShared: !claim.isPass), writer)
        case .notTaken:
            // A response that will not be in a volume is shared only if memory holds all of it.
            let fits = head.contentLength.map { $0 <= FillBody.window } ?? false
            return (FillPhase.Answer(head: head, isShared: !claim.isPass && fits), nil)
        case .refused:
            if !claim.isPass { services.counters.add(.unstorable) }
            return (FillPhase.Answer(head: head, isShared: false), nil)
        }
    }

    // MARK: Stored responses

    private func revalidation(of stored: Stored, by response: OriginResponse) -> Revalidation {
        Revalidation(stored: stored, response: response, claim: claim, request: request.request.fields)
    }

    private func freshen(_ revalidation: Revalidation) {
        let response = revalidation.response
        let (fields, own) = (revalidation.fields, revalidation.cookies)
        switch revalidation.storability(under: fields) {
        case .storable(let facts):
            services.counters.add(.validated)
            let freshened = revalidation.freshened(fields, facts)
            revalidation.keep(freshened)
            let isReusable = facts.isFresh(at: response.responseTime) && !facts.flags.contains(.noCache)
            fill.receive(notModified: response, .freshened, isJoinable: isReusable)
            fill.finish(with: freshened, nil, own: own)
            // Until the store's table has the new head, newcomers join and need not ask the origin again.
            if isReusable { services.store.whenSettled { [fill] in fill.settle(nil) } }
        case .refused(let reason):
            fill.receive(notModified: response, .notStored(reason.rawValue), isJoinable: false)
            // It must not be stored any more, but still stands for the client that asked for it. What one person's connection
            // says changes nothing for the others.
            let rules = reason == .connectionIdentity ? [] : [PurgeRule.key(claim.key)]
            let refused = revalidation.refused(fields)
            invalidate(rules).then { [fill] in fill.finish(with: refused, reason, own: own) }
        }
    }

    /// Makes stored responses unusable, and waits until a crash would not undo that or the clients have waited long enough.
    private func invalidate(_ rules: [PurgeRule]) -> InvalidationWait {
        let wait = InvalidationWait(rules.count, services.counters)
        guard !rules.isEmpty else { return wait }
        services.store.invalidate(rules) { wait.isOver(durably: $1.isDurable) }
        // Without a reader nobody waits.
        fill.loop?.execute(after: InvalidationWait.patience) { wait.giveUp() }
        return wait
    }
}
