// What a fill does event by event: head, body, readers that are slow or leave, the store, the end.

import HTTPMessage
import NIOCore
import Origins
import Runtime
import Testing

@testable import Proxy

@Suite("a fill's state") struct FillStateTests {
    private static let loop = Loop()
    private static let plenty = FillMemory(isShort: false, heldUp: 0, heldUpLimit: 64 << 20)
    private static let short = FillMemory(isShort: true, heldUp: 0, heldUpLimit: 64 << 20)

    /// An event, as tests write it down.
    enum Event {
        case start, abandon, sent, retry
        case join, leave
        case read(Int64)
        case head(length: Int64?, isShared: Bool = true, isStored: Bool = true, isAnnounced: Bool = true)
        case announce
        case revalidated(isJoinable: Bool)
        case notModified
        case bytes(Int)
        case room(written: Int64, refused: Bool = false)
        case drain(written: Int64)
        case takeAll
        case finish, settled, stop, turnEnds
        case fail(OriginError.Kind)
    }

    /// A state with a reader that comes and goes.
    struct Fill {
        var state: FillState
        let reader = FillReader(on: loop) {}
        var memory = plenty
        private let request: ClientRequest

        init(isPass: Bool = false) throws {
            state = FillState(isPass: isPass)
            request = try Make.request("GET /a HTTP/1.1", [], Make.settings())
        }

        /// The effects of events, in words, one entry an event.
        mutating func run(_ events: Event...) -> [String] { events.map { perform($0) } }

        /// What a reader gets at an offset, and whether the transfer may go on then.
        mutating func read(_ reader: FillReader, at offset: Int64) -> String {
            let (step, needsDrain) = state.next(for: reader, at: offset, upTo: .max)
            return step.word + (needsDrain ? ", drains" : "")
        }

        private mutating func perform(_ event: Event) -> String {
            switch event {
            case .start:
                state.start()
                return ""
            case .abandon: return state.abandon().words
            case .sent: return state.sent().words
            case .join: return state.join(reader) ? "in" : "out"
            case .leave: return state.leave(reader).words
            case .read(let offset): return read(reader, at: offset)
            case .head(let length, let isShared, let isStored, let isAnnounced):
                let fields = [("Cache-Control", "max-age=60")]
                let head = Make.fillHead(200, fields, length: length, for: request)
                let answer = FillPhase.Answer(head: head, isShared: isShared)
                return state.receive(answer, isStored: isStored, isAnnounced: isAnnounced).words
            case .announce: return state.announce().words
            case .bytes(let count):
                let bytes = ByteBuffer(repeating: 7, count: count)
                let effects = state.append(bytes, limit: 8 << 20, memory)
                return [effects.words, effects.handsToWriter ? "to the store" : ""].filter { !$0.isEmpty }.joined(
                    separator: ", "
                )
            case .room(let written, let isRefused):
                return state.makeRoom(isRefused: isRefused, written: written, memory).words
            case .drain(let written): return state.drain(written: written, memory).words
            case .takeAll:
                let effects = state.takeAll(memory)
                return [effects.isFlowing ? "flows" : "waits", effects.words].filter { !$0.isEmpty }.joined(
                    separator: ", "
                )
            case .finish: return state.finish().words
            case .settled: return state.settle(.stored).words
            case .stop: return state.stopStoring().words
            case .fail(let kind):
                return state.fail(OriginError(kind: kind, operation: "receive", subject: "http://a")).words
            case .turnEnds: return state.endTurn().words
            case .retry:
                state.retry(after: nil)
                return ""
            case .revalidated(let isJoinable):
                return state.receive(notModified: Make.response(304), .freshened, isJoinable: isJoinable).words
            case .notModified: return state.finish(with: Make.stored(age: 0), nil, own: Fields()).words
            }
        }
    }

    // MARK: The whole way

