// Value. What a request on the long way does next: an event goes in, an action comes out. Pure: it reads no clock, no store
// and no socket. `RequestTask` performs the actions and reports what came of them.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

/// Noncopyable: a question to the state of a task would else copy all of it.
struct RequestState: ~Copyable {
    /// Where a request is, with the phases that may follow.
    enum Phase {
        /// The store is looked up or a record is read. Then `forwarding` or `responding`.
        case lookingUp
        /// A fill was joined, or a pass begun, whose head has not arrived. Then `lookingUp`, `responding` or `forwarding` anew.
        case forwarding(Forward)
        /// The response's head is out. Then `over`.
        case responding(Forward?)
        /// The response is complete or the client has left. The last phase.
        case over
    }

    /// Why and how the origins are asked.
    struct Forward {
        let reason: ForwardReason
        let purpose: Fill.Purpose
        let role: Role
    }

    /// The part that a request has in its fill.
    enum Role {
        case leader, follower
        /// The fill is this request's alone, and nothing is stored.
        case pass
    }

    /// Whether the origin is asked because the disk is late; that happens once.
    private enum DiskDetour { case notYet, underWay, over }

    let request: ClientRequest
    private(set) var phase = Phase.lookingUp
    /// The store's epoch before the last look-up.
    private(set) var epoch: UInt32
    /// What the last look-up found.
    private(set) var sightings: [Sighting] = []
    /// The stored response that the request selects, if there is one.
    private(set) var stored: Stored?
    /// The path and query for which a success was stored; nil where none is, or where the origin has none there any more.
    private(set) var keptTarget: String?
    /// The fields that the URI is known to vary by.
    private(set) var varyNames: [String] = []
    /// Look-ups left: an entry may move or change while it is read.
    private var looksLeft = 3
    private var hasReadAgain = false
    /// A fill that began before the request arrived is of no use to it.
    private var wantsNewer = false
    private var diskDetour = DiskDetour.notYet

    /// Begins in `lookingUp`; `epoch` is the store's before the look-up.
    init(_ request: ClientRequest, epoch: UInt32) {
        self.request = request
        self.epoch = epoch
    }

    // MARK: What the shell may ask

    var forward: Forward? {
        switch phase {
        case .forwarding(let forward): forward
        case .responding(let forward): forward
        case .lookingUp, .over: nil
        }
    }

    var isOver: Bool { if case .over = phase { true } else { false } }
    var isResponding: Bool { if case .responding = phase { true } else { false } }
    var role: Role? { forward?.role }
    /// An answer was asked for on behalf of this request, not of an earlier one.
    var isLeader: Bool { role == .leader || role == .pass }
    var mayLookAgain: Bool { looksLeft > 0 }
    /// Something stored can stand in for an error.
    func hasFallback(at now: WallTime) -> Bool {
        stored.map { request.mayServeStale($0, at: now) } ?? (diskDetour == .underWay)
    }

    /// Which fill under way may be followed.
    var fillWish: FillTable.Wish { wantsNewer ? .begun(since: request.arrived) : .any }

    // MARK: The store

    /// The store was looked up.
    mutating func found(_ lookup: Lookup, at now: WallTime) -> RequestAction {
        sightings = lookup.sightings
        switch lookup {
        case .miss: return plan(with: nil, anyVariantStored: false, at: now)
        case .loading: return .find
        case .one(let candidate): return .select([candidate])
        case .several(let candidates): return .select(candidates)
        }
    }

    /// Nothing was looked up yet.
    mutating func start() -> RequestAction { lookAgain() }

    /// The newest of the variants that the request selects was determined (RFC 9111 §4.1).
    mutating func selected(_ selection: Selection, at now: WallTime) -> RequestAction {
        varyNames = selection.varyNames
        if let selected = selection.selected { return .read(selected) }
        if let sibling = selection.sibling { return .readSibling(sibling) }
        return plan(with: nil, anyVariantStored: selection.hasShared, at: now)
    }

    /// A record was read.
    mutating func read(_ result: RecordRead, at now: WallTime) -> RequestAction {
        switch result {
        case .selected(let stored): return plan(with: stored, anyVariantStored: true, at: now)
        case .otherVariant: return plan(with: nil, anyVariantStored: true, at: now)
        case .absent:
            // A reclaim may just have moved it: then the next look-up finds its new place.
            guard !hasReadAgain else { return plan(with: nil, anyVariantStored: false, at: now) }
            hasReadAgain = true
            return lookAgain()
        case .unreadable: return plan(with: nil, anyVariantStored: false, at: now)
        }
    }

