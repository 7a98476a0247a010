// Shared. One fetch from the origins, however many clients wait for it: bytes go to the store once and to every reader
// at its own pace.
//
// The origin thread brings head and body (`FillReceiver`); readers on any loop pull what they have not had. `FillState`
// decides under the lock what an event leads to; `perform` does it once the lock is left, so nothing is called under it.
//
// Invariants: one fill a key at a time (8); a reader that is slow holds nobody up as long as the body is stored (9).

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Store
import Synchronization

final class Fill: Sendable {
    private struct Guarded {
        var state: FillState
        /// What the leader asked for; nil before it did.
        var request: FillRequest?
        var transfer: OriginTransfer?
        /// Takes the body; readers find there what left memory.
        var writer: FillWriter?
    }

    /// What a change of the state leads to, with what is needed to do it.
    private struct Work: ~Copyable {
        let effects: FillEffects
        let transfer: OriginTransfer?
        let writer: FillWriter?
    }

    let claim: FillClaim
    private let guarded: Lock<Guarded>
    /// Nil for a pass, before the start and at the end; its own lock, since its end takes one of the table's.
    private let permit = Lock<FillPermit?>(nil)
    /// The fill that this one replaced, for requests that the former's response is too old for.
    private let former: Former
    private let arrived = Atomic<Bool>(false)
    private let closed = Atomic<Bool>(false)

    private struct Former: Sendable {
        weak let fill: Fill?
    }

    /// Makes a fill that waits for its leader.
    init(_ claim: FillClaim, replacing former: Fill? = nil) {
        self.claim = claim
        self.former = Former(fill: former)
        guarded = Lock(Guarded(state: FillState(isPass: claim.isPass)))
    }

    deinit {
        let held = guarded.withLock { $0.state.held }
        services.held.subtract(held.bytes)
        services.heldUp.subtract(held.heldUp)
    }

    var purpose: Purpose { claim.purpose }

    /// Requests that arrived before this instant may use the response even if it is not fresh.
    var began: Instant { claim.began }

    private var services: FillServices { claim.services }

    // MARK: For the table, which calls these under its locks

    /// Its response is in the store or about to be.
    var hasArrived: Bool { arrived.load(ordering: .acquiring) }

    /// Nobody can join it any more.
    var isClosed: Bool { closed.load(ordering: .acquiring) }

    /// Its key was purged since it began: it answers requests that came before, and no others.
    var isPurged: Bool { services.store.hasPurged(claim.key, since: claim.epoch) }

    // MARK: The leader

    /// Asks the origins; called once.
    ///
    /// - Parameters:
    ///   - request: What for.
    ///   - permit: The right to fill the key; nil for a pass.
    func start(_ request: FillRequest, _ permit: consuming FillPermit?) {
        permit?.begin()
        keep(permit)
        services.counters.add(.fills)
        guarded.withLock { guarded in
            guarded.state.start()
            guarded.request = request
        }
        send(purpose.applied(to: request.request), FillReceiver(self, request))
    }

    private func keep(_ permit: consuming FillPermit?) {
        var permit = permit
        self.permit.withLock { $0 = permit.take() }
    }

    private func send(_ request: OriginRequest, _ receiver: FillReceiver) {
        let transfer = services.origins.send(request, to: receiver)
        update { guarded in
            guarded.transfer = transfer
            return guarded.state.sent()
        }
    }

    /// Its permit has ended before it was started.
    func abandon() { update { $0.state.abandon() } }

    /// The request as the origins got it, without what its purpose adds; known once there is a head.
    var request: OriginRequest {
        guard let request = guarded.withLock({ $0.request }) else { preconditionFailure("the fill has been started") }
        return request.request
    }

    /// The text that names the variant it asks for; known once there is a head.
    func variantKey(_ names: [String]) -> String {
        let request = request
        return services.route.variantKey(names, request.fields, target: request.target)
    }

    // MARK: Readers

