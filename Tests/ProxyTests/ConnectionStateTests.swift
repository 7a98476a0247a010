// What a client's connection does next, event by event, without a socket or a clock.

import HTTPMessage
import NIOCore
import Runtime
import Testing

@testable import Proxy

@Suite("A client's connection decides by what it waits for and which directions are closed")
struct ConnectionStateTests {
    private static func at(_ seconds: Int) -> Instant { arrival + .seconds(seconds) }

    private static func state(_ change: (inout ConnectionState) -> Void) -> ConnectionState {
        var state = ConnectionState(at: at(0))
        change(&state)
        return state
    }

    @Test(
        "RFC 9112 §9.3: a connection persists unless a request, its response or larder's stop ends it",
        arguments: [
            (false, true, false, .serve), (false, false, false, .end), (true, true, false, .end),
            (false, true, true, .end),
        ] as [(Bool, Bool, Bool, ConnectionState.Action)]
    )
    func persistence(isLast: Bool, keepAlive: Bool, drains: Bool, expected: ConnectionState.Action) {
        var state = Self.state { $0.beginResponse(isLast: isLast) }
        if drains { #expect(state.drain(isInProgress: true) == .keep) }
        #expect(state.mayServe(isInProgress: true))
        let action = state.finishResponse(keepAlive: keepAlive, at: Self.at(1))
        #expect(action == expected)
        #expect(state.mayServe(isInProgress: false) == (expected == .serve))
    }

    @Test(
        "RFC 9112 §9.6: a response says whether another request may follow",
        arguments: [
            ("GET / HTTP/1.1", "", false, false, .stays(isHTTP10: false)),
            ("GET / HTTP/1.1", "Connection: close", false, false, .closes),
            ("GET / HTTP/1.0", "", false, false, .closes),
            ("GET / HTTP/1.0", "Connection: keep-alive", false, false, .stays(isHTTP10: true)),
            ("GET / HTTP/1.1", "", true, false, .closes),
            ("GET / HTTP/1.1", "", false, true, .closes),
        ] as [(String, String, Bool, Bool, HeadWriter.Persistence)]
    )
    func words(line: String, field: String, isLast: Bool, drains: Bool, expected: HeadWriter.Persistence) throws {
        let text = "\(line)\r\nHost: a\r\n" + (field.isEmpty ? "" : field + "\r\n") + "\r\n"
        let parsed = RequestParser.parse(ByteBuffer(string: text).readableBytesSpan, limits: RequestLimits())
        guard case .head(let head) = parsed else { throw Make.Malformed(text: text) }
        let state = Self.state { if isLast { $0.makeLast() } }
        let persistence = state.persistence(after: head, isDraining: drains)
        #expect("\(persistence)" == "\(expected)")
    }

    @Test("an idle connection ends when larder stops; another one after its response", arguments: [true, false])
    func drain(isInProgress: Bool) {
        var state = ConnectionState(at: Self.at(0))
        let action = state.drain(isInProgress: isInProgress)
        #expect(action == (isInProgress ? .keep : .end))
        #expect(state.isLast)
    }

    @Test("what a client has asked for before it closed its side is served, once")
    func closedInput() {
        var state = ConnectionState(at: Self.at(0))
        let actions = [state.closeInput(), state.closeInput()]
        #expect(actions == [.serve, .keep])
        var ended = Self.state { _ = $0.end(at: Self.at(0)) }
        #expect(ended.closeInput() == .keep)
    }

    @Test("RFC 9112 §9.6: the output is closed first, and the rest when the client has closed its side")
    func closing() {
        var state = ConnectionState(at: Self.at(0))
        #expect(state.closeOutput(at: Self.at(0)) == .keep)
        #expect(state.end(at: Self.at(0)) == true)
        #expect(state.end(at: Self.at(1)) == false)
        #expect(!state.mayServe(isInProgress: true))
        #expect(state.closeOutput(at: Self.at(1)) == .linger)
        #expect(state.closeOutput(at: Self.at(1)) == .keep)
        #expect(state.isOutputClosed)
        #expect(state.closeInput() == .close)
    }

    @Test("a connection whose client has closed its side before does not linger")
    func closedBefore() {
        var state = Self.state {
            _ = $0.closeInput()
            _ = $0.end(at: Self.at(0))
        }
        #expect(state.closeOutput(at: Self.at(0)) == .close)
    }

    private static let waiting: [(String, ConnectionState)] = [
        ("request", state { _ in }),
        ("head", state { $0.awaitHead(at: at(0)) }),
        ("response", state { $0.beginResponse(isLast: false) }),
        ("output", state { _ = $0.end(at: at(0)) }),
        (
            "client",
            state {
                _ = $0.end(at: at(0))
                _ = $0.closeOutput(at: at(0))
            }
        ),
    ]

    @Test(
        "each wait has a limit of its own",
        arguments: [
            ("request", 10, true, .nothing), ("request", 11, true, .idle), ("request", 11, false, .nothing),
            ("head", 5, true, .nothing), ("head", 6, true, .head), ("response", 1000, true, .response),
            ("output", 1000, false, .nothing), ("client", 0, true, .nothing), ("client", 1, true, .linger),
        ] as [(String, Int, Bool, ConnectionState.Expiry)]
    )
    func limits(wait: String, seconds: Int, isOutputEmpty: Bool, expected: ConnectionState.Expiry) throws {
        let state = try #require(Self.waiting.first { $0.0 == wait }?.1)
        let limits = (idle: Duration.seconds(10), head: Duration.seconds(5))
        let now = Self.at(seconds)
        #expect(state.expiry(at: now, limits, isStuck: false, isOutputEmpty: isOutputEmpty) == expected)
        #expect(state.expiry(at: now, limits, isStuck: true, isOutputEmpty: isOutputEmpty) == .stuck)
    }

    @Test("a head that arrives in pieces has one limit; the next request begins another wait")
    func pieces() {
        var state = Self.state {
            $0.awaitHead(at: Self.at(0))
            $0.awaitHead(at: Self.at(5))
        }
        let limits = (idle: Duration.seconds(10), head: Duration.seconds(5))
        #expect(state.expiry(at: Self.at(6), limits, isStuck: false, isOutputEmpty: true) == .head)
        state.beginResponse(isLast: false)
        #expect(state.finishResponse(keepAlive: true, at: Self.at(6)) == .serve)
        #expect(state.expiry(at: Self.at(16), limits, isStuck: false, isOutputEmpty: true) == .nothing)
        #expect(state.expiry(at: Self.at(17), limits, isStuck: false, isOutputEmpty: true) == .idle)
    }
}
