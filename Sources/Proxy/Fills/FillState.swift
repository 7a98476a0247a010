// Value. Where a fill stands: events come in, what is to be done comes out as `FillEffects`.
//
// Knows no lock, no store, no table and no origin; how far the disk has written and how much memory is in use are
// arguments. A fill keeps it behind its mutex. The way of the body is in `FillBuffer`.
//
// Invariants: a body is complete only after `finish` (2); nobody joins a closed fill.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime

struct FillState {
    /// What a reader gets next.
    enum Step {
        case bytes(ByteBuffer)
        /// The bytes have left memory: the volume has them, if anything has.
        case disk
        case wait
        case end
        case broken
    }

    private let isPass: Bool
    private var phase = FillPhase.entered
    private var buffer = FillBuffer()
    /// The origin thread has more for it at once: readers are woken when that is over, and find head and body together.
    private var isInTurn = false
    private var interims: [Fill.Interim] = []
    private(set) var trailers = Fields()
    /// What follows the origin's bytes: the end of a stored part.
    private var suffix: ByteBuffer?
    /// The last response of an origin.
    private var answered: (status: Int, tried: [OriginAttempt])?

    init(isPass: Bool) { self.isPass = isPass }

    var progress: Fill.Progress { phase.progress }

    var isClosed: Bool { buffer.isClosed }

    /// All bytes are in, and the store has them or is about to.
    var hasAll: Bool {
        guard buffer.isStored else { return false }
        switch phase {
        case .receiving(let answer): return answer.isShared && answer.head.contentLength == buffer.received
        case .complete(let answer): return answer.isShared
        case .entered, .abandoned, .waiting, .prepared, .interrupted, .notModified, .failed: return false
        }
    }

    /// All bytes are in, and the store is about to have them.
    var isSettling: Bool { !buffer.isSettled && hasAll }

    /// Its transfer was ended for its slow clients.
    var wasHeldUp: Bool { if case .interrupted(_, isHeldUp: true) = phase { true } else { false } }

    /// What is held in memory, and what of it the memory for slow clients is charged.
    var held: (bytes: Int, heldUp: Int) { buffer.held }

    // MARK: The leader

    /// The leader asks the origins.
    mutating func start() {
        guard case .entered = phase else { preconditionFailure("a fill starts once") }
        phase = .waiting
    }

    /// The leader does not ask; ignored once it did.
    mutating func abandon() -> FillEffects {
        var effects = FillEffects()
        guard case .entered = phase else { return effects }
        phase = .abandoned
        buffer.close(&effects)
        wake(&effects)
        return effects
    }

    /// The transfer is known.
    mutating func sent() -> FillEffects {
        var effects = FillEffects()
        buffer.sent(&effects)
        effects.needsDrain = buffer.mayDrain
        return effects
    }

    // MARK: Readers

    /// Lets a reader in; false if the fill is closed.
    mutating func join(_ reader: FillReader) -> Bool { buffer.join(reader) }

    /// A reader is done or gone: a transfer that nobody needs any more is cancelled, unless its response is to be stored.
    mutating func leave(_ reader: FillReader) -> FillEffects {
        var effects = FillEffects()
        buffer.leave(reader)
        let isWorthwhile = phase.answer == nil || buffer.isStored
        if buffer.readers.isEmpty, !phase.isOver, isPass || !isWorthwhile {
            buffer.cancel(&effects)
        } else {
            effects.needsDrain = buffer.mayDrain
        }
        return effects
    }

    /// The next bytes for a reader that is at `offset` and wants none from `end` on, and whether `drain` is due.
    mutating func next(for reader: FillReader, at offset: Int64, upTo end: Int64) -> (Step, needsDrain: Bool) {
        guard buffer.note(reader, at: offset) else { return (.broken, false) }
        return (step(at: offset, upTo: end), buffer.mayDrain)
    }

