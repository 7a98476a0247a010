// Shared. One fetch from the origins, however many clients wait for it: bytes go to the store once and to every reader
// at its own pace (design §3.5).
//
// The origin thread brings head and bytes in; readers on any loop pull what they have not had. Under the lock only
// state changes; readers are told, and the store is handed bytes, outside it.
//
// Invariants: an answer is complete only after `finish` (2); one fill a key at a time (8); a reader that is slow holds
// nobody up as long as the body is stored (9).

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Store
import Synchronization

final class Fill: Sendable {
    /// What a fill is for.
    enum Purpose: Sendable {
        /// Nothing usable is stored.
        case fill
        /// A stored response is to be validated.
        indirect case validate(Stored)
        /// A part is stored, with this body: the rest is asked for (RFC 9111 §3.4).
        indirect case complete(Stored, ByteBuffer)
        /// One client's alone; what its answer does to what is stored.
        indirect case pass(PassEffect)
    }

    /// How far it is, as its readers see it.
    enum Progress: Sendable {
        case waiting
        case head(FillHead)
        /// The origin said 304: serve the stored response with this head and these facts; to its leader alone where the
        /// 304 has made it one that must not be stored any more, for this reason. The leader alone gets `own`, the fields of
        /// the 304 that are nobody else's.
        indirect case notModified(Stored, Storability.Refusal?, own: Fields)
        /// The answer is not for others: each follower asks for itself.
        case alone(FillHead)
        indirect case failed(OriginError)
    }

    /// What a reader gets next.
    enum Next: Sendable {
        case bytes(ByteBuffer)
        /// Bytes that left memory and are in the volume.
        case volume(Volume, Range<Int64>)
        case wait
        case end
        case broken
    }

    /// A 1xx head.
    struct Interim: Sendable {
        let status: Int
        let fields: Fields
    }

    struct State {
        var progress = Progress.waiting
        var body = FillBody()
        /// Takes the body, while it is being stored.
        var writer: FillWriter?
        /// Where readers find what left memory; stays when storing has to be given up.
        var spill: FillWriter?
        /// What follows the origin's bytes: the end of a stored part.
        var suffix: ByteBuffer?
        /// A picture is expected: without bytes it is none.
        var mustHaveBody = false
        /// Interim responses so far, for readers to pass on (RFC 9110 §15.2).
        var interims: [Interim] = []
        /// The trailer section, once the body is complete.
        var trailers = Fields()
        var isComplete = false
        /// The directory knows the response, or never will.
        var isSettled = false
        var isBroken = false
        var isPaused = false
        /// What it takes of the memory for slow clients.
        var heldUp = HeldUpBody()
        /// Its transfer was ended, since its clients took too little while others waited for the origin.
        var wasHeldUp = false
        var transfer: OriginTransfer?
        var readers = FillReaders()
        /// Bytes were let go that are nowhere else: a newcomer could not be given the whole body.
        var isClosed = false
        var isRetried = false
        /// The status of the last answer, and the origins that were asked for it.
        var answered: (status: Int, tried: [OriginAttempt])?
        /// Nobody needs it any more; said before the transfer was known.
        var isUnwanted = false
        /// The fill in whose place this one came, for requests that the former's answer is too old for.
        weak var former: Fill?

        /// All bytes are in, and the store has them or is about to.
        ///
        /// Changes nothing: what may not change it is called with a copy of it, which costs more than the rest.
        mutating func hasAll() -> Bool {
            guard writer != nil, !isBroken, case .head(let head) = progress else { return false }
            return isComplete || head.contentLength == body.received
        }

        /// Whether to go on without readers.
        var isWorthwhile: Bool {
            if case .waiting = progress { return true }
            return writer != nil
        }
    }

    let key: [UInt8]
    /// What the table has it under: the key, and the variant where what is stored tells that there are several.
    let tableKey: FillTable.Key
    let purpose: Purpose
    /// The request as the origins get it.
    let request: OriginRequest
    let method: HTTPMessage.Method
    /// The epoch in which it began: the fence.
    let epoch: UInt32
    /// What is stored already may stand in for an error: then the error is not stored in its place (RFC 9111 §4.3.3).
    let hasStandIn: Bool
    /// It asks for the spelling of the path that a stored success came from: without one there, the stored one is untrue.
    let asksForKept: Bool
    /// Who came before this may be given its answer whatever its freshness.
    let began = NIODeadline.now()
    let table: FillTable
    let services: FillServices
    let state = Lock(State())
    /// The origin thread has more for it at once: readers are told when that is over, so that head and body find them together.
    let isInTurn = Atomic<Bool>(false)
    /// Its answer is in the store or about to be; may be read under the table's lock, where `state` may not.
    let hasArrived = Atomic<Bool>(false)
    /// The table counts it among those in progress.
    let isCounted = Atomic<Bool>(false)

    /// Makes a fill; `epoch` is that of before the store was looked at for it.
    init(
        key: [UInt8],
        tableKey: FillTable.Key,
        purpose: Purpose,
        request: OriginRequest,
        method: HTTPMessage.Method,
        epoch: UInt32,
        hasStandIn: Bool,
        asksForKept: Bool,
        table: FillTable,
        services: FillServices
    ) {
        self.key = key
        self.hasStandIn = hasStandIn
        self.asksForKept = asksForKept
        self.tableKey = tableKey
        self.purpose = purpose
        self.request = request
        self.method = method
        self.table = table
        self.services = services
        self.epoch = epoch
    }

