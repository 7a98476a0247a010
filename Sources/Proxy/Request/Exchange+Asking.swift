// How an exchange asks the origins: as a fill's leader or follower, or alone; and what it does with what comes back.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

extension Exchange {
    /// Leads the fill of the key, or follows the one under way.
    func join(for purpose: Fill.Purpose, _ reason: ForwardReason, isCounted: Bool = false) {
        self.reason = reason
        self.purpose = purpose
        if !isCounted { count(reason) }
        guard !refuseLoop() else { return }
        let isAcceptable = { [began, wantsNewer] (fill: Fill) in !wantsNewer || fill.began >= began }
        switch place(for: purpose, isAcceptable) {
        case .leader(let fill):
            isLeader = true
            follow(fill)
            fill.start()
        case .follower(let fill):
            state.counters.add(.followers)
            follow(fill)
        case .full:
            state.counters.add(.limitFills)
            pass(reason, isCounted: true)
        case .outdated: lookAgain()
        }
    }

    private func place(for purpose: Fill.Purpose, _ isAcceptable: (Fill) -> Bool) -> FillTable.Place {
        let tableKey = fillKey
        return state.proxy.fills.join(tableKey, limit: state.settings.fills) { fill in
            isAcceptable(fill)
        } isOutdated: {
            looksLeft > 0 && lookUp().sightings != sightings
        } make: {
            let stored: Stored? = if case .validate(let stored) = purpose { stored } else { nil }
            return makeFill(purpose, originRequest(isFill: true, validating: stored), method: .get, tableKey: tableKey)
        }
    }

    /// What fills are told apart by: the key and, where it is known what the URI varies by, the variant.
    var fillKey: FillTable.Key { FillTable.tableKey(key, varyNames, variantKey) }

    func variantKey(_ names: [String]) -> String { route.variantKey(names, forwarded, target: ownTarget) }

    /// The fill that was followed is of another variant: this request's own has one of its own.
    private func joinOther(_ names: [String]) {
        guard takeLook() else { return pass(.varyMiss, isCounted: true) }
        leaveFill()
        varyNames = names
        join(for: .fill, .varyMiss, isCounted: true)
    }

    /// Whether an answer holds for one spelling of the path alone, and not for that of this request.
    private func isOfOtherSpelling(_ head: FillHead) -> Bool {
        guard route.foldsCase, !Spelling.isShared(head.status), let fill else { return false }
        return fill.request.target != ownTarget
    }

    /// The origin has nothing under the spelling that it was asked for: this request's own is asked for as well.
    private func askInOwnSpelling() {
        let isPass = isPass
        leaveFill()
        giveUpStored()
        isLeader = false
        varyNames = [Spelling.name]
        guard !isPass, takeLook() else { return pass(reason ?? .uriMiss, isCounted: true) }
        join(for: .fill, reason ?? .uriMiss, isCounted: true)
    }

    /// What came may not be reused for this request (RFC 9111 §4): it is asked for anew, together with all others that came
    /// too early for it.
    private func joinNewer(for purpose: Fill.Purpose) {
        let reason = reason ?? .stale
        // What is stored in a moment can be validated then, rather than fetched once more.
        guard fill?.isSettling != true else { return }
        guard takeLook() else { return pass(reason, isCounted: true) }
        leaveFill()
        wantsNewer = true
        join(for: purpose, reason, isCounted: true)
    }

    /// Whether a fill's answer is one for this request: it was asked for after the request had come, or may be reused for it
    /// (RFC 9111 §4).
    private func maySatisfy(_ answer: StoredFacts, of fill: Fill) -> Bool {
        guard !isLeader, fill.began < began else { return true }
        let now = SystemClock.now
        let plan = Planner.plan(facts, stored: answer, anyVariantStored: true, now: now, rules: route.rules)
        return switch plan {
        case .serve: true
        // Served from the store, it is validated behind as well.
        case .serveStaleAndValidate: !fill.isStored
        default: false
        }
    }

