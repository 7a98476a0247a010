// Loop-confined. One request that takes more than the short way, from its plan to its answer's last byte.
//
// Looks up, plans with one pure function (HTTPCaching.Planner), and then does what the plan says. How an answer gets its
// head is in Exchange+Answering, how its body goes out in Exchange+Sending, a request's own body in Exchange+Body.

import HTTPCaching
import HTTPMessage
import NIOCore
import NIOPosix
import Origins
import Store
import Synchronization

final class Exchange {
    let connection: ClientConnection
    let state: LoopState
    let head: RequestHead
    let key: [UInt8]
    let fields: Fields
    let facts: RequestFacts
    let clientHost: String
    let methodText: String
    let began = NIODeadline.now()
    private let received: ByteBuffer

    /// What is stored for the request, where something is.
    private(set) var stored: Stored?
    /// What the store had for the key at the last look, and the epoch of before it.
    private var sightings: [Sighting] = []
    private var epoch: UInt32
    /// Looks left: what moves or changes under a look is looked at again, but not for ever.
    private var looksLeft = 3
    private var hasReadAgain = false
    /// Why the origin was asked, if it was.
    private(set) var reason: ForwardReason?
    private(set) var fill: Fill?
    private(set) var reader: FillReader?
    private(set) var isLeader = false

    // The answer under way: Exchange+Answering and Exchange+Sending.
    var source = Source.none
    var segments: [Segment] = []
    var isChunked = false
    /// The body's end is the connection's: a broken body has to end in a reset.
    var endsWithConnection = false
    var hasHead = false
    var waitsForDisk = false
    var status = 0
    var bytesSent: Int64 = 0
    var outcome = LogRecord.Outcome.none
    var origin: Int?
    private(set) var isOver = false

    // The request's own body: Exchange+Body.
    var upload: Upload?

    /// The fields that the origin gets of a fill, and by which variants are told apart.
    private(set) lazy var forwarded = originFields(isFill: true)

    /// Makes the exchange of a request; `epoch` is that of before the store was looked at for it.
    init(
        _ head: RequestHead,
        _ received: ByteBuffer,
        key: [UInt8],
        epoch: UInt32,
        on connection: ClientConnection
    ) {
        self.epoch = epoch
        self.connection = connection
        self.head = head
        self.key = key
        self.received = received
        state = connection.loopState
        let span = received.readableBytesSpan
        fields = head.fields(in: span)
        facts = RequestFacts(method: head.method, fields: fields)
        clientHost = head.text(head.host, in: span)
        methodText = head.text(head.methodRange, in: span)
    }

    // MARK: Look up and plan

    /// Begins: with what the short way found already, where it looked.
    func start(found: Lookup?) {
        if case .length(let length) = head.framing, length > UInt64(state.settings.requestBody) {
            state.counters.add(.limitRequestBody)
            return refuseBody(413, "The request's body is over the limit of \(state.settings.requestBody) bytes.")
        }
        guard head.method != .other, head.framing == .none else { return pass(.method) }
        if let found { proceed(found) } else { lookAgain() }
    }

    private func lookAgain() {
        looksLeft -= 1
        epoch = state.store.epoch
        proceed(lookUp())
    }

    private func lookUp() -> Lookup {
        key.withRawSpan { state.store.look(up: state.store.hash($0), key: $0) }
    }

    private func proceed(_ found: Lookup) {
        sightings = found.sightings
        switch found {
        case .miss: plan(with: nil, anyVariantStored: false)
        case .loading:
            let store = state.store
            let key = key
            onDisk {
                store.find(key: key)
            } then: {
                $0.proceed($1)
            }
        case .one(let candidate): select(from: [candidate])
        case .several(let candidates): select(from: candidates)
        }
    }

    /// The newest of the variants that this request selects (RFC 9111 §4.1).
    private func select(from candidates: [Candidate]) {
        let selected = candidates.filter { isSelected($0.entry) }.max { $0.entry.bornAt < $1.entry.bornAt }
        guard let selected else { return plan(with: nil, anyVariantStored: true) }
        if let item = selected.item, key.withRawSpan({ item.isFor($0) }) {
            return plan(with: Stored(selected.entry, item: item), anyVariantStored: true)
        }
        switch key.withRawSpan({ state.store.read(selected.entry, key: $0, mayBlock: false) }) {
        case .wouldBlock:
            let store = state.store
            let key = key
            onDisk {
                key.withRawSpan { store.read(selected.entry, key: $0, mayBlock: true) }
            } then: {
                $0.take($1)
            }
        case let read: take(read)
        }
    }

