// RESUME and CATCH UP: what a node does before it looks at any event.

import Fleet
import Runtime
import Testing

@Suite("RESUME and CATCH UP")
struct ResumeTests {
    private func resumed(_ position: LogPosition?, isStoreEmpty: Bool = false, _ end: LogEnd) -> Follower {
        var follower = Follower()
        follower.receive(.began(position, isStoreEmpty: isStoreEmpty))
        #expect(follower.taken() == [.readEnd(follower.attempt)])
        follower.receive(.endRead(end, follower.attempt))
        return follower
    }

    @Test("a log that ends at our position is watched from its revision on")
    func same() {
        var follower = resumed(Follower.position(4), Follower.end(4, revision: 77))
        #expect(follower.taken() == [.watch(from: 78, follower.attempt)])
    }

    @Test("a log that goes on behind our record, which is still there, is watched from it on")
    func ahead() {
        var follower = resumed(Follower.position(4, revision: 45), Follower.end(6, revision: 77))
        #expect(follower.taken() == [.readRecord("id-4", follower.attempt)])
        follower.receive(.recordRead(revision: 40, follower.attempt))
        #expect(follower.taken() == [.watch(from: 41, follower.attempt)])
    }

    @Test("a log without a counter has no records either, or it has lost the counter", arguments: [0, 1] as [UInt64])
    func noCounter(count: UInt64) {
        var follower = resumed(Follower.position(0, revision: 3), Follower.end(0, revision: 30))
        #expect(follower.taken() == [.readPage(from: 4, at: 30, limit: 1_000, follower.attempt)])
        follower.receive(.pageRead((0..<count).map { Follower.row($0 + 1) }, from: 4, hasMore: false, follower.attempt))
        let doubt = LogAction.doubt(Follower.position(0, revision: 30), .gap)
        #expect(follower.taken() == [.watch(from: 31, follower.attempt)] + (count == 0 ? [] : [doubt]))
    }

    @Test("a position before any record needs no chain")
    func beginning() {
        var follower = resumed(Follower.position(0, revision: 3), Follower.end(2))
        #expect(follower.taken() == [.watch(from: 4, follower.attempt)])
    }