    /// Lets a reader in; false if the fill is past the point of being joined.
    func join(_ reader: FillReader) -> Bool { guarded.withLock { $0.state.join(reader) } }

    /// A reader is done or gone.
    ///
    /// A fill that nobody needs any more and that is not stored is ended.
    func leave(_ reader: FillReader) { update { $0.state.leave(reader) } }

    var progress: Progress { guarded.withLock { $0.state.progress } }

    /// All bytes are in, and the store is about to have them: readers are woken when it does.
    var isSettling: Bool { guarded.withLock { $0.state.isSettling } }

    /// All bytes are in, and the store has them or is about to.
    var isStored: Bool { guarded.withLock { $0.state.hasAll } }

    /// The interim responses behind the first `count`.
    func interims(after count: Int) -> ArraySlice<Interim> { guarded.withLock { $0.state.interims(after: count) } }

    /// Its transfer was ended for its slow clients.
    var wasHeldUp: Bool { guarded.withLock { $0.state.wasHeldUp } }

    /// The trailer section, which is known when `next` has returned `end`.
    var trailers: Fields { guarded.withLock { $0.state.trailers } }

    /// The loop of one of the readers, if there are any.
    var loop: Loop? { guarded.withLock { $0.state.loop } }

    /// The next bytes for a reader that is at `offset` and wants none from `end` on.
    func next(for reader: FillReader, at offset: Int64, upTo end: Int64) -> Next {
        let ((step, needsDrain), writer) = guarded.withLock { guarded in
            let next = guarded.state.next(for: reader, at: offset, upTo: end)
            guard case .disk = next.0 else { return (next, nil as FillWriter?) }
            return (next, guarded.writer)
        }
        if needsDrain { drain() }
        switch step {
        case .bytes(let bytes): return .bytes(bytes)
        case .disk: return writer?.next(at: offset, upTo: end) ?? .broken
        case .wait: return .wait
        case .end: return .end
        case .broken: return .broken
        }
    }

    private func drain() {
        let written = written
        let memory = services.memory
        update { $0.state.drain(written: written, memory) }
    }

    /// How much of the body the disk has.
    private var written: Int64 { guarded.withLock { $0.writer }?.written?.length ?? 0 }

    // MARK: For `FillReceiver`: heads; the origin thread, unless said otherwise

    func receive(_ interim: Interim) { guarded.withLock { $0.state.receive(interim) } }

    func receive(trailers: Fields) { guarded.withLock { $0.state.receive(trailers: trailers) } }

    /// The head of a response that is passed on; see `FillState`.
    func receive(
        _ answer: FillPhase.Answer,
        storedBy writer: FillWriter?,
        suffix: ByteBuffer? = nil,
        isAnnounced: Bool = true
    ) {
        update { guarded in
            guarded.writer = writer
            return guarded.state.receive(answer, isStored: writer != nil, suffix: suffix, isAnnounced: isAnnounced)
        }
    }

    /// Readers may have the head; any thread.
    func announce() { update { $0.state.announce() } }

    /// A 304 was understood; see `FillState`.
    func receive(notModified response: OriginResponse, _ outcome: FillRecord.Outcome, isJoinable: Bool) {
        update { $0.state.receive(notModified: response, outcome, isJoinable: isJoinable) }
    }

    /// The response was of no use: asks again, for the whole (RFC 9111 §4.3.3).
    func retry(_ request: FillRequest, after response: OriginResponse?) {
        let transfer = guarded.withLock { guarded in
            guarded.state.retry(after: response)
            return guarded.transfer
        }
        // Nobody reads the rest of that response.
        transfer?.cancel()
        send(request.request, FillReceiver(self, request, isRetry: true))
    }

    // MARK: For `FillReceiver`: the body