    private func isSelected(_ entry: DirectoryEntry) -> Bool {
        guard entry.vary != 0 else { return true }
        let names = state.store.varyNames(of: entry)
        return variant(of: names).map { state.store.matches(entry, $0) } ?? false
    }

    /// The variant that this request selects among those that differ by some fields.
    private func variant(of names: [String]) -> Variant? {
        state.store.variant(names: names, selecting: Vary.variantKey(names: names, request: forwarded))
    }

    private func take(_ read: StoredRead) {
        switch read {
        case .found(let response):
            // The directory compared hashes; the record has the text.
            let isSelected = variant(of: state.store.varyNames(of: response.entry)).map(response.isOf) ?? false
            plan(with: isSelected ? Stored(response) : nil, anyVariantStored: true)
        case .absent where !hasReadAgain:
            // It may just have been copied forward by a reclaim: then the directory tells its new place.
            hasReadAgain = true
            lookAgain()
        case .absent, .wouldBlock: plan(with: nil, anyVariantStored: false)
        }
    }

    private func plan(with stored: Stored?, anyVariantStored: Bool) {
        self.stored = stored
        let now = SystemClock.now
        let plan = Planner.plan(
            facts,
            stored: stored?.facts,
            anyVariantStored: anyVariantStored,
            now: now,
            rules: state.settings.rules
        )
        switch (plan, stored) {
        case (.serve(let stale), .some(let stored)):
            answer(with: stored, outcome: stale == nil ? .hit : .stale, detail: stale?.rawValue)
        case (.serveStaleAndValidate(let stale), .some(let stored)):
            validateBehind(stored)
            answer(with: stored, outcome: .stale, detail: stale.rawValue)
        case (.validate(let reason), .some(let stored)): join(for: .validate(stored), reason)
        case (.fill(let reason), _), (.validate(let reason), .none): join(for: .fill, reason)
        case (.pass(let reason), _): pass(reason)
        case (.refuse(let status, let reason), _):
            answerOwn(status, "Nothing stored can answer, and the request asked for nothing else.", reason.rawValue)
        case (.serve, .none), (.serveStaleAndValidate, .none):
            preconditionFailure("only what is stored can be served")
        }
    }

    /// Does what may block on the disk pool, and goes on here, unless the client has left meanwhile.
    func onDisk<Result: Sendable>(
        _ work: @escaping @Sendable () -> Result,
        then: @escaping @Sendable (Exchange, Result) -> Void
    ) {
        let bound = NIOLoopBound(self, eventLoop: state.loop)
        let loop = state.loop
        state.store.disk.submit { _ in
            let result = work()
            loop.execute {
                guard !bound.value.isOver else { return }
                then(bound.value, result)
                bound.value.connection.flushIfNeeded()
            }
        }
    }

    // MARK: Asking the origin