    /// Asks the origins.
    ///
    /// Once.
    func start() {
        services.counters.add(.fills)
        switch purpose {
        case .fill, .pass: send(request)
        case .validate(let stored):
            let conditions = Conditional.validationFields(storedHead: stored.fields)
            send(request.changing { $0.append(contentsOf: conditions) })
        case .complete(let stored, _):
            guard let rest = stored.part?.rest, let tag = stored.fields.first("ETag") else { return send(request) }
            send(
                request.changing { fields in
                    fields.append(name: "Range", value: rest)
                    fields.append(name: "If-Range", value: tag)
                }
            )
        }
    }

    func send(_ request: OriginRequest) {
        let transfer = services.origins.send(request, to: FillReceiver(self))
        let (resume, isUnwanted) = state.withLock { state in
            state.transfer = transfer
            return (takeResume(&state), state.isUnwanted)
        }
        if isUnwanted { transfer.cancel() }
        resume?.resume()
    }

    /// The origin thread begins to give something.
    func beginTurn() { isInTurn.store(true, ordering: .sequentiallyConsistent) }

    /// The origin thread has given all there is for now.
    func endTurn() {
        isInTurn.store(false, ordering: .sequentiallyConsistent)
        tell { _ in }
    }

    /// The text that names the variant it asks for.
    func variantKey(_ names: [String]) -> String {
        services.route.variantKey(names, request.fields, target: request.target)
    }

    /// It is one client's alone.
    var isPass: Bool { if case .pass = purpose { true } else { false } }

    /// Takes the place of another in the table.
    func replace(_ former: Fill) { state.withLock { $0.former = former } }

    /// True where its key was purged since it began: it answers those who came before, and nobody else.
    var isPurged: Bool { services.store.hasPurged(key, since: epoch) }

    // MARK: Readers

    /// Lets a reader in; false where the fill is past the point of being joined.
    func join(_ reader: FillReader) -> Bool {
        state.withLock { state in
            guard !state.isClosed, !state.isBroken else { return false }
            state.readers.add(reader)
            return true
        }
    }

    /// A reader is done or gone.
    ///
    /// A fill that nobody needs any more and that is not stored is ended.
    func leave(_ reader: FillReader) {
        let (mustCancel, mustResume) = state.withLock { state -> (OriginTransfer?, OriginTransfer?) in
            state.readers.remove(reader)
            if state.readers.isEmpty, !state.isComplete, isPass || !state.isWorthwhile {
                state.isUnwanted = true
                return (state.transfer, nil)
            }
            return (nil, takeResume(&state))
        }
        mustCancel?.cancel()
        mustResume?.resume()
    }

    var progress: Progress { state.withLock { $0.progress } }

    /// All bytes are in, and the store is about to have them: readers are told when it does.
    var isSettling: Bool { state.withLock { $0.hasAll() && !$0.isSettled } }

    /// All bytes are in, and the store has them or is about to.
    var isStored: Bool { state.withLock { $0.hasAll() } }

    /// The interim responses behind the first `count`.
    func interims(after count: Int) -> ArraySlice<Interim> { state.withLock { $0.interims.dropFirst(count) } }

    /// Its transfer was ended for its slow clients.
    var wasHeldUp: Bool { state.withLock { $0.wasHeldUp } }

    /// The trailer section, which is known when `next` has said `end`.
    var trailers: Fields { state.withLock { $0.trailers } }

    /// The next bytes for a reader that is at `offset` and wants none from `end` on.
    func next(for reader: FillReader, at offset: Int64, upTo end: Int64) -> Next {
        let (next, resume) = state.withLock { state -> (Next, OriginTransfer?) in
            guard state.readers.note(reader, at: offset) else { return (.broken, nil) }
            let next = self.next(&state, at: offset, upTo: end)
            return (next, takeResume(&state))
        }
        resume?.resume()
        return next
    }

    private func next(_ state: inout State, at offset: Int64, upTo end: Int64) -> Next {
        if offset >= end { return .end }
        if let piece = state.body.piece(at: offset, upTo: end) { return .bytes(piece) }
        if offset < state.body.start {
            guard let written = state.spill?.written, offset < written.length else { return .broken }
            let upper = min(written.length, end, offset + (256 << 10))
            return .volume(written.volume, written.bodyOffset + offset..<written.bodyOffset + upper)
        }
        if state.isBroken { return .broken }
        return state.isComplete ? .end : .wait
    }

    /// A transfer that was paused for slow readers goes on once they have had most of what is held.
    func takeResume(_ state: inout State) -> OriginTransfer? {
        guard state.isPaused || state.heldUp.isTaken else { return nil }
        letGo(&state)
        guard state.isPaused, let transfer = state.transfer else { return nil }
        guard state.body.held <= window || state.readers.isEmpty else { return nil }
        state.isPaused = false
        return transfer
    }

    deinit {
        let (held, heldUp) = state.withLock { ($0.body.held, $0.heldUp.bytes) }
        services.held.subtract(held)
        services.heldUp.subtract(heldUp)
    }
}
