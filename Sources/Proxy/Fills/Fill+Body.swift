// How a fill's bytes come in and how it ends: to the store once, to every reader, and held in memory within bounds.
//
// Called on the origin thread, in order.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

extension Fill {
    /// An interim response: those who wait pass it on, without a cookie that may be one client's.
    func receiveInterim(_ status: Int, _ fields: Fields) {
        var fields = fields
        if !isPass, services.route.rules.setCookie != .keep { fields.removeAll("Set-Cookie") }
        tell { $0.interims.append(Interim(status: status, fields: fields)) }
    }

    /// The trailer section of the answer, which is passed on and never stored.
    func receiveTrailers(_ fields: Fields) {
        state.withLock { $0.trailers = fields }
    }

    func receive(_ bytes: ByteBuffer) -> OriginFlow {
        services.counters.add(.bytesFetched, bytes.readableBytes)
        return take(bytes)
    }

    /// Takes bytes of the body, wherever they come from.
    func take(_ bytes: ByteBuffer) -> OriginFlow {
        guard bytes.readableBytes > 0 else { return .proceed }
        services.held.add(bytes.readableBytes)
        let (writer, readers, received) = state.withLock { state in
            state.body.append(bytes)
            if state.hasAll() { arrive() }
            return (state.writer, readersToTell(state.readers), state.body.received)
        }
        let isTooLarge = services.route.maximumResponse.map { received > $0 } ?? false
        if isTooLarge { writer?.abort() }
        let isRefused = isTooLarge || writer?.append(bytes) != nil
        let flow = state.withLock { state -> OriginFlow in
            // What was being stored no longer is: from here on readers live on what memory holds.
            if isRefused { state.writer = nil }
            letGo(&state)
            guard state.writer == nil, state.body.held > window, !state.readers.isEmpty else { return .proceed }
            if mayGrow(state) { return .proceed }
            cutSlowReaders(&state)
            state.isPaused = true
            return .pause
        }
        for reader in readers { reader.tell() }
        return flow
    }

    var window: Int { isMemoryShort ? FillBody.smallWindow : FillBody.window }

    /// All fills together hold more than they should.
    private var isMemoryShort: Bool {
        services.held.now - services.heldUp.now > services.settings.fillMemory
    }

    /// Lets go of what is in the volume, or of what every reader has had.
    func letGo(_ state: inout State) {
        guard state.body.held > window else { return }
        let written = state.spill?.written?.length ?? 0
        var limit = written
        if let writer = state.writer {
            // The disk lags far behind: better unstored than without bound in memory.
            if state.body.held > (isMemoryShort ? FillBody.longestLag : FillBody.longestLagWithRoom) {
                writer.abort()
                state.writer = nil
                return letGo(&state)
            }
        } else {
            limit = max(written, state.readers.slowest ?? state.body.received)
        }
        let dropped = state.body.drop(before: limit, keeping: window)
        if state.writer == nil, dropped > 0, !state.isClosed {
            state.isClosed = true
            table.remove(self)
        }
        services.held.subtract(dropped)
        recount(&state)
    }

    /// Where several share a body that is not stored, the one far behind the rest is cut off rather than waited for.
    private func cutSlowReaders(_ state: inout State) {
        guard state.readers.count > 1, state.body.held > FillBody.longestLag else { return }
        for reader in state.readers.removeAll(before: state.readers.fastest - Int64(FillBody.longestLag / 2)) {
            services.counters.add(.limitSlowReaders)
            reader.tell()
        }
        letGo(&state)
    }

    private func arrive() {
        hasArrived.store(true, ordering: .relaxed)
        table.hasEnded(self)
    }

    func finish() {
        if let suffix = state.withLock({ $0.suffix }) { _ = take(suffix) }
        let writer = state.withLock { state -> FillWriter? in
            state.isComplete = true
            if state.hasAll() { arrive() }
            guard state.mustHaveBody, state.body.received == 0 else { return state.writer }
            state.writer?.abort()
            state.writer = nil
            return nil
        }
        if let writer {
            state.withLock { $0.former }?.stopStoring()
            // Still joinable until the directory knows it: nobody falls between the two.
            writer.finish { [self] refusal in
                table.remove(self)
                record(refusal.map { .notStored($0.rawValue) } ?? .stored)
                release()
                tell { $0.isSettled = true }
            }
        } else {
            table.remove(self)
            record(.notStored(refusal))
        }
        tell { _ in }
    }

    /// A newer answer is being stored: this one must not come after it.
    private func stopStoring() {
        let (writer, former) = state.withLock { state -> (FillWriter?, Fill?) in
            defer { state.writer = nil }
            return (state.writer, state.former)
        }
        writer?.abort()
        former?.stopStoring()
        // Some may wait for what will not be stored now.
        tell { _ in }
    }

    func fail(_ error: OriginError) {
        // Who makes nothing of a request for the rest may still have the whole.
        if case .complete = purpose, error.kind == .malformed, mayAskForWhole { return retryUnconditionally() }
        let (writer, isUnwanted) = state.withLock { ($0.writer, $0.isUnwanted) }
        if !isUnwanted { services.counters.add(error.kind == .heldUp ? .limitHeldUp : .fillsFailed) }
        table.remove(self)
        record(.failed(error.kind), tried: error.tried)
        writer?.abort()
        tell { state in
            state.isBroken = true
            state.isClosed = true
            state.wasHeldUp = error.kind == .heldUp
            recount(&state)
            if case .waiting = state.progress { state.progress = .failed(error) }
        }
    }

    private var mayAskForWhole: Bool {
        state.withLock { state in
            if case .waiting = state.progress { !state.isRetried } else { false }
        }
    }

    /// Changes the state, then tells the readers.
    func tell(_ change: (inout State) -> Void) {
        let readers = state.withLock { state in
            change(&state)
            return readersToTell(state.readers)
        }
        for reader in readers { reader.tell() }
    }

    /// Those to be told of a change that has been made: none where the turn's end tells them, which sees the change.
    private func readersToTell(_ readers: FillReaders) -> [FillReader] {
        isInTurn.load(ordering: .sequentiallyConsistent) ? [] : readers.all
    }

    /// The body is in the store, or never will be: newcomers look there.
    private func release() {
        state.withLock { state in
            state.isClosed = true
            guard state.readers.isEmpty else { return }
            services.held.subtract(state.body.clear())
        }
    }
}
