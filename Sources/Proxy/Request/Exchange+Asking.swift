// How an exchange asks the origins: as a fill's leader or follower, or alone; and what it does with what comes back.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

extension Exchange {
    /// Leads the fill of the key, or follows the one under way.
    func join(for purpose: Fill.Purpose, _ reason: ForwardReason) {
        self.reason = reason
        count(reason)
        switch place(for: purpose) {
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

    func place(for purpose: Fill.Purpose) -> FillTable.Place {
        state.proxy.fills.join(key, limit: state.settings.fills) {
            looksLeft > 0 && lookUp().sightings != sightings
        } make: {
            makeFill(purpose, originRequest(isFill: true), method: .get)
        }
    }

    func makeFill(_ purpose: Fill.Purpose, _ request: OriginRequest, method: HTTPMessage.Method) -> Fill {
        Fill(
            key: key,
            purpose: purpose,
            request: request,
            method: method,
            epoch: epoch,
            table: state.proxy.fills,
            services: state.proxy.services(for: state)
        )
    }

    func originRequest(isFill: Bool) -> OriginRequest {
        OriginRequest(
            method: isFill ? "GET" : methodText,
            target: CacheKey.target(of: key, hasHost: state.settings.keyHasHost),
            clientHost: clientHost,
            fields: isFill ? forwarded : originFields(isFill: false),
            body: upload?.body,
            onlyFirst: !isSafe
        )
    }

    /// Asks the origin for this client alone; nothing is stored.
    func pass(_ reason: ForwardReason, isCounted: Bool = false) {
        self.reason = reason
        if !isCounted { state.counters.add(head.method == .other ? .passesMethod : .passes) }
        leaveFill()
        isLeader = true
        upload = makeUpload()
        let fill = makeFill(.pass, originRequest(isFill: false), method: head.method)
        follow(fill)
        fill.start()
        if let upload, head.expectsContinue, !upload.isComplete {
            connection.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
            connection.flushIfNeeded()
        }
        connection.wantsBody()
    }

    func follow(_ fill: Fill) {
        let bound = NIOLoopBound(self, eventLoop: state.loop)
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
        if case .leader(let fill) = place(for: .validate(stored)) { fill.start() }
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
        if hasHead { return pump() }
        switch fill.progress {
        case .waiting: break
        case .head(let head): take(head)
        case .alone(let head):
            if isLeader || isFailure(head) { take(head) } else { pass(reason ?? .uriMiss, isCounted: true) }
        case .notModified(let fresh):
            guard isLeader || fresh.entry.vary == 0 || isSelected(fresh.entry) else {
                return pass(reason ?? .stale, isCounted: true)
            }
            leaveFill()
            answer(with: fresh, outcome: .validated, detail: nil)
        case .failed(let error): answerFailure(error)
        }
        connection.flushIfNeeded()
    }

    /// An error that stands for an origin that cannot answer, where there is something stale to serve (RFC 5861 §4).
    func isFailure(_ head: FillHead) -> Bool {
        guard [500, 502, 503, 504].contains(head.status), let stored else { return false }
        return mayServeStale(stored)
    }

    func take(_ head: FillHead) {
        if isFailure(head), let stored {
            leaveFill()
            return answer(with: stored, outcome: .stale, detail: StaleReason.staleIfError.rawValue)
        }
        if !isLeader, case .names(let names) = head.vary, let fill,
            Vary.variantKey(names: names, request: forwarded)
                != Vary.variantKey(names: names, request: fill.request.fields)
        {
            return pass(.varyMiss, isCounted: true)
        }
        if !isSafe, (200..<400).contains(head.status) { invalidate(head) }
        answer(with: head)
    }

    func mayServeStale(_ stored: Stored) -> Bool {
        Planner.mayServeStaleOnError(facts, stored: stored.facts, now: SystemClock.now, rules: state.settings.rules)
    }

    /// An unsafe method succeeded: what is stored for its target, and what the answer names on the same host, is not to
    /// be used any more (RFC 9111 §4.4).
    func invalidate(_ head: FillHead) {
        var keys = [key]
        for name in ["Location", "Content-Location"] {
            if let named = head.fields.first(name).flatMap(sameHostKey) { keys.append(named) }
        }
        for key in keys {
            state.counters.add(.invalidations)
            state.store.purge(.key(key)) { _ in }
        }
    }

    func sameHostKey(_ reference: String) -> [UInt8]? {
        var path = Substring(reference)
        if let colon = reference.range(ofScheme: ["http://", "https://"]) {
            let rest = reference[colon...]
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            guard rest[..<slash].lowercased() == clientHost.lowercased() else { return nil }
            path = rest[slash...]
        }
        guard path.hasPrefix("/"), !path.hasPrefix("//") else { return nil }
        return CacheKey.normalized(path: Array(path.utf8), host: clientHost, settings: state.settings)
    }

    func leaveFill() {
        if let fill, let reader { fill.leave(reader) }
        fill = nil
        reader = nil
    }
}

extension String {
    /// Where the text behind one of the schemes begins.
    fileprivate func range(ofScheme schemes: [String]) -> Index? {
        let lower = lowercased()
        return schemes.first { lower.hasPrefix($0) }.map { index(startIndex, offsetBy: $0.count) }
    }
}
