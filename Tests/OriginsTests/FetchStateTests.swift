// What becomes of a request to a list of origins, event by event, without a socket.

import HTTPMessage
import NIOCore
import Testing

@testable import Origins

@Suite("A fetch decides by what its attempts report") struct FetchStateTests {
    private static let time = WallTime(secondsSinceEpoch: 0)
    private static let times = FetchState.Times(request: time, response: time)
    private static let reset = OriginError(kind: .reset, operation: "receive body", subject: "")
    private static let silence = OriginError(kind: .malformed, operation: "receive head", subject: "")

    /// A fetch from origins 0, 1, …, whose attempts have the numbers of their origins; the first `asking` are asked.
    private func fetch(of origins: Int, authoritative: Int? = nil, asking: Int = 1) -> FetchState {
        var state = FetchState(AskingOrder(Array(0..<origins)), method: "GET", isResumable: true)
        for origin in 0..<asking {
            if origin == 0 { #expect(state.nextOrigin() == 0) } else { #expect(state.hedged() == origin) }
            state.began(source(origin, authoritative))
        }
        return state
    }

    private func source(_ origin: Int, _ authoritative: Int? = nil) -> FetchState.Source {
        FetchState.Source(attempt: UInt64(origin), origin: origin, isAuthoritative: origin == authoritative)
    }

    private func head(_ status: Int, _ fields: [(String, String)] = [], length: Int64? = nil) -> ReceivedHead {
        ReceivedHead(status: status, reason: "", fields: Fields(fields), contentLength: length)
    }

    @Test(
        "a final response goes to the receiver at once; others wait for the next origin",
        arguments: [
            (200, false, true), (404, false, false), (404, true, true), (410, false, false), (429, true, false),
            (500, true, false), (503, false, false), (304, false, true),
        ]
    )
    func final(status: Int, isAuthoritative: Bool, isFinal: Bool) {
        var state = fetch(of: 2, authoritative: isAuthoritative ? 0 : nil)
        switch state.answered(0, head(status), isOutdated: false, times: Self.times) {
        case .respond(let response): #expect(isFinal && response.head.status == status && !response.wasHeld)
        case .askNext(nil): #expect(!isFinal && state.nextOrigin() == 1)
        default: Issue.record("neither")
        }
    }

    @Test("an outdated copy counts as not here")
    func outdated() {
        var state = fetch(of: 2)
        guard case .askNext(nil) = state.answered(0, head(200), isOutdated: true, times: Self.times) else {
            Issue.record("delivered")
            return
        }
        #expect(state.nextOrigin() == 1)
    }

    @Test("of two responses that are not final the better one is delivered, with what was held of its body")
    func best() throws {
        var state = fetch(of: 2)
        _ = state.answered(0, head(404), isOutdated: false, times: Self.times)
        var bytes = ByteBuffer(string: "none")
        #expect(state.receive(&bytes, from: 0) == .held)
        #expect(state.nextOrigin() == 1)
        state.began(source(1))
        guard case .askNext(dropping: 1) = state.answered(1, head(503), isOutdated: false, times: Self.times) else {
            Issue.record("the worse one is kept")
            return
        }
        #expect(state.ended(0) == .nothing)
        guard case .respond(let response) = state.next() else {
            Issue.record("no response")
            return
        }
        #expect(response.head.status == 404 && response.wasHeld && !response.isDefinitive)
        #expect(state.nextBacklog() == bytes)
        #expect(state.nextBacklog() == nil)
        #expect(state.deliveredTrailers?.isEmpty == true)
    }

    @Test("a held body is bounded; a held response that is interrupted is none")
    func held() {
        var state = fetch(of: 2)
        _ = state.answered(0, head(500), isOutdated: false, times: Self.times)
        var large = ByteBuffer(repeating: 0, count: FetchState.maximumHeld + 1)
        #expect(state.receive(&large, from: 0) == .refused)
        #expect(state.ended(0, Self.reset) == .nothing)
        #expect(state.nextOrigin() == 1)
        state.began(source(1))
        _ = state.ended(1, Self.silence)
        guard case .fail(let error) = state.next() else {
            Issue.record("a response")
            return
        }
        #expect(error?.kind == .malformed)
        #expect(state.tried.map(\.outcome) == [.answered(500), .failed(.malformed)])
    }

    @Test("the first of two overtakes the other")
    func overtaken() {
        var state = fetch(of: 2, asking: 2)
        guard case .respond(let response) = state.answered(1, head(200), isOutdated: false, times: Self.times) else {
            Issue.record("no response")
            return
        }
        #expect(response.overtaken == [source(0)])
        #expect(state.tried.map(\.outcome) == [.answered(200), .overtaken])
        var late = ByteBuffer(string: "late")
        #expect(state.receive(&late, from: 0) == .refused)
        #expect(state.ended(0, Self.reset) == .nothing)
    }

    @Test("unavailable origins are passed over, and asked as a last resort while there is no response")
    func lastResort() {
        var state = FetchState(AskingOrder([0, 1]), method: "GET", isResumable: true)
        #expect(state.nextOrigin(available: [1]) == 1)
        #expect(state.tried == [OriginAttempt(origin: 0, outcome: .skipped)])
        state.began(source(1))
        #expect(state.ended(1, Self.reset) == .askNext)
        #expect(state.nextOrigin(available: [], insists: true) == 0)
        var other = FetchState(AskingOrder([0]), method: "GET", isResumable: true)
        guard case .fail(nil) = other.next(available: []) else {
            Issue.record("asked, or another's error")
            return
        }
    }

    @Test("a pause refuses bytes until it is over")
    func pause() {
        var state = fetch(of: 1)
        _ = state.answered(0, head(200), isOutdated: false, times: Self.times)
        var bytes = ByteBuffer(string: "abc")
        #expect(state.receive(&bytes, from: 0) == .deliver)
        state.pause()
        #expect(state.receive(&bytes, from: 0) == .refused)
        #expect(state.wantsMore == false)
        #expect(state.resume() == true)
        #expect(state.resume() == false)
        #expect(state.wantsMore == true)
        #expect(state.receive(&bytes, from: 0) == .deliver)
    }

    private static let version = [("ETag", "\"a\"")]

    @Test("an interrupted body is resumed from the next origin, without the bytes that went out")
    func resumed() {
        var state = fetch(of: 2)
        _ = state.answered(0, head(200, Self.version, length: 6), isOutdated: false, times: Self.times)
        var bytes = ByteBuffer(string: "abc")
        #expect(state.receive(&bytes, from: 0) == .deliver)
        #expect(state.ended(0, Self.reset, others: [0, 1]) == .askForRest)
        #expect(state.nextOrigin() == 1)
        state.began(source(1))
        guard
            case .resumed(source(1), dropping: []) = state.answered(
                1,
                head(200, Self.version, length: 6),
                isOutdated: false,
                times: Self.times
            )
        else {
            Issue.record("not resumed")
            return
        }
        var whole = ByteBuffer(string: "abcdef")
        #expect(state.receive(&whole, from: 1) == .deliver)
        #expect(String(buffer: whole) == "def")
        #expect(state.ended(1) == .flush)
        #expect(state.deliveredTrailers != nil)
    }

    @Test("a rest of another version is dropped; when nobody has it, the interruption is the error")
    func otherVersion() {
        var state = fetch(of: 2)
        _ = state.answered(0, head(200, Self.version, length: 6), isOutdated: false, times: Self.times)
        #expect(state.ended(0, Self.reset, others: [0, 1]) == .askForRest)
        for origin in [1, 0] {
            #expect(state.nextOrigin() == origin)
            state.began(source(origin))
            let other = head(200, [("ETag", "\"b\"")], length: 6)
            guard
                case .askNext(dropping: UInt64(origin)) = state.answered(
                    UInt64(origin),
                    other,
                    isOutdated: false,
                    times: Self.times
                )
            else {
                Issue.record("used")
                return
            }
        }
        guard case .fail(let error) = state.next() else {
            Issue.record("no error")
            return
        }
        #expect(error?.kind == .reset)
    }

    @Test("a body is resumed only so often, and not after every error")
    func limits() {
        var state = fetch(of: 1)
        _ = state.answered(0, head(200, Self.version, length: 6), isOutdated: false, times: Self.times)
        for _ in 0..<FetchState.maximumResumes {
            #expect(state.ended(0, Self.reset, others: [0]) == .askForRest)
            #expect(state.nextOrigin() == 0)
            state.began(source(0))
            _ = state.answered(0, head(200, Self.version, length: 6), isOutdated: false, times: Self.times)
        }
        #expect(state.ended(0, Self.reset, others: [0]) == .fail)
        var other = fetch(of: 1)
        _ = other.answered(0, head(200, Self.version, length: 6), isOutdated: false, times: Self.times)
        let cancelled = OriginError(kind: .cancelled, operation: "transfer", subject: "")
        #expect(other.ended(0, cancelled, others: [0]) == .fail)
    }

    @Test("after the end nothing counts; its attempts are given back")
    func ended() {
        var state = fetch(of: 2, asking: 2)
        let (asking, other) = state.end()
        #expect(asking == [source(0), source(1)] && other == nil)
        #expect(state.hasEnded && state.onlyAsking == nil)
        #expect(state.resume() == false)
        #expect(state.ended(0, Self.reset) == .nothing)
        guard case .none = state.answered(1, head(200), isOutdated: false, times: Self.times) else {
            Issue.record("answered")
            return
        }
        guard case .none = state.next() else {
            Issue.record("asks on")
            return
        }
    }
}

extension FetchState {
    /// The actions that these tests compare.
    fileprivate enum Kind {
        case nothing
        case askNext
        case askForRest
        case flush
        case fail
        case other
    }

    fileprivate mutating func next(available: Set<Int>? = nil, insists: Bool = false) -> Action {
        next(
            hasFallback: false,
            isAvailable: { available?.contains($0) ?? true },
            lastResort: { _, mayInsist in insists && mayInsist }
        )
    }

    fileprivate mutating func nextOrigin(available: Set<Int>? = nil, insists: Bool = false) -> Int? {
        if case .ask(let origin) = next(available: available, insists: insists) { origin } else { nil }
    }

    fileprivate mutating func hedged() -> Int? {
        if case .ask(let origin) = hedge(isAvailable: { _ in true }) { origin } else { nil }
    }

    fileprivate mutating func ended(_ attempt: UInt64, _ error: OriginError? = nil, others: [Int] = []) -> Kind {
        let silence = OriginError(kind: .malformed, operation: "receive head", subject: "")
        return switch ended(attempt, error, silence: silence, origins: { others }) {
        case .none: .nothing
        case .askNext(nil): .askNext
        case .askForRest: .askForRest
        case .flush: .flush
        case .fail: .fail
        default: .other
        }
    }
}