    @Test("a small response: readers are woken once a turn, the permit ends when the store has it")
    func miss() throws {
        var fill = try Fill()
        #expect(fill.run(.start, .join, .sent) == ["", "in", ""])
        #expect(
            fill.run(.head(length: 7), .bytes(7), .finish) == ["", "leaves room, to the store", "leaves room, stores"]
        )
        #expect(fill.state.isSettling && fill.state.hasAll && !fill.state.isClosed)
        #expect(fill.run(.turnEnds, .read(0), .read(7), .leave) == ["wakes 1", "7 bytes", "end", ""])
        #expect(fill.run(.settled) == ["ends permit, stored 200, held -7"])
        #expect(!fill.state.isSettling && fill.state.hasAll && fill.state.isClosed)
        #expect(fill.run(.join) == ["out"])
    }

    @Test("the store may finish in the same turn, or after it, and wakes readers then")
    func settledLater() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .head(length: 7), .bytes(7), .finish)
        #expect(fill.run(.settled, .turnEnds) == ["ends permit, stored 200", "wakes 1"])
        var other = try Fill()
        _ = other.run(.start, .join, .sent, .head(length: 7), .bytes(7), .finish)
        #expect(other.run(.turnEnds, .settled) == ["wakes 1", "wakes 1, ends permit, stored 200"])
        #expect(other.run(.read(3)) == ["4 bytes"])
    }

    @Test("a response that is not stored leaves the table at its end")
    func notTaken() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent)
        #expect(
            fill.run(.head(length: 7, isStored: false), .bytes(7), .finish) == ["", "", "ends permit, not-taken 200"]
        )
        #expect(fill.run(.turnEnds, .join) == ["wakes 1", "in"])
    }

    @Test("a response for its leader alone leaves the table with its head, and ends with its last reader")
    func alone() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent)
        #expect(fill.run(.head(length: 7, isShared: false, isStored: false)) == ["ends permit"])
        guard case .alone = fill.state.progress else { return #expect(Bool(false), "for its leader alone") }
        #expect(fill.run(.join, .leave) == ["out", "cancels"])
        #expect(fill.run(.fail(.cancelled)) == ["ends permit, cancelled 200"], "nobody counts it as a failure")
        var unread = try Fill()
        _ = unread.run(.start, .sent)
        #expect(unread.run(.head(length: 7, isShared: false, isStored: false)) == ["ends permit, cancels"])
    }

    @Test("a leader that does not ask sends its followers to the store again")
    func abandoned() throws {
        var fill = try Fill()
        #expect(fill.run(.join, .abandon) == ["in", "wakes 1, ends permit"])
        guard case .abandoned = fill.state.progress else { return #expect(Bool(false), "abandoned") }
        #expect(fill.run(.join, .leave) == ["out", ""])
        var started = try Fill()
        #expect(started.run(.start, .abandon, .join) == ["", "", "in"], "too late: it has asked")
    }

    // MARK: 304 and invalidations

    @Test("a 304 ends as a miss does: when the store has the new head, or at once if it may not be reused")
    func notModified() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent)
        #expect(fill.run(.revalidated(isJoinable: true), .notModified) == ["freshened 304", ""])
        #expect(fill.run(.turnEnds, .join) == ["wakes 1", "in"])
        #expect(fill.run(.settled) == ["wakes 2, ends permit, stored 304"])
        var stale = try Fill()
        _ = stale.run(.start, .join, .sent)
        #expect(stale.run(.revalidated(isJoinable: false)) == ["ends permit, freshened 304"])
        #expect(stale.run(.turnEnds, .notModified) == ["wakes 1", "wakes 1"], "an invalidation may be waited for")
    }

    @Test("readers get the answer to an unsafe method once what it outdates is so, and its end with it")
    func announced() throws {
        var fill = try Fill(isPass: true)
        _ = fill.run(.start, .join, .sent)
        let head = Event.head(length: 7, isShared: false, isStored: false, isAnnounced: false)
        #expect(fill.run(head, .bytes(7), .finish) == ["ends permit", "", "ends permit, not-taken 200"])
        guard case .waiting = fill.state.progress else { return #expect(Bool(false), "not before") }
        #expect(fill.run(.turnEnds, .announce) == ["wakes 1", "wakes 1"])
        #expect(fill.run(.read(0), .read(7)) == ["7 bytes", "end"])
    }

    @Test("a failure before the announcement is the answer")
    func failsUnannounced() throws {
        var fill = try Fill(isPass: true)
        _ = fill.run(.start, .join, .sent)
        _ = fill.run(.head(length: 7, isShared: false, isStored: false, isAnnounced: false))
        #expect(fill.run(.fail(.reset), .announce) == ["fills_failed, ends permit, reset 200", ""])
        guard case .failed = fill.state.progress else { return #expect(Bool(false), "failed") }
    }

    // MARK: Failures

    @Test("invariant 2: a body that breaks off is not stored, and readers get what there is of it")
    func interrupted() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .head(length: 20), .bytes(7))
        #expect(fill.run(.fail(.reset)) == ["fills_failed, aborts, ends permit, reset 200"])
        #expect(fill.run(.turnEnds, .read(0), .read(7)) == ["wakes 1", "7 bytes", "broken"])
        #expect(!fill.state.wasHeldUp && !fill.state.hasAll)
        #expect(fill.run(.fail(.reset), .finish) == ["", ""], "it is over")
    }

    @Test("without a head the error is the answer; a second request may come before it")
    func failed() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .retry, .sent)
        #expect(fill.run(.fail(.connectTimeout)) == ["fills_failed, ends permit, connectTimeout"])
        guard case .failed = fill.state.progress else { return #expect(Bool(false), "failed") }
        #expect(fill.run(.join) == ["out"])
    }

    @Test("an empty body is no picture, and a body over the limit is not stored")
    func unfit() throws {
        var large = try Fill()
        _ = large.run(.start, .join, .sent, .head(length: nil))
        #expect(large.run(.bytes(4 << 20)) == ["needs room, to the store"])
        #expect(large.run(.bytes((4 << 20) + 1)) == ["aborts, needs room"])
        #expect(large.run(.finish) == ["ends permit, not-taken 200"])
    }

    @Test("a newer response stops an older one from being stored, and its readers wait no more")
    func stopped() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .head(length: 7), .bytes(7), .turnEnds)
        #expect(fill.state.isSettling)
        #expect(fill.run(.stop) == ["wakes 1, aborts"])
        #expect(!fill.state.isSettling && !fill.state.hasAll)
        #expect(fill.run(.finish) == ["ends permit, not-taken 200"])
    }

    // MARK: Who leaves

    @Test(
        "a fill goes on without readers if it waits for a head or is stored; a pass does not",
        arguments: [
            (false, nil, ""), (false, true, ""), (false, false, "cancels"),
            (true, nil, "cancels"), (true, true, "cancels"), (true, false, "cancels"),
        ] as [(Bool, Bool?, String)]
    )
    func lastReader(isPass: Bool, isStored: Bool?, effects: String) throws {
        var fill = try Fill(isPass: isPass)
        _ = fill.run(.start, .join, .sent)
        if let isStored { _ = fill.run(.head(length: 7, isStored: isStored)) }
        #expect(fill.run(.leave) == [effects])
    }

    @Test("a transfer that nobody needs is cancelled as soon as it is known")
    func leftEarly() throws {
        var fill = try Fill(isPass: true)
        #expect(fill.run(.join, .start, .leave, .sent) == ["in", "", "", "cancels"])
    }

    // MARK: Memory

    @Test("what the disk has is let go of, beyond the window")
    func written() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .head(length: 4 << 20))
        for _ in 0..<3 { _ = fill.run(.bytes(1 << 20)) }
        #expect(fill.run(.room(written: 0)) == [""], "a slow disk is waited for")
        #expect(fill.run(.room(written: 2 << 20)) == ["held -\(2 << 20)"])
        #expect(fill.run(.read(0), .read(2 << 20)) == ["disk", "\(1 << 20) bytes"])
        #expect(!fill.state.isClosed, "newcomers find the rest in the volume")
    }

    @Test(
        "a disk that lags too far has no more of it, sooner if memory is short",
        arguments: [(false, 32), (true, 4)]
    )
    func lag(isShort: Bool, pieces: Int) throws {
        var fill = try Fill()
        fill.memory = isShort ? Self.short : Self.plenty
        _ = fill.run(.start, .join, .sent, .head(length: nil))
        // The limit on what is stored is another matter.
        for _ in 0..<pieces { _ = fill.state.append(ByteBuffer(repeating: 7, count: 1 << 20), limit: nil, fill.memory) }
        #expect(fill.run(.room(written: 0)) == [""])
        _ = fill.state.append(ByteBuffer(repeating: 7, count: 1), limit: nil, fill.memory)
        #expect(fill.run(.room(written: 0)) == ["aborts, pauses"], "its reader has had nothing yet")
    }

    @Test("invariant 9: a body that is not stored is paused for its only reader and goes on when that has read")
    func paused() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .head(length: nil, isStored: false))
        #expect(fill.run(.bytes(1 << 20), .bytes(1 << 20)) == ["", "needs room"])
        #expect(fill.run(.room(written: 0)) == ["pauses"])
        #expect(fill.run(.read(0), .drain(written: 0)) == ["\(1 << 20) bytes, drains", ""])
        #expect(fill.run(.read(1 << 20)) == ["\(1 << 20) bytes, drains"])
        #expect(fill.run(.drain(written: 0)) == ["ends permit, resumes, held -\(1 << 20)"])
        #expect(fill.run(.read(0), .read(1 << 20)) == ["disk", "\(1 << 20) bytes"])
    }

    @Test("a pause ends with the last reader too, and not before the transfer is known")
    func pausedEarly() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .head(length: nil, isStored: false), .bytes(2 << 20))
        #expect(
            fill.run(.room(written: 0), .read(2 << 20), .drain(written: 0)) == [
                "pauses", "wait, drains", "ends permit, held -\(2 << 20)",
            ]
        )
        #expect(fill.run(.sent, .drain(written: 0)) == ["drains", "resumes"])
    }

    @Test("one far behind the others is cut off rather than waited for")
    func cut() throws {
        var fill = try Fill()
        let quick = FillReader(on: Self.loop) {}
        _ = fill.run(.start, .join, .sent, .head(length: nil, isStored: false))
        let isIn = fill.state.join(quick)
        #expect(isIn)
        for _ in 0..<5 { _ = fill.run(.bytes(1 << 20)) }
        _ = fill.state.next(for: quick, at: 5 << 20, upTo: .max)
        #expect(fill.run(.room(written: 0)) == ["cuts 1, ends permit, pauses, held -\(4 << 20)"])
        #expect(fill.run(.read(0)) == ["broken"])
        #expect(fill.read(quick, at: 5 << 20) == "wait, drains")
    }

    @Test("decision 67: a paused body is taken whole if there is room, and charged with what is to come")
    func heldUp() throws {
        var fill = try Fill()
        _ = fill.run(.start, .join, .sent, .head(length: 4 << 20, isStored: false), .bytes(2 << 20))
        #expect(fill.run(.takeAll) == ["flows"], "it is not paused")
        #expect(
            fill.run(.room(written: 0), .takeAll) == [
                "pauses", "flows, bodies_held_up, held up \((4 << 20) - (64 << 10))",
            ]
        )
        #expect(fill.run(.bytes(2 << 20), .room(written: 0)) == ["needs room", ""], "it is not paused again")
        #expect(fill.state.held == (4 << 20, (4 << 20) - (64 << 10)))
        #expect(fill.run(.fail(.heldUp)) == ["limit_held_up, ends permit, heldUp 200"])
        #expect(fill.state.wasHeldUp)
    }

    @Test("a body that has no room there stays paused, which is counted once")
    func noRoom() throws {
        var fill = try Fill()
        fill.memory = FillMemory(isShort: false, heldUp: 0, heldUpLimit: 8 << 20)
        _ = fill.run(.start, .join, .sent, .head(length: 4 << 20, isStored: false), .bytes(2 << 20), .room(written: 0))
        #expect(fill.run(.takeAll, .takeAll) == ["waits, limit_held_up_memory", "waits"])
    }
}