    /// Leads the fill of the key, or follows the one under way.
    private func join(for purpose: Fill.Purpose, _ reason: ForwardReason) {
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

    private func place(for purpose: Fill.Purpose) -> FillTable.Place {
        state.proxy.fills.join(key, limit: state.settings.fills) {
            looksLeft > 0 && lookUp().sightings != sightings
        } make: {
            makeFill(purpose, originRequest(isFill: true), method: .get)
        }
    }

    private func makeFill(_ purpose: Fill.Purpose, _ request: OriginRequest, method: HTTPMessage.Method) -> Fill {
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

    private func originRequest(isFill: Bool) -> OriginRequest {
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

    private func follow(_ fill: Fill) {
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
    private func validateBehind(_ stored: Stored) {
        if case .leader(let fill) = place(for: .validate(stored)) { fill.start() }
    }

    /// GET, HEAD, OPTIONS and TRACE change nothing (RFC 9110 §9.2.1).
    var isSafe: Bool { head.method != .other || methodText == "OPTIONS" || methodText == "TRACE" }

    /// The client's fields as they go on. A fill asks for the whole, whatever part of it or condition the client wants.
    private func originFields(isFill: Bool) -> Fields {
        var fields = fields
        fields.removeHopByHop()
        fields.removeAll("Host")
        fields.removeAll("Expect")
        if isFill {
            for name in ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"] {
                fields.removeAll(name)
            }
        }
        fields.append(name: "Via", value: Via.value(receivedMinor: head.minorVersion))
        return fields
    }

    private func count(_ reason: ForwardReason) {
        switch reason {
        case .uriMiss, .miss: state.counters.add(.missesURI)
        case .varyMiss: state.counters.add(.missesVary)
        case .stale: state.counters.add(.missesStale)
        case .request, .bypass, .partial: state.counters.add(.missesRequest)
        case .method: state.counters.add(.passesMethod)
        }
    }

    // MARK: What the fill brings

    /// The fill has something new. Called on the loop.
    private func look() {
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
    private func isFailure(_ head: FillHead) -> Bool {
        guard [500, 502, 503, 504].contains(head.status), let stored else { return false }
        return mayServeStale(stored)
    }

    private func take(_ head: FillHead) {
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
    private func invalidate(_ head: FillHead) {
        var keys = [key]
        for name in ["Location", "Content-Location"] {
            if let named = head.fields.first(name).flatMap(sameHostKey) { keys.append(named) }
        }
        for key in keys {
            state.counters.add(.invalidations)
            state.store.purge(.key(key)) { _ in }
        }
    }

    private func sameHostKey(_ reference: String) -> [UInt8]? {
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

    // MARK: What the client does

    /// The client went away. A fill that is stored goes on without it.
    func clientLeft() {
        conclude()
    }

    /// The client sends nothing more: a body that is not complete never will be.
    func clientSentAll() {
        guard let upload, !upload.isComplete else { return }
        upload.body.fail()
        connection.close()
    }

    /// Lets go of everything, once. The upload's body knows the exchange: it has to go as well.
    private func conclude() {
        guard !isOver else { return }
        isOver = true
        if let upload, !upload.isComplete { upload.body.fail() }
        upload = nil
        leaveFill()
        log()
    }

    /// The client can take more.
    func clientIsReady() { if hasHead { pump() } }

    /// About once a second: a follower does not wait for ever.
    func check(_ now: NIODeadline) {
        guard !hasHead, !isLeader, fill != nil, now - began > state.settings.followerDeadline else { return }
        state.counters.add(.followersLate)
        pass(reason ?? .uriMiss, isCounted: true)
    }

    /// The answer is out. The connection goes on to the next request, if it may.
    func finish() {
        guard !isOver else { return }
        let isBodyRead = upload?.isComplete ?? (head.framing == .none)
        conclude()
        connection.finishExchange(keepAlive: head.keepAlive && isBodyRead)
    }

    /// The answer cannot be completed: the client has to see that it is broken.
    func breakOff() {
        guard !isOver else { return }
        conclude()
        connection.flushIfNeeded()
        if endsWithConnection { connection.reset() } else { connection.close() }
    }

    private func log() {
        guard state.log != nil else { return }
        LogRecord(head, received, peer: connection.peer, began: began)
            .write(
                to: state,
                status: status == 0 ? 499 : status,
                bytes: bytesSent,
                cacheStatus: outcome,
                origin: origin
            )
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}

/// Where something stored was seen, and how long it was fresh.
private struct Sighting: Equatable {
    let volume: UInt32
    let offset: UInt32
    let freshUntil: WallTime

    init(_ candidate: Candidate) {
        volume = candidate.entry.volume
        offset = candidate.entry.offset
        freshUntil = candidate.entry.freshUntil
    }
}

extension Lookup {
    fileprivate var sightings: [Sighting] {
        switch self {
        case .miss, .loading: []
        case .one(let candidate): [Sighting(candidate)]
        case .several(let candidates): candidates.map(Sighting.init)
        }
    }
}

extension String {
    /// Where the text behind one of the schemes begins.
    fileprivate func range(ofScheme schemes: [String]) -> Index? {
        let lower = lowercased()
        return schemes.first { lower.hasPrefix($0) }.map { index(startIndex, offsetBy: $0.count) }
    }
}
