// APPLY: what a watch tells becomes purges, each once and in order.

import Fleet
import Runtime
import Testing

@Suite("APPLY")
struct ApplyTests {
    @Test("the records of a message are applied together")
    func together() {
        var follower = Follower.following(4)
        follower.receive(.changed(Follower.changes(5, 6), follower.attempt))
        #expect(follower.taken() == [.apply([5, 6].map(Follower.entry), Follower.position(6))])
        #expect(follower.state.applied?.number == 4)
        follower.receive(.stored(isDurable: true))
        #expect(follower.state.applied?.number == 6 && follower.state.durable?.number == 6)
    }

    @Test("the changes of a message may come in any order")
    func mixed() {
        var follower = Follower.following(4)
        follower.receive(.changed(Follower.changes(5, 6).reversed(), follower.attempt))
        #expect(follower.taken() == [.apply([5, 6].map(Follower.entry), Follower.position(6))])
    }

    @Test("what comes while the store is busy waits, and is applied together")
    func busy() {
        var follower = Follower.following(4)
        for number in 5...9 as ClosedRange<UInt64> {
            follower.receive(.changed(Follower.changes(number), follower.attempt))
        }
        #expect(follower.taken() == [.apply([Follower.entry(5)], Follower.position(5))])
        #expect(follower.state.waiting == 4)
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken() == [.apply((6...9).map { Follower.entry($0) }, Follower.position(9))])
    }

    @Test("a group has at most so many records, and so many bytes")
    func groups() {
        var limits = LogLimits()
        limits.group = 3
        limits.groupBytes = 2 * Follower.row(5).value.count
        var follower = Follower.following(4, limits: limits)
        follower.receive(.changed(Follower.changes(5, 6, 7), follower.attempt))
        #expect(follower.taken() == [.apply([5, 6].map(Follower.entry), Follower.position(6))])
        limits.groupBytes = 1 << 20
        follower = Follower.following(4, limits: limits)
        follower.receive(.changed(Follower.changes(5, 6, 7, 8), follower.attempt))
        #expect(follower.taken() == [.apply([5, 6, 7].map(Follower.entry), Follower.position(7))])
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken() == [.apply([Follower.entry(8)], Follower.position(8))])
    }

    @Test(
        "a doubled event is dropped, without a new connection",
        arguments: [[5, 5], [5, 4], [5, 1], [4, 5], [5, 5, 5]] as [[UInt64]]
    )
    func doubled(numbers: [UInt64]) {
        var follower = Follower.following(4)
        for number in numbers { follower.receive(.changed(Follower.changes(number), follower.attempt)) }
        follower.receive(.changed(numbers.flatMap { Follower.changes($0) }, follower.attempt))
        #expect(follower.taken() == [.apply([Follower.entry(5)], Follower.position(5))])
        #expect(follower.state.reconnects.isEmpty)
    }

    @Test(
        "a record is applied only behind its predecessor",
        arguments: [
            Follower.changes(6), Follower.changes(6, 5).dropLast(2), Follower.changes(100),
            // A counter that was lost begins at 1 again, at a new revision.
            [.record(Follower.row(5)), .count(revision: 50, number: 1)],
            [.record(Follower.row(5)), .count(revision: 50, number: 4)],
            // Without its count, without its record, and both at different revisions.
            [.record(Follower.row(5))], [.count(revision: 50, number: 5)], [.count(revision: 50, number: 0)],
            [.record(Follower.row(5)), .count(revision: 51, number: 5)],
            // Two records of one revision.
            [
                .record(Follower.row(5)), .record(LogRow(revision: 50, id: "x", value: [])),
                .count(revision: 50, number: 5),
            ],
            // From before the end that RESUME has seen.
            [.record(LogRow(revision: 43, id: "id-5", value: [])), .count(revision: 43, number: 5)],
        ]
    )
    func gap(changes: [LogChange]) {
        var follower = Follower()
        follower.receive(.began(Follower.position(4), isStoreEmpty: false))
        follower.receive(.endRead(Follower.end(4, revision: 45), follower.attempt))
        _ = follower.taken()
        follower.receive(.changed(Array(changes), follower.attempt))
        #expect(follower.taken() == [.stopWatch, .useNextEndpoint(isForTicks: false)])
        #expect(follower.state.reconnects == [.gap: 1])
        // And then it is read from the records.
        follower.pass(.seconds(1))
        follower.receive(.endRead(Follower.end(6), follower.attempt))
        follower.receive(.recordRead(revision: 40, follower.attempt))
        #expect(follower.taken().last == .readPage(from: 41, at: 60, limit: 1_000, follower.attempt))
    }

    @Test("records before a gap in the same message are applied")
    func beforeGap() {
        var follower = Follower.following(4)
        follower.receive(.changed(Follower.changes(5, 7), follower.attempt))
        #expect(
            follower.taken() == [
                .stopWatch, .useNextEndpoint(isForTicks: false), .apply([Follower.entry(5)], Follower.position(5)),
            ]
        )
    }

    @Test("a record that is not understood is doubted in its place, and the log goes on behind it")
    func unknown() {
        var follower = Follower.following(4)
        var changes = Follower.changes(5)
        for (number, text) in [(6, #"{"v":2}"#), (7, "nothing")] as [(UInt64, String)] {
            changes.append(.record(Follower.row(number, value: Array(text.utf8))))
            changes.append(.count(revision: Int64(number) * 10, number: number))
        }
        follower.receive(.changed(changes + Follower.changes(8), follower.attempt))
        #expect(follower.taken() == [.apply([Follower.entry(5)], Follower.position(5))])
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken() == [.doubt(Follower.position(7), .unknownRecord)])
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken() == [.apply([Follower.entry(8)], Follower.position(8))])
        #expect(follower.state.doubts == [.unknownRecord: 1] && follower.state.reconnects.isEmpty)
    }

    @Test("a record under a key that is not larder's is doubted")
    func foreignKey() {
        var follower = Follower.following(4)
        let row = LogRow(revision: 50, id: "../x", value: Follower.record(5).encoded)
        follower.receive(.changed([.record(row), .count(revision: 50, number: 5)], follower.attempt))
        let position = LogPosition(log: Follower.log, number: 5, revision: 50, record: 50, id: "")
        #expect(follower.taken() == [.doubt(position, .brokenRecord)])
    }

    @Test("where more comes than there is room for, the watch stops, and begins again when there is room")
    func overflow() {
        var limits = LogLimits()
        limits.queued = 3
        limits.refill = 1
        limits.group = 2
        var follower = Follower.following(4, limits: limits)
        follower.receive(.changed(Follower.changes(5), follower.attempt))
        follower.receive(.changed(Follower.changes(6, 7, 8, 9), follower.attempt))
        #expect(follower.taken() == [.apply([Follower.entry(5)], Follower.position(5)), .stopWatch])
        #expect(follower.state.waiting == 3 && follower.state.reconnects == [.overflow: 1])
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken() == [.apply([6, 7].map(Follower.entry), Follower.position(7))])
        follower.receive(.stored(isDurable: true))
        #expect(
            follower.taken() == [.readEnd(follower.attempt), .apply([Follower.entry(8)], Follower.position(8))]
        )
        follower.receive(.endRead(Follower.end(9), follower.attempt))
        follower.receive(.recordRead(revision: 80, follower.attempt))
        #expect(follower.taken().last == .watch(from: 81, follower.attempt))
    }

    @Test("so many bytes have no room either")
    func overflowByBytes() {
        var limits = LogLimits()
        limits.queuedBytes = 1
        var follower = Follower.following(4, limits: limits)
        follower.receive(.changed(Follower.changes(5, 6, 7), follower.attempt))
        #expect(follower.taken() == [.stopWatch, .apply([Follower.entry(5)], Follower.position(5))])
    }

    @Test("a doubt replaces what waits, and comes after what the store is doing")
    func doubtWhileBusy() {
        var follower = Follower.following(4)
        follower.receive(.changed(Follower.changes(5), follower.attempt))
        follower.receive(.changed(Follower.changes(6, 7), follower.attempt))
        follower.receive(.failed(.closed, follower.attempt))
        follower.pass(.seconds(1))
        _ = follower.taken()
        let end = Follower.end(2, log: LogIdentity(cluster: "9", identity: "z"))
        follower.receive(.endRead(end, follower.attempt))
        #expect(follower.taken() == [.watch(from: 21, follower.attempt)])
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken() == [.doubt(end.position, .otherLog)])
        follower.receive(.stored(isDurable: true))
        #expect(follower.taken().isEmpty && follower.state.applied == end.position)
    }

    @Test("what the store could not make durable is applied, is not durable, and is asked for again")
    func notDurable() {
        var follower = Follower.following(4)
        follower.receive(.changed(Follower.changes(5), follower.attempt))
        follower.receive(.stored(isDurable: false))
        #expect(follower.state.applied?.number == 5 && follower.state.durable?.number == 4)
        _ = follower.taken()
        follower.pass(.seconds(4))
        #expect(follower.taken().isEmpty)
        follower.pass(.seconds(2))
        #expect(follower.taken() == [.keep(Follower.position(5))])
        follower.receive(.stored(isDurable: false))
        follower.pass(.seconds(6))
        #expect(follower.taken() == [.keep(Follower.position(5))])
        follower.receive(.stored(isDurable: true))
        #expect(follower.state.durable?.number == 5)
        follower.pass(.seconds(60))
        #expect(follower.taken().isEmpty)
    }

    @Test("a record is applied if its number, revision and id are, and durable if the store says so")
    func hasApplied() {
        var follower = Follower.following(4)
        follower.receive(.changed(Follower.changes(5, 6), follower.attempt))
        func isApplied(_ number: UInt64, _ revision: Int64, _ id: String, durably: Bool = false) -> Bool {
            follower.state.hasApplied(number, revision: revision, id: id, durably: durably)
        }
        #expect(isApplied(4, 40, "id-4", durably: true) && !isApplied(5, 50, "id-5"))
        follower.receive(.stored(isDurable: false))
        #expect(isApplied(5, 50, "id-5") && isApplied(6, 60, "id-6"))
        #expect(!isApplied(5, 50, "id-5", durably: true) && isApplied(4, 40, "id-4", durably: true))
        for (number, revision, id) in [
            (5, 50, "id-4"), (5, 49, "id-5"), (6, 50, "id-5"), (7, 70, "id-7"), (3, 30, "id-3"),
        ] {
            #expect(!isApplied(UInt64(number), Int64(revision), id))
        }
    }

    @Test("an answer that nobody waits for is no position")
    func strayAnswer() {
        var follower = Follower.following(4)
        follower.receive(.stored(isDurable: true))
        #expect(follower.state.applied == Follower.position(4) && follower.taken().isEmpty)
    }
}
