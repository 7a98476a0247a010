// Loop-confined. One request that takes more than the short way, from its plan to its answer's last byte.
//
// Looks up, plans with one pure function (HTTPCaching.Planner), and then does what the plan says. How origins are asked is
// in Exchange+Asking, how an answer gets its head in Exchange+Answering, how its body goes out in Exchange+Sending, a
// request's own body in Exchange+Body.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

final class Exchange {
    let connection: ClientConnection
    let state: LoopState
    let head: RequestHead
    let key: [UInt8]
    let route: Route
    /// The path and query in the request's own letter case; nil where the key tells them.
    private let spelling: [UInt8]?
    let fields: Fields
    let facts: RequestFacts
    /// The host that the request names, normal: what an origin is sent as Host where it gets the client's.
    let clientHost: String
    let methodText: String
    /// The target as it came, of methods that larder may answer itself.
    let targetText: String
    let began = NIODeadline.now()
    /// The head as it came, where it is to be logged.
    private let received: ByteBuffer?

    /// What is stored for the request, where something is.
    private(set) var stored: Stored?
    /// What the store had for the key at the last look, and the epoch of before it.
    private(set) var sightings: [Sighting] = []
    private(set) var epoch: UInt32
    /// Looks left: what moves or changes under a look is looked at again, but not for ever.
    private(set) var looksLeft = 3
    private var hasReadAgain = false
    /// Whether the origin is asked in the place of the disk: Exchange+Disk.
    var instead = Instead.notYet
    /// An answer that was asked for before this request came is of no use to it.
    var wantsNewer = false
    /// The path and query that were asked for when a success was stored under the key; nil where none is, or where the origin
    /// has none there any more.
    private(set) var keptTarget: String?
    /// What the URI is known to vary by.
    var varyNames: [String] = []
    /// Why the origin was asked, if it was.
    var reason: ForwardReason?
    /// What for.
    var purpose = Fill.Purpose.fill
    var fill: Fill?
    var reader: FillReader?
    var isLeader = false

    // The answer under way: Exchange+Answering and Exchange+Sending.
    var source = Source.none
    var segments: [Segment] = []
    var isChunked = false
    /// The body's end is the connection's: a broken body has to end in a reset.
    var endsWithConnection = false
    var hasHead = false
    var waitsForDisk = false
    /// What is to be known of the body to go on with it from the origin: Exchange+Resuming.
    var resuming = BodyResuming()
    var status = 0
    var bytesSent: Int64 = 0
    var outcome = LogRecord.Outcome.none
    var origin: Int?
    private(set) var isOver = false
    /// Interim responses of the fill that were passed on or left out.
    var interimsSent = 0
    /// The client waits for no 100 (Continue), or has got it.
    var mayContinue: Bool

    // The request's own body: Exchange+Body.
    var upload: Upload?

    /// The fields that the origin gets of a fill, and by which variants are told apart.
    private(set) lazy var forwarded = originFields(isFill: true)

    /// Makes the exchange of a request; `epoch` is that of before the store was looked at for it.
    init(_ request: IncomingRequest, epoch: UInt32, on connection: ClientConnection, isLogged: Bool = true) {
        self.epoch = epoch
        self.connection = connection
        let (head, received) = (request.head, request.bytes)
        self.head = head
        key = request.keyBytes
        route = request.route
        let isLogged = isLogged && connection.loopState.log != nil
        self.received = isLogged ? request.detached.bytes : nil
        mayContinue = !head.expectsContinue
        state = connection.loopState
        let span = received.readableBytesSpan
        fields = head.fields(in: span)
        facts = RequestFacts(method: head.method, fields: fields)
        clientHost = HostNormalization.normalText(span.extracting(head.host))
        methodText = head.text(head.methodRange, in: span)
        spelling = route.spelling(of: span.extracting(head.target))
        targetText = head.method == .other ? head.text(head.target, in: span) : ""
    }

    // MARK: Look up and plan

    /// Begins: with what the short way found already, where it looked.
    func start(found: Lookup?) {
        if case .length(let length) = head.framing, length > UInt64(state.settings.requestBody) {
            state.counters.add(.limitRequestBody)
            return refuseBody(413, "The request's body is over the limit of \(state.settings.requestBody) bytes.")
        }
        guard !answerAsFinalRecipient() else { return }
        guard head.method != .other, head.framing == .none else { return pass(.method) }
        if let found { proceed(found) } else { lookAgain() }
    }

    /// Uses up one of the looks left; false where there is none.
    func takeLook() -> Bool {
        guard looksLeft > 0 else { return false }
        looksLeft -= 1
        return true
    }

    func lookAgain() {
        looksLeft -= 1
        epoch = state.store.epoch
        proceed(lookUp())
    }

    func lookUp() -> Lookup {
        key.withRawSpan { state.store.look(up: state.store.hash($0), key: $0) }
    }

