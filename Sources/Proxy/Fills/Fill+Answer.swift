// What a fill makes of an origin's head: store it, freshen or complete what is stored, or keep it to one client.
//
// Called on the origin thread, in order.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

extension Fill {
    /// Takes the head of an answer.
    ///
    /// - Parameter response: The head.
    /// - Returns: Whether the body that follows is the fill's.
    func receive(_ response: OriginResponse) -> Bool {
        switch (purpose, response.status) {
        case (.validate(let stored), 304):
            if Freshening.matches(storedFields: stored.fields, notModifiedFields: response.fields) {
                freshen(stored, with: response)
            } else {
                retryUnconditionally()
            }
            return false
        case (.fill, 304):
            // No condition was sent: it stands for nothing that is here, and a client could make nothing of it.
            let detail = "a 304 to a request without a condition"
            fail(OriginError(kind: .malformed, operation: "fill", subject: request.target, detail: detail))
            return false
        case (.complete, 412), (.complete, 416):
            retryUnconditionally()
            return false
        case (.complete(let stored, let body), 206):
            let isSameOrigin = services.origins.identity(of: response.origin) == stored.facts.origin
            if let combined = Combination(stored, body, with: response, isSameOrigin: isSameOrigin) {
                deliver(combined)
            } else if state.withLock({ $0.isRetried }) {
                deliver(response)
            } else {
                // The part is of another version, so it cannot be joined with what is stored.
                retryUnconditionally()
                return false
            }
        case (.pass(.updates(let stored)), _):
            if !ConnectionIdentity.isCarried(by: request.fields, or: response.fields) {
                update(stored, with: response)
            }
            deliver(response)
        case (.pass(.invalidates(let invalidation)), _): invalidate(invalidation, with: response)
        case (.fill, _), (.validate, _), (.complete, _), (.pass, _): deliver(response)
        }
        return true
    }

    // MARK: A new response

    private func deliver(_ response: OriginResponse) {
        announce(install(response))
    }

    /// Delivers the whole or the larger part that a stored part and a new one make.
    private func deliver(_ combined: Combination) {
        let head = install(combined.response, forwardStatus: 206)
        state.withLock { $0.suffix = combined.suffix }
        announce(head)
        _ = take(combined.prefix)
    }

    /// Prepares a head and begins to store what may be stored; readers know nothing of it yet.
    ///
    /// - Parameters:
    ///   - response: The head.
    ///   - forwardStatus: The status the origin gave, where it is another.
    ///   - isPostOfTarget: Whether it is to be stored although it answers a POST.
    /// - Returns: How far the fill is then.
    private func install(
        _ response: OriginResponse,
        forwardStatus: Int? = nil,
        isPostOfTarget: Bool = false
    ) -> Progress {
        let head = FillHead(
            response,
            method: method,
            request: request.fields,
            route: services.route,
            key: key,
            forwardStatus: forwardStatus,
            isPostOfTarget: isPostOfTarget
        )
        let mayStore =
            head.isStorable && (!isPass || isPostOfTarget) && (head.isDefinitive || !isValidation)
            && !(hasStandIn && head.isFailure) && makeWay(for: head)
        // What answers a POST is stored after the invalidation that the POST itself brought.
        let writer = mayStore ? makeWriter(head, epoch: isPass ? services.store.epoch : epoch) : nil
        // What is not going to be in a volume is only shared where memory holds all of it.
        let fits = head.contentLength.map { $0 <= FillBody.window } ?? false
        let isAlone = isPass || !mayStore || (writer == nil && !fits)
        if writer != nil { head.beginStoring() }
        if isAlone { table.remove(self) }
        if !isPass, !mayStore { services.counters.add(.unstorable) }
        state.withLock { state in
            state.writer = writer
            state.spill = writer
            state.isClosed = isAlone
            state.mustHaveBody = head.isPicture
        }
        return isAlone ? .alone(head) : .head(head)
    }

    /// What is stored is not given up for the word of an origin that may not know.
    private var isValidation: Bool { if case .validate = purpose { true } else { false } }

    /// Lets readers know, unless the fill has failed meanwhile.
    private func announce(_ progress: Progress) {
        tell { state in
            if case .waiting = state.progress { state.progress = progress }
        }
        if case .alone = progress { endUnlessNeeded() }
    }

