// Value, part of a fill's state. The way of a body through a fill: what of it memory holds, who reads it there, whether the
// store takes it and whether the origin sends.
//
// How far the disk has written and how much memory all fills hold are arguments.

import NIOCore
import Origins

struct FillBuffer {
    /// Whether the store takes the body.
    private enum Storing {
        case never
        case underWay
        /// The store has it, or refused it at the end.
        case settled
        /// The store takes no more of it; what it has written can still be read there.
        case givenUp
    }

    /// Whether the origin sends.
    private enum Flow {
        case flowing
        case paused
        /// Nobody needs the response: the transfer is cancelled as soon as it is known. Final.
        case unwanted
    }

    private var storing = Storing.never
    private var flow = Flow.flowing
    private var hasTransfer = false
    private var body = FillBody()
    private(set) var readers = FillReaders()
    private var heldUp = HeldUpBody()
    /// A newcomer could not be given the whole response, or must not be.
    private(set) var isClosed = false
    /// The length that the head declares; nil before it, and once the body is broken.
    private var length: Int64?

    /// Bytes of the body so far.
    var received: Int64 { body.received }

    /// What is held in memory, and what of it the memory for slow clients is charged.
    var held: (bytes: Int, heldUp: Int) { (body.held, heldUp.bytes) }

    /// The store takes the body, or has it.
    var isStored: Bool { storing == .underWay || storing == .settled }
    var isSettled: Bool { storing == .settled }
    var isUnwanted: Bool { flow == .unwanted }

    /// `drain` is due when readers have read on.
    var mayDrain: Bool { flow == .paused || heldUp.isTaken }

    // MARK: Readers

    /// Lets a reader in; false if the fill is closed.
    mutating func join(_ reader: FillReader) -> Bool {
        guard !isClosed else { return false }
        readers.add(reader)
        return true
    }

    mutating func leave(_ reader: FillReader) { readers.remove(reader) }

    /// A reader reads on at an offset; false if it is not in the fill.
    func note(_ reader: FillReader, at offset: Int64) -> Bool { readers.note(reader, at: offset) }

    /// The bytes at an offset; nil if memory does not hold them.
    func piece(at offset: Int64, upTo end: Int64) -> ByteBuffer? { body.piece(at: offset, upTo: end) }

    /// Whether the bytes at an offset have left memory.
    func hasLeft(_ offset: Int64) -> Bool { offset < body.start }

    /// Nobody joins from now on.
    mutating func close(_ effects: inout FillEffects) {
        isClosed = true
        effects.endsPermit = true
    }

    // MARK: The transfer

    /// The transfer is known.
    mutating func sent(_ effects: inout FillEffects) {
        hasTransfer = true
        if flow == .unwanted { effects.transfer = .cancel }
    }

    /// Nobody needs the response.
    mutating func cancel(_ effects: inout FillEffects) {
        flow = .unwanted
        if hasTransfer { effects.transfer = .cancel }
    }

    // MARK: The body

    /// A head was announced.
    mutating func expect(_ length: Int64?) { self.length = length }

    mutating func append(_ bytes: ByteBuffer) { body.append(bytes) }

    /// The store has what came, or never will.
    mutating func settle(_ effects: inout FillEffects) {
        if storing == .underWay { storing = .settled }
        if readers.isEmpty { effects.held -= body.clear() }
    }

    mutating func beginStoring() { storing = .underWay }

    /// The store refused the bytes: from here on readers live on what memory holds.
    mutating func storeRefused() { if isStored { storing = .givenUp } }

    mutating func giveUpStoring(_ effects: inout FillEffects) {
        guard isStored else { return }
        storing = .givenUp
        effects.abortsWriter = true
    }

    /// No more bytes come, although the body is not complete.
    mutating func interrupt(_ effects: inout FillEffects) {
        length = nil
        giveUpStoring(&effects)
        effects.heldUp += heldUp.recount(demand)
    }

    // MARK: Memory

    /// Lets go of what is held beyond the window, or pauses the transfer until readers have had most of it.
    mutating func makeRoom(written: Int64, _ memory: FillMemory, _ effects: inout FillEffects) {
        letGo(written, memory, &effects)
        guard !isStored, body.held > memory.window, !readers.isEmpty,
            !heldUp.mayGrow(isLengthKnown: length != nil, memory)
        else { return }
        // Of several who share a body that is not stored, those far behind are cut off rather than waited for.
        if readers.count > 1, body.held > FillBody.longestLag {
            effects.cuts = readers.removeAll(before: readers.fastest - Int64(FillBody.longestLag / 2))
            letGo(written, memory, &effects)
        }
        if flow == .flowing { flow = .paused }
        effects.flow = .pause
    }

    /// A paused transfer goes on once readers have had most of what is held, or have left.
    mutating func drain(written: Int64, _ memory: FillMemory, _ effects: inout FillEffects) {
        guard mayDrain else { return }
        letGo(written, memory, &effects)
        guard flow == .paused, hasTransfer, body.held <= memory.window || readers.isEmpty else { return }
        flow = .flowing
        effects.transfer = .resume
    }

    /// Others wait for the origin's connection: takes the whole body from now on, if there is room for it.
    ///
    /// - Returns: Whether the body flows.
    mutating func takeAll(_ memory: FillMemory, _ effects: inout FillEffects) -> Bool {
        guard flow == .paused else { return true }
        guard heldUp.hold(demand, memory, &effects) else { return false }
        flow = .flowing
        effects.heldUp += heldUp.recount(demand)
        return true
    }

    /// What the body takes beyond the least window of a fill; if its length is unknown, what has come so far.
    private var demand: Int {
        let end = max(length ?? 0, body.received)
        return max(0, Int(end - body.start) - FillBody.smallWindow)
    }

    /// Lets go of what is in the volume, or of what every reader has had.
    private mutating func letGo(_ written: Int64, _ memory: FillMemory, _ effects: inout FillEffects) {
        guard body.held > memory.window else { return }
        // The disk lags far behind: better unstored than without bound in memory.
        if isStored, body.held > memory.longestLag { giveUpStoring(&effects) }
        let limit = isStored ? written : max(written, readers.slowest ?? body.received)
        let dropped = body.drop(before: limit, keeping: memory.window)
        if !isStored, dropped > 0 { close(&effects) }
        effects.held -= dropped
        effects.heldUp += heldUp.recount(demand)
    }
}