// MARK: Words

extension FillEffects {
    /// The effects in a few words; empty if there are none.
    fileprivate var words: String {
        var words: [String] = []
        if !wakes.isEmpty { words.append("wakes \(wakes.count)") }
        if !cuts.isEmpty { words.append("cuts \(cuts.count)") }
        if let counter { words.append(counter.name) }
        if abortsWriter { words.append("aborts") }
        if leavesRoom { words.append("leaves room") }
        if finishesWriter { words.append("stores") }
        if endsPermit { words.append("ends permit") }
        switch transfer {
        case .leave: break
        case .resume: words.append("resumes")
        case .cancel: words.append("cancels")
        }
        if flow == .pause { words.append("pauses") }
        if needsRoom { words.append("needs room") }
        if needsDrain { words.append("drains") }
        if let end { words.append("\(end.outcome.word)\(end.status.map { " \($0)" } ?? "")") }
        if held != 0 { words.append("held \(held)") }
        if heldUp != 0 { words.append("held up \(heldUp)") }
        return words.joined(separator: ", ")
    }
}

extension FillRecord.Outcome {
    fileprivate var word: String {
        switch self {
        case .stored: "stored"
        case .freshened: "freshened"
        case .notStored(let reason): reason
        case .failed(let kind): kind.rawValue
        }
    }
}

extension FillState.Step {
    fileprivate var word: String {
        switch self {
        case .bytes(let bytes): "\(bytes.readableBytes) bytes"
        case .disk: "disk"
        case .wait: "wait"
        case .end: "end"
        case .broken: "broken"
        }
    }
}