    private func step(at offset: Int64, upTo end: Int64) -> Step {
        if offset >= end { return .end }
        if let piece = buffer.piece(at: offset, upTo: end) { return .bytes(piece) }
        if buffer.hasLeft(offset) { return .disk }
        switch phase {
        case .interrupted, .failed: return .broken
        case .complete, .notModified: return .end
        case .entered, .abandoned, .waiting, .prepared, .receiving: return .wait
        }
    }

    /// The loop of one of the readers, if there are any.
    var loop: Loop? { buffer.readers.all.first?.loop }

    /// The interim responses behind the first `count`.
    func interims(after count: Int) -> ArraySlice<Fill.Interim> { interims.dropFirst(count) }

    /// Readers have read on, or left; see `FillBuffer.drain`.
    mutating func drain(written: Int64, _ memory: FillMemory) -> FillEffects {
        var effects = FillEffects()
        buffer.drain(written: written, memory, &effects)
        return effects
    }

    // MARK: The origin thread: heads

    mutating func receive(_ interim: Fill.Interim) {
        isInTurn = true
        interims.append(interim)
    }

    mutating func receive(trailers: Fields) { self.trailers = trailers }

    /// The head of a response that is passed on; unless `isAnnounced`, readers get it only after `announce`.
    ///
    /// `suffix` follows the origin's bytes.
    mutating func receive(
        _ answer: FillPhase.Answer,
        isStored: Bool,
        suffix: ByteBuffer? = nil,
        isAnnounced: Bool = true
    ) -> FillEffects {
        guard case .waiting = phase else { preconditionFailure("a head follows a request, once") }
        var effects = FillEffects()
        isInTurn = true
        answered = (answer.head.forwardStatus, answer.head.tried)
        self.suffix = suffix
        if isStored { buffer.beginStoring() }
        if !answer.isShared { buffer.close(&effects) }
        phase = .prepared(answer, isComplete: false)
        if isAnnounced { announce(&effects) }
        return effects
    }

    /// Readers may have the head; ignored if the fill has failed meanwhile.
    ///
    /// Any thread.
    mutating func announce() -> FillEffects {
        var effects = FillEffects()
        announce(&effects)
        return effects
    }

    private mutating func announce(_ effects: inout FillEffects) {
        guard case .prepared(let answer, let isComplete) = phase else { return }
        phase = isComplete ? .complete(answer) : .receiving(answer)
        buffer.expect(answer.head.contentLength)
        // A response that is for its leader alone is fetched for that one only.
        if !isComplete, !answer.isShared, buffer.readers.isEmpty { buffer.cancel(&effects) }
        wake(&effects)
    }

    /// A response was of no use, and the origins are asked again.
    mutating func retry(after response: OriginResponse?) {
        isInTurn = true
        if let response { answered = (response.status, response.tried) }
    }

    /// A 304 was understood; `finish(with:_:own:)` follows.
    ///
    /// If `isJoinable`, newcomers may have the stored response until the store has its new head.
    mutating func receive(
        notModified response: OriginResponse,
        _ outcome: FillRecord.Outcome,
        isJoinable: Bool
    ) -> FillEffects {
        var effects = FillEffects()
        isInTurn = true
        answered = (response.status, response.tried)
        effects.end = end(outcome)
        effects.endsPermit = !isJoinable
        return effects
    }

    // MARK: The origin thread: the body

    /// Bytes of the body, wherever they come from.
    ///
    /// - Parameters:
    ///   - bytes: The bytes; not empty.
    ///   - limit: The largest body that is stored.
    ///   - memory: With these bytes in it.
    mutating func append(_ bytes: ByteBuffer, limit: Int64?, _ memory: FillMemory) -> FillEffects {
        var effects = FillEffects()
        isInTurn = true
        buffer.append(bytes)
        effects.leavesRoom = hasAll
        if let limit, buffer.received > limit { buffer.giveUpStoring(&effects) }
        effects.needsRoom = buffer.held.bytes > memory.window
        effects.handsToWriter = buffer.isStored
        return effects
    }