    func makeFill(
        _ purpose: Fill.Purpose,
        _ request: OriginRequest,
        method: HTTPMessage.Method,
        tableKey: FillTable.Key
    ) -> Fill {
        Fill(
            key: key,
            tableKey: tableKey,
            purpose: purpose,
            request: request,
            method: method,
            epoch: epoch,
            hasStandIn: stored.map(mayServeStale) ?? (instead == .underWay),
            asksForKept: keptTarget != nil,
            table: state.proxy.fills,
            services: state.fillServices(route)
        )
    }

    /// What the origins are asked for; about what is stored, the one that gave it first, and no older copy is taken.
    func originRequest(isFill: Bool, validating stored: Stored? = nil) -> OriginRequest {
        OriginRequest(
            list: route.list,
            method: isFill ? "GET" : methodText,
            target: keptTarget ?? ownTarget,
            clientHost: clientHost,
            fields: isFill ? forwarded : originFields(isFill: false),
            wantedRange: isFill && facts.isRange ? fields.combined("Range") : nil,
            preferred: stored.flatMap { state.proxy.origins.index(of: $0.facts.origin, in: route.list) },
            notOlderThan: stored.flatMap { $0.fields.first("Last-Modified") }.flatMap { HTTPDate.parse($0) },
            hasFallback: stored.map(mayServeStale) ?? (instead == .underWay),
            body: upload?.body,
            onlyFirst: !isSafe,
            expectsContinue: !isFill && upload != nil && head.expectsContinue,
            acceptsTrailers: acceptsTrailers
        )
    }

    /// Asks the origin for this client alone; nothing is stored.
    func pass(_ reason: ForwardReason, isCounted: Bool = false) {
        self.reason = reason
        if !isCounted { state.counters.add(head.method == .other ? .passesMethod : .passes) }
        guard !refuseLoop() else { return }
        leaveFill()
        isLeader = true
        upload = makeUpload()
        let request = originRequest(isFill: false)
        let fill = makeFill(.pass(passEffect), request, method: head.method, tableKey: FillTable.Key(key))
        follow(fill)
        fill.start()
        connection.wantsBody()
    }

    private var passEffect: PassEffect {
        if !isSafe {
            let routes = state.settings.routes
            return .invalidates(Invalidation(method: methodText, target: key, clientHost: clientHost, routes: routes))
        }
        guard head.method == .head, let stored else { return .none }
        return .updates(stored)
    }

    /// The client takes trailer sections (RFC 9110 §10.1.4).
    var acceptsTrailers: Bool {
        fields.all("TE").flatMap { FieldList.members(of: $0) }.contains { FieldList.lowercased($0) == "trailers" }
    }

    func follow(_ fill: Fill) {
        let bound = LoopBound(self, on: state.loop)
        let reader = FillReader(on: state.loop) { bound.value.look() }
        self.fill = fill
        self.reader = reader
        guard fill.join(reader) else {
            self.fill = nil
            self.reader = nil
            // It ended between the table and here: what it brought is stored, or is nobody else's.
            return looksLeft > 0 ? lookAgain() : pass(reason ?? .uriMiss, isCounted: true)
        }
        // What came before the reader was let in is not told.
        if !isLeader { reader.tell() }
    }

    /// Validates what was just served stale, for the next client.
    func validateBehind(_ stored: Stored) {
        // A fill whose answer is in the store has brought what was just served.
        let isUnderWay = { (fill: Fill) in !fill.hasArrived.load(ordering: .relaxed) }
        if case .leader(let fill) = place(for: .validate(stored), isUnderWay) { fill.start() }
    }

    /// GET, HEAD, OPTIONS and TRACE change nothing (RFC 9110 §9.2.1).
    var isSafe: Bool { head.method != .other || methodText == "OPTIONS" || methodText == "TRACE" }

    func count(_ reason: ForwardReason) {
        switch reason {
        case .uriMiss, .miss: state.counters.add(.missesURI)
        case .varyMiss: state.counters.add(.missesVary)
        case .stale: state.counters.add(.missesStale)
        case .request, .bypass, .partial: state.counters.add(.missesRequest)
        case .method: state.counters.add(.passesMethod)
        }
    }

    // MARK: What the fill brings