    /// Takes bytes of the body, wherever they come from.
    func append(_ bytes: ByteBuffer) -> OriginFlow {
        guard bytes.readableBytes > 0 else { return .proceed }
        services.held.add(bytes.readableBytes)
        let memory = services.memory
        let limit = services.route.maximumResponse
        let work = update { $0.state.append(bytes, limit: limit, memory) }
        let isRefused = work.effects.handsToWriter && work.writer?.append(bytes) != nil
        guard isRefused || work.effects.needsRoom else { return .proceed }
        let written = written
        return update { $0.state.makeRoom(isRefused: isRefused, written: written, memory) }.effects.flow
    }

    /// Others wait for the origin's connection: takes all there is from now on, if there is room.
    ///
    /// - Returns: Whether the body flows.
    func takeAll() -> Bool {
        let memory = services.memory
        return update { $0.state.takeAll(memory) }.effects.isFlowing
    }

    /// The body is complete.
    func finish() {
        if case .complete = purpose, let suffix = guarded.withLock({ $0.state.takeSuffix() }) { _ = append(suffix) }
        let work = update { $0.state.finish() }
        guard work.effects.finishesWriter, let writer = work.writer else { return }
        former.fill?.stopStoring()
        // It can be joined until the store's table knows the response: no request falls between the two.
        writer.finish { [self] refusal in settle(refusal.map { .notStored($0.rawValue) } ?? .stored) }
    }

    /// A stored response is served, since a 304 said so; any thread.
    func finish(with stored: Stored, _ refusal: Storability.Refusal?, own: Fields) {
        update { $0.state.finish(with: stored, refusal, own: own) }
    }

    /// The store has what came, or never will; any thread.
    func settle(_ outcome: FillRecord.Outcome?) { update { $0.state.settle(outcome) } }

    /// No origin could answer, or the body is broken.
    func fail(_ error: OriginError, after response: OriginResponse? = nil) {
        update { $0.state.fail(error, after: response) }
    }

    /// The origin thread has given all there is for now.
    func endTurn() { update { $0.state.endTurn() } }

    /// A newer response is being stored: this one must not come after it.
    private func stopStoring() {
        update { $0.state.stopStoring() }
        former.fill?.stopStoring()
    }

    // MARK: Effects

    /// Changes the state, then does what follows, with the lock left.
    @discardableResult
    private func update(_ event: (inout Guarded) -> FillEffects) -> Work {
        let work = guarded.withLock { takeWork(event(&$0), $0) }
        perform(work)
        return work
    }

    /// Takes out what effects need, and shows the table what it may see of them; under the lock.
    private func takeWork(_ effects: consuming FillEffects, _ guarded: borrowing Guarded) -> Work {
        if effects.leavesRoom { arrived.store(true, ordering: .releasing) }
        if effects.endsPermit, guarded.state.isClosed { closed.store(true, ordering: .releasing) }
        let needsWriter = effects.handsToWriter || effects.abortsWriter || effects.finishesWriter
        let transfer = effects.transfer == .leave ? nil : guarded.transfer
        return Work(effects: effects, transfer: transfer, writer: needsWriter ? guarded.writer : nil)
    }

    private func perform(_ work: borrowing Work) {
        if work.effects.held != 0 { services.held.add(work.effects.held) }
        if work.effects.heldUp != 0 { services.heldUp.add(work.effects.heldUp) }
        if let counter = work.effects.counter { services.counters.add(counter) }
        if work.effects.leavesRoom { permit.withLock { $0?.leaveRoom() } }
        if work.effects.endsPermit { permit.withLock { $0.take() }?.end() }
        // Passes are one client's business.
        if let end = work.effects.end, !claim.isPass { services.history.add(claim.record(end)) }
        if work.effects.abortsWriter { work.writer?.abort() }
        switch work.effects.transfer {
        case .leave: break
        case .resume: work.transfer?.resume()
        case .cancel: work.transfer?.cancel()
        }
        if !work.effects.cuts.isEmpty {
            services.counters.add(.limitSlowReaders, work.effects.cuts.count)
            for reader in work.effects.cuts { reader.wake() }
        }
        for reader in work.effects.wakes { reader.wake() }
        if work.effects.needsDrain { drain() }
    }
}