    /// An answer that is not stored is fetched for its readers alone.
    private func endUnlessNeeded() {
        let transfer = state.withLock { state -> OriginTransfer? in
            guard state.readers.isEmpty else { return nil }
            state.isUnwanted = true
            return state.transfer
        }
        transfer?.cancel()
    }

    private func makeWriter(_ head: FillHead, epoch: UInt32) -> FillWriter? {
        guard case .storable(var facts) = head.storability, let variant = variant(of: head) else { return nil }
        facts.origin = services.origins.identity(of: head.origin)
        if let largest = services.route.maximumResponse, head.contentLength ?? 0 > largest { return nil }
        let response = NewResponse(
            key: key,
            variant: variant,
            head: head.bytes,
            target: keptTarget(head.status),
            facts: facts,
            bodyLength: head.contentLength,
            epoch: epoch,
            groups: CacheGroups.names(in: head.fields)
        )
        return try? services.store.beginFill(response).get()
    }

    /// Removes the success that an answer to its own spelling of the path shows to be gone; false where an answer is not to be
    /// stored: what is said of one spelling stands back behind a success that came from another one.
    private func makeWay(for head: FillHead) -> Bool {
        guard services.route.foldsCase, !Spelling.isShared(head.status) else { return true }
        let store = services.store
        for candidate in key.withRawSpan({ store.look(up: store.hash($0), key: $0) }).candidates
        where !Spelling.isAmong(store.varyNames(of: candidate.entry)) {
            guard asksForKept else { return false }
            store.remove(candidate.entry, key: key)
        }
        return true
    }

    /// The target that is kept with a response; empty where the key or the variant tells it.
    private func keptTarget(_ status: Int) -> [UInt8] {
        guard services.route.foldsCase, Spelling.isShared(status), request.target != CacheKey.target(of: key) else {
            return []
        }
        return Array(request.target.utf8)
    }

    private func variant(of head: FillHead) -> Variant? {
        switch head.vary {
        case .none: Variant.none
        case .any: nil
        case .names(let names):
            services.store.variant(names: names, selecting: variantKey(names))
        }
    }

    // MARK: What is stored already

    private func freshen(_ stored: Stored, with response: OriginResponse) {
        let fields = Freshening.freshen(
            stored.fields,
            with: response.fieldsWithVia,
            setCookie: services.route.rules.setCookie
        )
        let bytes = ByteBuffer(head: stored.status, fields: fields)
        let freshened: Stored
        switch storability(of: stored, under: fields, response) {
        case .storable(let facts):
            services.counters.add(.validated)
            record(.freshened)
            keep(stored, fields, bytes, facts)
            freshened = stored.freshened(head: bytes, fields: fields, facts: facts)
            if facts.isFresh(at: response.responseTime), !facts.flags.contains(.noCache) {
                // Still joinable until the directory knows it: who comes in between need not ask the origin again.
                services.store.whenSettled { [self] in table.remove(self) }
            } else {
                table.remove(self)
            }
        case .refused(let reason):
            record(.notStored(reason.rawValue))
            table.remove(self)
            // The origin now says that it must not be kept: this answer still stands, for the one who asked for it. What one
            // person's connection says changes nothing for the others.
            let rules = reason == .connectionIdentity ? [] : [PurgeRule.key(key)]
            var facts = stored.facts
            facts.bornAt = FillHead.bornAt(response)
            freshened = stored.freshened(head: bytes, fields: fields, facts: facts)
            let own = cookies(of: response)
            return invalidate(rules).then { [self] in
                tell { state in
                    state.progress = .notModified(freshened, reason, own: own)
                    state.isComplete = true
                }
            }
        }
        tell { state in
            state.progress = .notModified(freshened, nil, own: cookies(of: response))
            state.isComplete = true
        }
    }

    /// The Set-Cookie lines of a 304 that are not kept with what it freshens: its leader's.
    private func cookies(of notModified: OriginResponse) -> Fields {
        guard services.route.rules.setCookie != .keep, notModified.fields.contains("Set-Cookie") else {
            return Fields()
        }
        return Fields(notModified.fields.all("Set-Cookie").map { ("Set-Cookie", $0) })
    }

