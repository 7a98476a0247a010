// TICK and DEAF: what proves that nothing was missed.

import Fleet
import Runtime
import Testing

@Suite("TICK and DEAF")
struct TickTests {
    @Test("a node has heard when the tick was sent, and not when it was answered")
    func heard() {
        var follower = Follower.following(4)
        let sent = follower.now
        #expect(follower.state.isDeaf(at: follower.now, maxSilence: .seconds(10)) && !follower.state.hasCaughtUp)
        follower.pass(.milliseconds(800))
        follower.answerTick(Follower.end(4))
        #expect(follower.state.heard == sent && follower.state.hasCaughtUp)
        #expect(!follower.state.isDeaf(at: sent + .seconds(10), maxSilence: .seconds(10)))
        #expect(follower.state.isDeaf(at: sent + .milliseconds(10_001), maxSilence: .seconds(10)))
    }

    @Test("a tick proves only when all up to its number is applied")
    func pending() {
        var follower = Follower.following(4)
        let sent = follower.now
        follower.answerTick(Follower.end(5))
        #expect(follower.state.heard == nil && follower.state.logNumber == 5)
        follower.receive(.changed(Follower.changes(5), follower.attempt))
        #expect(follower.state.heard == nil)
        follower.receive(.stored(isDurable: false))
        #expect(follower.state.heard == sent)
    }

    @Test("a store that is always one purge behind still hears")
    func busy() {
        var follower = Follower.following(4)
        let first = follower.now
        for number in 5...30 as ClosedRange<UInt64> {
            follower.receive(.changed(Follower.changes(number), follower.attempt))
            follower.answerTick(Follower.end(number))
            follower.pass(.seconds(1))
            follower.answerTick(Follower.end(number))
            follower.receive(.stored(isDurable: true))
        }
        #expect(follower.state.reconnects.isEmpty)
        #expect(follower.state.heard ?? first > follower.now - .seconds(3))
    }

    @Test("two ticks in turn without what the first one told: the watch is left")
    func silent() {
        var follower = Follower.following(4)
        follower.answerTick(Follower.end(5))
        follower.pass(.seconds(1))
        #expect(follower.taken().isEmpty)
        follower.answerTick(Follower.end(5))
        #expect(follower.taken() == [.stopWatch, .useNextEndpoint(isForTicks: false)])
        #expect(follower.state.reconnects == [.silent: 1])
    }

    @Test("a watch that keeps telling is not left, however far behind it is")
    func slow() {
        var follower = Follower.following(4)
        for number in 5...10 as ClosedRange<UInt64> {
            follower.answerTick(Follower.end(number))
            follower.receive(.changed(Follower.changes(number), follower.attempt))
            follower.pass(.seconds(1))
        }
        #expect(follower.state.reconnects.isEmpty)
    }

    @Test(
        "a tick that shows another log, or less of ours, is no proof, and leads to RESUME",
        arguments: [
            Follower.end(3), Follower.end(4, id: "other"), Follower.end(0),
            Follower.end(4, log: LogIdentity(cluster: "7", identity: "b")),
            Follower.end(9, log: LogIdentity(cluster: "8", identity: "a")),
        ]
    )
    func otherLog(end: LogEnd) {
        var follower = Follower.following(4)
        follower.answerTick(end)
        #expect(
            follower.taken() == [
                .useNextEndpoint(isForTicks: true), .stopWatch, .useNextEndpoint(isForTicks: false),
            ]
        )
        #expect(follower.state.heard == nil && follower.state.reconnects == [.otherLog: 1])
    }

    @Test("a tick from before what was applied since is a proof")
    func overtaken() {
        var follower = Follower.following(4)
        let sent = follower.now
        follower.receive(.changed(Follower.changes(5, 6), follower.attempt))
        follower.receive(.stored(isDurable: true))
        follower.answerTick(Follower.end(5))
        #expect(follower.state.heard == sent && follower.state.reconnects.isEmpty)
    }

    @Test("a tick of numbers that began again is no proof while the store has the old ones")
    func newNumbers() {
        var follower = Follower.following(4)
        follower.answerTick(Follower.end(4))
        let heard = follower.state.heard
        // The counter is lost; the doubt waits while the store is busy.
        follower.receive(.changed(Follower.changes(5), follower.attempt))
        follower.receive(.changed([.count(revision: 60, number: 0)], follower.attempt))
        follower.pass(.seconds(1))
        let zero = LogEnd(log: Follower.log, number: 0, revision: 60, record: 0, id: "")
        follower.receive(.endRead(zero, follower.attempt))
        follower.tick.map { follower.receive(.tickFailed($0)) }
        follower.pass(.seconds(1))
        let row = LogRow(revision: 70, id: "first", value: Follower.record(1).encoded)
        follower.receive(.changed([.record(row), .count(revision: 70, number: 1)], follower.attempt))
        follower.answerTick(LogEnd(log: Follower.log, number: 1, revision: 70, record: 70, id: "first"))
        #expect(!follower.state.hasApplied(1, revision: 70, id: "first", durably: false))
        for _ in 0..<2 {
            follower.receive(.stored(isDurable: true))
            #expect(follower.state.heard == heard)
        }
        follower.receive(.stored(isDurable: true))
        #expect(follower.state.heard == follower.now && follower.state.reconnects == [.gap: 1])
        #expect(follower.state.hasApplied(1, revision: 70, id: "first", durably: true))
    }

    @Test("a tick is sent a second after the last one, one at a time, and anew where nobody answers")
    func rhythm() {
        var follower = Follower.following(4)
        let first = follower.tick
        follower.pass(.seconds(3))
        #expect(follower.tick == first)
        follower.answerTick(Follower.end(4))
        let second = follower.tick
        #expect(second != first)
        follower.pass(.milliseconds(9_999))
        #expect(follower.tick == second)
        follower.pass(.milliseconds(1))
        #expect(follower.tick != second)
        let heard = follower.state.heard
        second.map { follower.receive(.ticked(Follower.end(4), $0)) }
        #expect(follower.state.heard == heard)
    }

    @Test("a tick that fails is no proof, and the next one goes elsewhere")
    func failed() {
        var follower = Follower.following(4)
        follower.tick.map { follower.receive(.tickFailed($0)) }
        #expect(follower.taken() == [.useNextEndpoint(isForTicks: true)])
        #expect(follower.state.heard == nil)
    }

    @Test("proofs that wait are bounded")
    func bounded() {
        var follower = Follower.following(4)
        let first = follower.now
        follower.receive(.changed(Follower.changes(5), follower.attempt))
        for _ in 0..<20 {
            follower.answerTick(Follower.end(5))
            follower.pass(.seconds(1))
        }
        follower.receive(.stored(isDurable: true))
        #expect(follower.state.heard == first + .seconds(19))
    }

    @Test("no event makes a node that has not begun do anything")
    func idle() {
        var follower = Follower()
        follower.pass(.seconds(60))
        follower.receive(.failed(.error, follower.attempt))
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken().isEmpty && follower.tick == nil && follower.state.wakeAt == .never)
    }
}