    /// The body of a stored part was read, or could not be.
    func readPart(_ bytes: ByteBuffer?, of stored: Stored, _ reason: ForwardReason) -> RequestAction {
        .join(bytes.map { .complete(stored, $0) } ?? .fill, reason, isCounted: false)
    }

    /// The target of another variant was read; nil where it could not be.
    mutating func learned(target: [UInt8]?, at now: WallTime) -> RequestAction {
        if let target { keep(target) }
        return plan(with: nil, anyVariantStored: true, at: now)
    }

    private mutating func keep(_ target: [UInt8]) {
        keptTarget = target.isEmpty ? CacheKey.target(of: request.key) : String(decoding: target, as: UTF8.self)
    }

    /// Resumes a response whose head is out already, from a stored response.
    mutating func resumes(_ stored: Stored) {
        note(stored)
        phase = .responding(nil)
    }

    private mutating func note(_ stored: Stored?) {
        self.stored = stored
        if request.route.foldsCase, let stored, Spelling.isShared(stored.status) { keep(stored.target) }
    }

    /// A look-up begins, after which `found` comes.
    mutating func looks(at epoch: UInt32) { self.epoch = epoch }

    private mutating func lookAgain() -> RequestAction {
        looksLeft -= 1
        phase = .lookingUp
        return .lookUp
    }

    // MARK: The plan

    private mutating func plan(with found: Stored?, anyVariantStored: Bool, at now: WallTime) -> RequestAction {
        let stored = found?.applying(request.route.rules.setCookie)
        note(stored)
        let request = request
        let plan = Planner.plan(
            request.facts,
            stored: stored?.facts,
            anyVariantStored: anyVariantStored,
            coverage: stored.map(request.coverage) ?? .all,
            now: now,
            rules: request.route.rules
        )
        switch (plan, stored) {
        case (.serve(let stale), .some(let stored)):
            return .serve(StoredAnswer(stored, stale == nil ? .hit : .stale, stale: stale))
        case (.serveStaleAndValidate(let stale), .some(let stored)):
            return .serveAndValidate(StoredAnswer(stored, .stale, stale: stale))
        case (.validate(let reason), .some(let stored)): return .join(.validate(stored), reason, isCounted: false)
        case (.complete(let reason), .some(let stored)): return complete(stored, reason)
        case (.fill(let reason), _), (.validate(let reason), .none), (.complete(let reason), .none):
            return .join(.fill, reason, isCounted: false)
        case (.pass(let reason), _): return .pass(reason, isCounted: false)
        case (.refuse(let status, let reason), _):
            return .refuse(.directive(status, reason))
        case (.serve, .none), (.serveStaleAndValidate, .none):
            preconditionFailure("only a stored response can be served")
        }
    }

    /// Fetches what a stored part lacks.
    private func complete(_ stored: Stored, _ reason: ForwardReason) -> RequestAction {
        switch stored.body {
        case .memory(let bytes): .join(.complete(stored, bytes), reason, isCounted: false)
        case .volume(let response): .readPart(stored, response, reason)
        }
    }

    // MARK: The fill

    /// The request leads a fill, follows one or passes: `progressed` comes next.
    mutating func joins(_ purpose: Fill.Purpose, _ reason: ForwardReason, as role: Role) {
        phase = .forwarding(Forward(reason: reason, purpose: purpose, role: role))
    }

    /// The store has changed between the look-up and the fill.
    mutating func isOutdated() -> RequestAction { lookAgain() }

    /// The fill ended before the request could follow it: what it brought is stored, or is another client's alone.
    mutating func missedFill() -> RequestAction { mayLookAgain ? lookAgain() : passAlone() }

    /// The leader of the fill found that the store has changed, and asked for nothing.
    private mutating func abandoned() -> RequestAction {
        mayLookAgain
            ? lookAgain() : .join(forward?.purpose ?? .fill, forward?.reason ?? .uriMiss, isCounted: true)
    }

    /// A follower has waited too long.
    func waitedTooLong() -> RequestAction { passAlone() }

    /// The fill has news, and the response has not begun.
    /// - Parameters:
    ///   - fill: The fill that was joined.
    ///   - now: The time.
    ///   - variantKey: The text that names the variant this request selects by some fields.
    ///   - selects: Whether the request selects a stored response.
    mutating func progressed<Followed: FollowedFill>(
        _ fill: Followed,
        at now: WallTime,
        variantKey: ([String]) -> String,
        selects: (CatalogEntry) -> Bool
    ) -> RequestAction {
        let waiting = WaitingRequest(request: request, role: role, stored: stored, fill: fill, now: now)
        switch fill.progress {
        case .waiting: return .wait
        case .head(let head): return received(head, waiting.fit(of: head, variantKey), fill)
        case .alone(let head):
            let fit = waiting.fit(of: head, variantKey)
            if isLeader { return received(head, fit, fill) }
            if case .replaceable = fit { return received(head, fit, fill) }
            return passAlone()
        case .notModified(let fresh, let refusal, let own):
            guard isLeader || (refusal == nil && (fresh.entry.vary == 0 || selects(fresh.entry))) else {
                return passAlone()
            }
            guard waiting.maySatisfy(fresh.facts) else { return joinNewer(than: fill, for: .validate(fresh)) }
            let answer = isLeader && !own.isEmpty ? fresh.adding(own) : fresh
            return .serve(StoredAnswer(answer, .validated, refusal: refusal, forwardStatus: 304))
        case .failed(let error): return failed(error, at: now)
        case .abandoned: return abandoned()
        }
    }