    /// The fill has something new.
    ///
    /// Called on the loop.
    func look() {
        reader?.looked()
        guard !isOver, let fill else { return }
        if resuming.isUnderWay { return takeRest(of: fill) }
        if hasHead { return pump() }
        passOnInterims(of: fill)
        switch fill.progress {
        case .waiting: break
        case .head(let head): take(head)
        case .alone(let head):
            if isLeader || isFailure(head) { take(head) } else { pass(reason ?? .uriMiss, isCounted: true) }
        case .notModified(let fresh, let refusal, let own): take(fresh, refusal, own, of: fill)
        case .failed(let error): answerFailure(error)
        }
        connection.flushIfNeeded()
    }

    /// An error, where there is something stale to serve in its place (RFC 5861 §4).
    func isFailure(_ head: FillHead) -> Bool {
        guard head.isFailure, let stored else { return false }
        return mayServeStale(stored)
    }

    private func take(_ fresh: Stored, _ refusal: Storability.Refusal?, _ own: Fields, of fill: Fill) {
        let isForAll = refusal == nil && (fresh.entry.vary == 0 || isSelected(fresh.entry))
        guard isLeader || isForAll else { return pass(reason ?? .stale, isCounted: true) }
        guard maySatisfy(fresh.facts, of: fill) else { return joinNewer(for: .validate(fresh)) }
        leaveFill()
        let answer = isLeader && !own.isEmpty ? fresh.adding(own) : fresh
        self.answer(with: answer, outcome: .validated, refusal: refusal, forwardStatus: 304)
    }

    func take(_ head: FillHead) {
        guard isFailure(head) || !isOfOtherSpelling(head) else { return askInOwnSpelling() }
        if instead == .underWay, head.status >= 400 { return goBackToDisk() }
        if isFailure(head), let stored {
            leaveFill()
            return answer(with: stored, outcome: .stale, stale: .staleIfError, forwardStatus: head.forwardStatus)
        }
        if !isLeader, case .names(let names) = head.vary, let fill,
            variantKey(names) != fill.variantKey(names)
        {
            return joinOther(names)
        }
        if case .storable(let answer) = head.storability, let fill, !maySatisfy(answer, of: fill) {
            // As it was to be asked for at first: what is stored may be that very answer, and only be validated.
            return joinNewer(for: purpose)
        }
        guard head.status != 206 || isPass || isAnswered(by: head) else {
            // Another client's part: this one asks for its own, or for the whole.
            return pass(.partial, isCounted: true)
        }
        answer(with: head)
    }

    /// Whether a part that a fill brought is what this request asks for.
    private func isAnswered(by head: FillHead) -> Bool {
        guard facts.isRange, fields.combined("Range")?.contains(",") == false else { return false }
        // One of an unknown whole, or of an unknown length, was judged where it came from: it is its leader's alone.
        return head.part.map { $0.answers(fields, stored: head.fields) } ?? isLeader
    }

    func mayServeStale(_ stored: Stored) -> Bool {
        coverage(of: stored) == .all
            && Planner.mayServeStaleOnError(
                facts,
                stored: stored.facts,
                now: SystemClock.now,
                rules: route.rules
            )
    }

    /// Passes interim responses on as they come (RFC 9110 §15.2); HTTP/1.0 knows none, and who did not ask for 100
    /// (Continue) does not wait for it.
    private func passOnInterims(of fill: Fill) {
        guard head.minorVersion > 0 else { return }
        for interim in fill.interims(after: interimsSent) {
            interimsSent += 1
            if interim.status == 100 { if mayContinue { continue } else { mayContinue = true } }
            var fields = interim.fields
            fields.removeHopByHop()
            fields.removeAll("Content-Length")
            var bytes = ByteBuffer(head: interim.status, fields: fields)
            bytes.writeStaticString("\r\n")
            connection.write(bytes)
        }
    }

    /// Lets the client send its body although the origin has said nothing for a while: it may know no 100 (Continue).
    func letContinue() {
        guard !mayContinue, upload != nil, head.minorVersion > 0 else { return }
        mayContinue = true
        connection.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
        connection.flushIfNeeded()
    }

    func leaveFill() {
        if let fill, let reader { fill.leave(reader) }
        fill = nil
        reader = nil
        interimsSent = 0
    }
}