    /// More is held than the window, or the store has refused the last bytes; see `FillBuffer.makeRoom`.
    mutating func makeRoom(isRefused: Bool, written: Int64, _ memory: FillMemory) -> FillEffects {
        var effects = FillEffects()
        if isRefused { buffer.storeRefused() }
        buffer.makeRoom(written: written, memory, &effects)
        return effects
    }

    /// Others wait for the origin's connection; see `FillBuffer.takeAll`.
    mutating func takeAll(_ memory: FillMemory) -> FillEffects {
        var effects = FillEffects()
        isInTurn = true
        effects.isFlowing = buffer.takeAll(memory, &effects)
        return effects
    }

    /// The end of a stored part, which follows the origin's bytes.
    mutating func takeSuffix() -> ByteBuffer? { suffix.take() }

    /// The origin thread has given all there is for now.
    mutating func endTurn() -> FillEffects {
        var effects = FillEffects()
        isInTurn = false
        wake(&effects)
        return effects
    }

    // MARK: The end

    /// The body is complete; ignored unless a head came.
    mutating func finish() -> FillEffects {
        var effects = FillEffects()
        isInTurn = true
        let head: FillHead
        switch phase {
        case .receiving(let answer): (head, phase) = (answer.head, .complete(answer))
        case .prepared(let answer, _): (head, phase) = (answer.head, .prepared(answer, isComplete: true))
        case .entered, .abandoned, .waiting, .complete, .interrupted, .notModified, .failed: return effects
        }
        effects.leavesRoom = hasAll
        // An empty body is no picture.
        if head.isPicture, buffer.received == 0 { buffer.giveUpStoring(&effects) }
        if buffer.isStored {
            effects.finishesWriter = true
        } else {
            effects.endsPermit = true
            effects.end = end(.notStored(head.refusal))
        }
        return effects
    }

    /// A stored response is served, since a 304 said so.
    ///
    /// Any thread.
    mutating func finish(with stored: Stored, _ refusal: Storability.Refusal?, own: Fields) -> FillEffects {
        var effects = FillEffects()
        guard case .waiting = phase else { return effects }
        phase = .notModified(stored, refusal, own: own)
        wake(&effects)
        return effects
    }

    /// The store has what came, or never will: newcomers look there.
    ///
    /// Any thread.
    mutating func settle(_ outcome: FillRecord.Outcome?) -> FillEffects {
        var effects = FillEffects()
        buffer.settle(&effects)
        buffer.close(&effects)
        if let outcome { effects.end = end(outcome) }
        wake(&effects)
        return effects
    }

    /// A newer response is being stored, and this one must not come after it.
    mutating func stopStoring() -> FillEffects {
        var effects = FillEffects()
        buffer.giveUpStoring(&effects)
        // Some may wait for what will not be stored now.
        wake(&effects)
        return effects
    }

    /// Before a head: no origin could answer, or only with `response`; after it: the body is broken.
    ///
    /// Ignored once the fill is over.
    mutating func fail(_ error: OriginError, after response: OriginResponse? = nil) -> FillEffects {
        var effects = FillEffects()
        isInTurn = true
        if let response { answered = (response.status, response.tried) }
        switch phase {
        case .receiving(let answer): phase = .interrupted(answer, isHeldUp: error.kind == .heldUp)
        case .waiting, .prepared: phase = .failed(error)
        case .entered, .abandoned, .complete, .interrupted, .notModified, .failed: return effects
        }
        if !buffer.isUnwanted { effects.counter = error.kind == .heldUp ? .limitHeldUp : .fillsFailed }
        buffer.close(&effects)
        buffer.interrupt(&effects)
        effects.end = end(.failed(error.kind), tried: error.tried)
        return effects
    }

    // MARK: Parts of the above

    private func end(_ outcome: FillRecord.Outcome, tried: [OriginAttempt] = []) -> FillEffects.End {
        FillEffects.End(
            outcome: outcome,
            status: answered?.status,
            tried: tried.isEmpty ? answered?.tried ?? [] : tried
        )
    }

    private func wake(_ effects: inout FillEffects) { if !isInTurn { effects.wakes = buffer.readers.all } }
}