    /// What becomes of a stored response under new fields: its facts, or why it may not be stored any more.
    private func storability(of stored: Stored, under fields: Fields, _ response: OriginResponse) -> Storability {
        guard !ConnectionIdentity.isCarried(by: request.fields, or: response.fields) else {
            return .refused(.connectionIdentity)
        }
        var decided = fields
        if let age = response.fields.first("Age") { decided.append(name: "Age", value: age) }
        decided.append(contentsOf: cookies(of: response))
        let storability = Storability.decide(
            method: .get,
            request: request.fields,
            status: stored.status,
            response: decided,
            requestTime: response.requestTime,
            responseTime: response.responseTime,
            rules: services.route.rules(for: key, status: stored.status, decided)
        )
        guard case .storable(var facts) = storability else { return storability }
        facts.origin = stored.facts.origin
        // It came without its cookie, whatever the 304 sets.
        facts.flags.formUnion(stored.facts.flags.intersection(.setCookieStripped))
        return .storable(facts)
    }

    private func keep(_ stored: Stored, _ fields: Fields, _ head: ByteBuffer, _ facts: StoredFacts) {
        services.store.freshen(
            stored.entry,
            key: key,
            head: head,
            target: stored.target,
            facts: facts,
            epoch: epoch,
            groups: CacheGroups.names(in: fields)
        )
    }

    /// The answer to a HEAD tells whether the stored response to GET is still good (RFC 9111 §4.3.5).
    private func update(_ stored: Stored, with response: OriginResponse) {
        let outcome = HeadUpdate.outcome(
            stored: stored.fields,
            storedStatus: stored.status,
            length: stored.bodyLength,
            status: response.status,
            response: response.fieldsWithVia,
            setCookie: services.route.rules.setCookie
        )
        switch outcome {
        case .none: break
        case .freshened(let fields):
            switch storability(of: stored, under: fields, response) {
            case .storable(let facts):
                services.counters.add(.validated)
                keep(stored, fields, ByteBuffer(head: stored.status, fields: fields), facts)
            // What one person's connection says changes nothing for the others.
            case .refused(.connectionIdentity): break
            case .refused: outdate(stored)
            }
        case .changed: outdate(stored)
        }
    }

    /// What is stored counts as stale from now on, whatever it allows else.
    private func outdate(_ stored: Stored) {
        var facts = stored.facts
        facts.freshUntil = facts.bornAt
        facts.staleWhileRevalidate = 0
        facts.staleIfError = 0
        facts.flags.insert(.mustRevalidate)
        keep(stored, stored.fields, stored.head, facts)
    }

    /// An unsafe method was answered: what it makes unusable is so, and stays so after a crash, before the client has the answer.
    private func invalidate(_ invalidation: Invalidation, with response: OriginResponse) {
        let rules = invalidation.rules(for: response)
        services.counters.add(.invalidations, rules.count)
        let invalidating = invalidate(rules)
        let progress = install(response, isPostOfTarget: invalidation.isOfTarget(response))
        invalidating.then { [self] in announce(progress) }
    }

    /// Makes what is stored unusable.
    ///
    /// - Returns: What tells when a crash would not undo that, or when the clients have waited long enough.
    private func invalidate(_ rules: [PurgeRule]) -> Invalidating {
        let invalidating = Invalidating(rules.count, services.counters)
        guard !rules.isEmpty else { return invalidating }
        services.store.invalidate(rules) { invalidating.isOver(durably: $1.isDurable) }
        let loop = state.withLock { $0.readers.all.first?.loop }
        // Without a reader nobody waits.
        loop?.execute(after: Invalidating.patience) { invalidating.giveUp() }
        return invalidating
    }

    /// The answer was about something else than what is stored: ask again, for the whole (RFC 9111 §4.3.3).
    func retryUnconditionally() {
        let isFirst = state.withLock { state in
            defer { state.isRetried = true }
            return !state.isRetried
        }
        guard isFirst else {
            return fail(OriginError(kind: .malformed, operation: "validate", subject: request.target))
        }
        // Nobody reads the rest of that answer.
        state.withLock { $0.transfer }?.cancel()
        send(request)
    }
}