    /// Notes what the store has now, for one that does not look into it.
    func noteSightings() { sightings = lookUp().sightings }

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
            } late: {
                $0.fetchInstead()
            }
        case .one(let candidate): select(from: [candidate])
        case .several(let candidates): select(from: candidates)
        }
    }

    /// The newest of the variants that this request selects (RFC 9111 §4.1).
    private func select(from candidates: [Candidate]) {
        let selection = Selection(
            from: candidates,
            in: state.store,
            at: SystemClock.now,
            foldsCase: route.foldsCase,
            variantKey: variantKey
        )
        varyNames = selection.varyNames
        // Without them, hits are on the short way.
        for candidate in selection.outdone { state.store.forget(candidate.entry, key: key) }
        guard let selected = selection.selected else {
            if let sibling = selection.sibling { return learnTarget(from: sibling) }
            return plan(with: nil, anyVariantStored: selection.hasShared)
        }
        if let item = selected.item, key.withRawSpan({ item.isFor($0) }) {
            return plan(with: Stored(selected.entry, item: item), anyVariantStored: true)
        }
        switch key.withRawSpan({ state.store.read(selected.entry, key: $0, mayBlock: false) }) {
        case .wouldBlock: readFromDisk(selected.entry)
        case let read: take(read)
        }
    }

    /// Keeps what is stored for the request.
    func note(_ stored: Stored?) {
        self.stored = stored
        if route.foldsCase, let stored, Spelling.isShared(stored.status) { keep(stored.target) }
    }

    /// Another variant tells which spelling of the path the origin knows.
    private func learnTarget(from sibling: Candidate) {
        let (store, key) = (state.store, key)
        onDisk {
            key.withRawSpan { store.read(sibling.entry, key: $0, mayBlock: true) }
        } then: { exchange, read in
            if case .found(let response) = read { exchange.keep(response.target) }
            exchange.plan(with: nil, anyVariantStored: true)
        } late: {
            // The origin is asked in any case, then for this request's own spelling.
            $0.plan(with: nil, anyVariantStored: true)
            return true
        }
    }

    private func keep(_ target: [UInt8]) {
        keptTarget = target.isEmpty ? CacheKey.target(of: key) : String(decoding: target, as: UTF8.self)
    }

    /// The path and query in the request's own spelling.
    var ownTarget: String { spelling.map { String(decoding: $0, as: UTF8.self) } ?? CacheKey.target(of: key) }

    /// The origin has nothing where what is stored came from.
    func giveUpStored() {
        stored = nil
        keptTarget = nil
    }

    func isSelected(_ entry: DirectoryEntry) -> Bool {
        Selection.selects(entry, in: state.store, variantKey)
    }

    func take(_ read: StoredRead) {
        switch read {
        case .found(let response):
            // The directory compared hashes; the record has the text.
            let isSelected = Selection.selects(response, in: state.store, variantKey)
            plan(with: isSelected ? Stored(response) : nil, anyVariantStored: true)
        case .absent where !hasReadAgain:
            // It may just have been copied forward by a reclaim: then the directory tells its new place.
            hasReadAgain = true
            lookAgain()
        case .absent, .wouldBlock: plan(with: nil, anyVariantStored: false)
        }
    }

    func plan(with found: Stored?, anyVariantStored: Bool) {
        let stored = found?.applying(route.rules.setCookie)
        note(stored)
        let now = SystemClock.now
        let plan = Planner.plan(
            facts,
            stored: stored?.facts,
            anyVariantStored: anyVariantStored,
            coverage: stored.map(coverage) ?? .all,
            now: now,
            rules: route.rules
        )
        switch (plan, stored) {
        case (.serve(let stale), .some(let stored)):
            answer(with: stored, outcome: stale == nil ? .hit : .stale, stale: stale)
        case (.serveStaleAndValidate(let stale), .some(let stored)):
            validateBehind(stored)
            answer(with: stored, outcome: .stale, stale: stale)
        case (.validate(let reason), .some(let stored)): join(for: .validate(stored), reason)
        case (.complete(let reason), .some(let stored)): complete(stored, reason)
        case (.fill(let reason), _), (.validate(let reason), .none), (.complete(let reason), .none):
            join(for: .fill, reason)
        case (.pass(let reason), _): pass(reason)
        case (.refuse(let status, let reason), _):
            answerOwn(status, "Nothing stored can answer, and the request asked for nothing else.", reason.rawValue)
        case (.serve, .none), (.serveStaleAndValidate, .none):
            preconditionFailure("only what is stored can be served")
        }
    }

    /// How much of what the request asks for a stored response has (RFC 9111 §3.3).
    func coverage(of stored: Stored) -> Coverage { stored.coverage(of: facts, fields) }

    /// Asks for what a stored part lacks.
    private func complete(_ stored: Stored, _ reason: ForwardReason) {
        switch stored.body {
        case .memory(let bytes): join(for: .complete(stored, bytes), reason)
        case .volume(let response):
            let (store, key) = (state.store, key)
            onDisk {
                store.readWhole(response, key: key)
            } then: { exchange, bytes in
                exchange.join(for: bytes.map { .complete(stored, $0) } ?? .fill, reason)
            } late: {
                $0.join(for: .fill, reason)
                return true
            }
        }
    }

    // MARK: What the client does

    /// The client went away.
    ///
    /// A fill that is stored goes on without it.
    func clientLeft() {
        conclude()
    }

    /// The client sends nothing more: a body that is not complete never will be.
    func clientSentAll() {
        guard let upload, !upload.isComplete else { return }
        upload.body.fail()
        connection.close()
    }

    /// Lets go of everything, once.
    ///
    /// The upload's body knows the exchange: it has to go as well.
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
        if now - began > Self.continueDeadline { letContinue() }
        guard !hasHead, !isLeader, fill != nil, now - began > state.settings.followerDeadline else { return }
        state.counters.add(.followersLate)
        pass(reason ?? .uriMiss, isCounted: true)
    }

    /// An origin has this long to answer an expectation of 100 (Continue).
    private static let continueDeadline = TimeAmount.milliseconds(1500)

    /// The answer is out.
    ///
    /// The connection goes on to the next request, if it may.
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
        guard let received, state.log != nil else { return }
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