    @Test(
        "a log that does not have our past is doubted",
        arguments: [
            (Follower.end(4, log: LogIdentity(cluster: "8", identity: "a")), DoubtReason.otherLog),
            (Follower.end(4, log: LogIdentity(cluster: "7", identity: "b")), .otherLog),
            (Follower.end(9, log: LogIdentity(cluster: "7", identity: "")), .otherLog),
            (Follower.end(3, revision: 90), .shorterLog),
            (Follower.end(0, revision: 90), .shorterLog),
            (Follower.end(5, revision: 49), .shorterLog),
            (Follower.end(4, revision: 90, id: "other"), .otherHistory),
        ]
    )
    func doubt(end: LogEnd, reason: DoubtReason) {
        var follower = resumed(Follower.position(4, revision: 50), end)
        #expect(
            follower.taken() == [.watch(from: end.revision + 1, follower.attempt), .doubt(end.position, reason)]
        )
        #expect(follower.state.doubts == [reason: 1])
        // The position is the store's word, as for a purge.
        #expect(follower.state.applied == Follower.position(4, revision: 50))
        follower.receive(.stored(isDurable: true))
        #expect(follower.state.applied == end.position && follower.state.durable == end.position)
    }

    @Test("our last record must be at its revision", arguments: [(nil, DoubtReason.trimmed), (41, .otherHistory)])
    func chain(revision: Int64?, reason: DoubtReason) {
        var follower = resumed(Follower.position(4), Follower.end(6))
        _ = follower.taken()
        follower.receive(.recordRead(revision: revision, follower.attempt))
        #expect(
            follower.taken() == [.watch(from: 61, follower.attempt), .doubt(Follower.position(6), reason)]
        )
    }

    @Test("a store without a position takes the log's end, and doubts what it has fetched before it")
    func noPosition() {
        for (isEmpty, reason) in [(true, DoubtReason.newStore), (false, .noPosition)] {
            var follower = resumed(nil, isStoreEmpty: isEmpty, Follower.end(6))
            #expect(
                follower.taken() == [.watch(from: 61, follower.attempt), .doubt(Follower.position(6), reason)]
            )
            #expect(follower.state.doubts == (isEmpty ? [:] : [.noPosition: 1]))
        }
    }

    /// A follower behind record 4 that has asked for the first page up to record `end`.
    private func catchingUp(to end: UInt64, limits: LogLimits = LogLimits()) -> Follower {
        var follower = Follower.following(4, limits: limits)
        follower.receive(.failed(.compacted, follower.attempt))
        follower.pass(.seconds(1))
        follower.receive(.endRead(Follower.end(end, revision: 500), follower.attempt))
        follower.receive(.recordRead(revision: 40, follower.attempt))
        return follower
    }

    @Test("history that was compacted is read from the records, page by page, and nothing is doubted")
    func compacted() {
        var follower = catchingUp(to: 7)
        #expect(follower.taken().last == .readPage(from: 41, at: 500, limit: 1_000, follower.attempt))
        follower.receive(.pageRead([Follower.row(5), Follower.row(6)], from: 41, hasMore: true, follower.attempt))
        // Nothing has a number until all of it is there; an answer that comes twice is one.
        follower.receive(
            .pageRead([Follower.row(5), Follower.row(6)], from: 41, hasMore: true, follower.attempt)
        )
        #expect(follower.taken() == [.readPage(from: 61, at: 500, limit: 1_000, follower.attempt)])
        follower.receive(.pageRead([Follower.row(7)], from: 61, hasMore: false, follower.attempt))
        let position = Follower.position(7)
        #expect(
            follower.taken() == [
                .watch(from: 501, follower.attempt), .apply([5, 6, 7].map(Follower.entry), position),
            ]
        )
        #expect(follower.state.doubts.isEmpty)
    }

    @Test(
        "records that are not as many as the counter says are doubted",
        arguments: [[], [5], [5, 6], [5, 6, 7, 8], [6, 5, 7], [5, 5, 7], [3, 5, 7], [5, 6, 51]] as [[UInt64]]
    )
    func gap(numbers: [UInt64]) {
        var follower = catchingUp(to: 7)
        _ = follower.taken()
        follower.receive(.pageRead(numbers.map { Follower.row($0) }, from: 41, hasMore: false, follower.attempt))
        #expect(
            follower.taken() == [
                .watch(from: 501, follower.attempt), .doubt(Follower.end(7, revision: 500).position, .gap),
            ]
        )
    }

    @Test("a page that says that there is more, and has nothing, is the last one")
    func emptyPage() {
        var follower = catchingUp(to: 7)
        follower.receive(.pageRead([], from: 41, hasMore: true, follower.attempt))
        #expect(follower.state.doubts == [.gap: 1])
    }

    @Test("a page that is too large is read in halves, and doubted where no half is small enough")
    func halves() {
        var limits = LogLimits()
        limits.page = 4
        var follower = catchingUp(to: 7, limits: limits)
        for limit in [2, 1] {
            follower.receive(.failed(.tooLarge, follower.attempt))
            #expect(follower.taken().last == .readPage(from: 41, at: 500, limit: limit, follower.attempt))
        }
        follower.receive(.failed(.tooLarge, follower.attempt))
        #expect(follower.state.doubts == [.tooFar: 1])
    }

    @Test("more than a node catches up with is doubted: by number at once, by bytes when they are there")
    func tooFar() {
        var limits = LogLimits()
        limits.caughtUp = 3
        limits.caughtUpBytes = 300
        #expect(catchingUp(to: 8, limits: limits).state.doubts == [.tooFar: 1])
        var follower = catchingUp(to: 7, limits: limits)
        let large = [UInt8](repeating: 0, count: 200)
        follower.receive(
            .pageRead([5, 6].map { Follower.row($0, value: large) }, from: 41, hasMore: true, follower.attempt)
        )
        #expect(follower.state.doubts == [.tooFar: 1])
    }

    @Test("answers of an earlier attempt say nothing")
    func lateAnswers() {
        var follower = Follower.following(4)
        let old = follower.attempt
        follower.receive(.failed(.closed, old))
        #expect(follower.taken() == [.stopWatch, .useNextEndpoint(isForTicks: false)])
        follower.receive(.failed(.closed, old))
        follower.receive(.changed(Follower.changes(5), old))
        follower.pass(.seconds(1))
        #expect(follower.taken() == [.readEnd(follower.attempt)])
        follower.receive(.endRead(Follower.end(2), old))
        follower.receive(.recordRead(revision: nil, old))
        follower.receive(.pageRead([], from: 41, hasMore: false, old))
        follower.receive(.watchOpened(old))
        #expect(follower.taken().isEmpty)
        follower.receive(.endRead(Follower.end(4), follower.attempt))
        follower.receive(.watchOpened(follower.attempt))
        _ = follower.taken()
        follower.receive(.changed(Follower.changes(5), old))
        follower.receive(.changed(Follower.changes(7), old))
        follower.receive(.failed(.closed, old))
        #expect(follower.taken().isEmpty)
        #expect(follower.state.doubts.isEmpty && follower.state.reconnects == [.closed: 1])
    }

    @Test("the first wait is 20 to 120 ms, later ones grow up to a second, and a proof makes them short again")
    func backoff() {
        var follower = Follower()
        follower.receive(.began(Follower.position(4), isStoreEmpty: false))
        for failures in 0..<8 {
            follower.receive(.failed(.error, follower.attempt))
            let wait = (follower.state.wakeAt - follower.now).milliseconds
            #expect(wait >= min(20 << failures, 320) && wait <= min(120 << failures, 1_000), "\(failures): \(wait)")
            follower.pass(.milliseconds(wait))
        }
        follower.answerTick(Follower.end(4))
        follower.receive(.failed(.error, follower.attempt))
        #expect((follower.state.wakeAt - follower.now).milliseconds <= 120)
    }
}