    private mutating func received<Followed: FollowedFill>(
        _ head: FillHead,
        _ fit: AnswerFit,
        _ fill: Followed
    ) -> RequestAction {
        switch fit {
        case .ofOtherSpelling: return askInOwnSpelling()
        case _ where diskDetour == .underWay && head.status >= 400: return backToDisk()
        case .fits: return .relay(head)
        case .replaceable:
            guard let stored else { preconditionFailure("only what is stored replaces an answer") }
            return .serve(StoredAnswer(stored, .stale, stale: .staleIfError, forwardStatus: head.forwardStatus))
        case .ofOtherVariant(let names): return joinOther(names)
        // As it was to be asked for at first: the stored response may be that very answer, and only be validated.
        case .tooOld: return joinNewer(than: fill, for: forward?.purpose ?? .fill)
        // This request asks for its own part, or for the whole.
        case .otherPart: return .pass(.partial, isCounted: true)
        }
    }

    private mutating func failed(_ error: OriginError, at now: WallTime) -> RequestAction {
        if diskDetour == .underWay { return backToDisk() }
        if let stored, request.mayServeStale(stored, at: now) {
            return .serve(StoredAnswer(stored, .stale, stale: .staleIfError))
        }
        return .fail(error)
    }

    // MARK: Another fill

    private func passAlone() -> RequestAction { .pass(forward?.reason ?? .uriMiss, isCounted: true) }

    /// Uses up one of the look-ups left, so that no request changes fills without end.
    private mutating func takesLook() -> Bool {
        guard looksLeft > 0 else { return false }
        looksLeft -= 1
        return true
    }

    /// The fill is of another variant: this request's variant has a fill of its own.
    private mutating func joinOther(_ names: [String]) -> RequestAction {
        guard takesLook() else { return .pass(.varyMiss, isCounted: true) }
        varyNames = names
        return .join(.fill, .varyMiss, isCounted: true)
    }

    /// The origin has nothing under the spelling that it was asked for: it is asked for this request's own.
    private mutating func askInOwnSpelling() -> RequestAction {
        stored = nil
        keptTarget = nil
        varyNames = [Spelling.name]
        guard role != .pass, takesLook() else { return passAlone() }
        return .join(.fill, forward?.reason ?? .uriMiss, isCounted: true)
    }

    /// The answer may not be reused for this request (RFC 9111 §4): it asks anew, together with all others that arrived too
    /// late for it.
    private mutating func joinNewer<Followed: FollowedFill>(
        than fill: Followed,
        for purpose: Fill.Purpose
    ) -> RequestAction {
        // What is about to be stored can be validated then, rather than fetched once more.
        guard !fill.isSettling else { return .wait }
        guard takesLook() else { return .pass(forward?.reason ?? .stale, isCounted: true) }
        wantsNewer = true
        return .join(purpose, forward?.reason ?? .stale, isCounted: true)
    }

    // MARK: A disk that is late

    /// What would be done instead of waiting for the disk; nil where that is over or not possible.
    func detour(at now: WallTime) -> Plan? {
        guard diskDetour == .notYet else { return nil }
        let plan = request.planWithoutStore(at: now)
        return switch plan {
        case .fill, .pass: plan
        default: nil
        }
    }

    /// The origin is asked in the place of the disk.
    mutating func takesDetour(_ sightings: [Sighting], at now: WallTime) -> RequestAction {
        diskDetour = .underWay
        self.sightings = sightings
        if case .fill = request.planWithoutStore(at: now) { return .join(.fill, .miss, isCounted: true) }
        return .pass(.miss, isCounted: true)
    }

    /// The origin has nothing better than what is stored: the disk is waited for, however long it takes.
    private mutating func backToDisk() -> RequestAction {
        diskDetour = .over
        return lookAgain()
    }

    // MARK: The response

    /// The response's head is out.
    mutating func responds() { phase = .responding(forward) }

    /// The response is complete, or nobody waits for it any more.
    mutating func ends() { phase = .over }
}
