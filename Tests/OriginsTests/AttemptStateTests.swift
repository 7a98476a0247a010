// How far an attempt has come and when it is too slow, step by step, without a socket or a clock.

import Runtime
import Testing

@testable import Origins

@Suite("An attempt decides by its phase and its progress") struct AttemptStateTests {
    private let window = Duration.seconds(10)

    @Test("each phase has a deadline of its own")
    func deadlines() {
        var state = AttemptState()
        #expect(state.expire(stallTimeout: window) == .fail(.queueTimeout, operation: "wait for a connection"))
        state.connect()
        #expect(state.expire(stallTimeout: window) == .fail(.connectTimeout, operation: "connect"))
        state.send()
        #expect(state.expire(stallTimeout: window) == .fail(.stalled, operation: "send body"))
        state.awaitHead()
        #expect(state.expire(stallTimeout: window) == .fail(.firstByteTimeout, operation: "await response"))
        state.receiveBody(length: nil)
        #expect(state.expire(stallTimeout: window) == .fail(.stalled, operation: "receive body"))
        #expect(state.end() == true)
        #expect(state.expire(stallTimeout: window) == .none)
        #expect(state.end() == nil)
    }

    @Test("a body that makes progress, or waits for its receiver, does not stall")
    func progress() {
        var state = AttemptState()
        state.receiveBody(length: nil)
        state.received(1000)
        #expect(state.expire(stallTimeout: window) == .watch)
        state.watch()
        #expect(state.expire(stallTimeout: window) == .fail(.stalled, operation: "receive body"))
        state.pauseReceiving()
        #expect(state.isHeldUp)
        #expect(state.expire(stallTimeout: window) == .watch)
        state.watch()
        #expect(state.expire(stallTimeout: window) == .watch)
        #expect(state.resumeReceiving() == true)
        #expect(state.resumeReceiving() == false)
        // The window in which it resumed cannot be judged; the next can.
        #expect(state.expire(stallTimeout: window) == .watch)
        state.watch()
        #expect(state.expire(stallTimeout: window) == .fail(.stalled, operation: "receive body"))
    }

    @Test("content that is missing excuses an upload, but not the wait for the head")
    func upload() {
        var state = AttemptState()
        state.send()
        state.pauseSending()
        #expect(state.isHeldUp)
        state.sent(5)
        #expect(state.sentBytes == 5)
        state.awaitHead()
        #expect(!state.isHeldUp)
        #expect(state.resumeSending() == true)
        #expect(state.resumeSending() == false)
    }

    @Test(
        "RFC 9110 §14.4: a body is as long as its Content-Range says",
        arguments: [
            (nil, 100, nil), (10, 10, nil), (10, 9, .tooShort), (10, 11, .tooLong), (0, 0, nil),
        ] as [(Int64?, Int, AttemptState.BodyFault?)]
    )
    func length(declared: Int64?, received: Int, fault: AttemptState.BodyFault?) {
        var state = AttemptState()
        state.receiveBody(length: declared)
        let isAccepted = state.accepts(received)
        #expect(isAccepted == (fault != .tooLong))
        if isAccepted { state.received(received) }
        #expect(state.bodyFault(isComplete: true) == fault)
        #expect(state.bodyFault(isComplete: false) == (fault == .tooLong ? .tooLong : nil))
    }

    @Test("no body is accepted after the end; an end before the head is none of a response")
    func end() {
        var state = AttemptState()
        state.connect()
        #expect(state.end() == false)
        #expect(state.accepts(1) == false)
    }

    @Test("a deadline moves without a new timer, unless it comes earlier")
    func timers() {
        let start = Instant.now
        func at(_ seconds: Int) -> Instant { start + .seconds(seconds) }
        var deadline = AttemptDeadline()
        #expect(deadline.set(at(10)) == true)
        #expect(deadline.set(at(20)) == false)
        #expect(deadline.fired(at(10), at: at(10)) == .later(at(20)))
        #expect(deadline.set(at(15)) == true)
        #expect(deadline.fired(at(20), at: at(20)) == .nothing)
        #expect(deadline.fired(at(15), at: at(15)) == .due)
        #expect(deadline.set(at(30)) == true)
        deadline.clear()
        #expect(deadline.fired(at(30), at: at(30)) == .nothing)
    }
}
