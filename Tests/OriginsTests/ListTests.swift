// The pure parts of the list: order of asking, which answers are final, URLs, timers, stalls, histogram.

import Runtime
import Testing

@testable import Origins

@Suite("Which origin is asked next") struct AskingOrderTests {
    private func walk(_ order: AskingOrder, hasAnswer: Bool = false, skipping: Set<Int> = []) -> [Int] {
        var order = order
        var asked: [Int] = []
        while let next = order.next(isAvailable: { !skipping.contains($0) }, lastResort: { _ in !hasAnswer }) {
            asked.append(next)
        }
        return asked
    }

    @Test("the order is the list's")
    func inOrder() {
        #expect(walk(AskingOrder([0, 1, 2])) == [0, 1, 2])
    }

    @Test("a single request asks one origin")
    func only() {
        #expect(walk(AskingOrder([1])) == [1])
        #expect(AskingOrder([1]).hasNext)
    }

    @Test("the preferred origin comes first, the others in their order; one of another list is nobody")
    func preferred() {
        #expect(walk(AskingOrder([0, 1, 2], preferred: 1)) == [1, 0, 2])
        #expect(walk(AskingOrder([0, 1, 2], preferred: 0)) == [0, 1, 2])
        #expect(walk(AskingOrder([0, 1, 2], preferred: 7)) == [0, 1, 2])
    }

    @Test("origins with an open circuit breaker come last, and only while no other has responded")
    func passedOver() {
        #expect(walk(AskingOrder([0, 1, 2]), skipping: [0]) == [1, 2, 0])
        #expect(walk(AskingOrder([0, 1, 2]), skipping: [0, 1, 2]) == [0, 1, 2])
        #expect(walk(AskingOrder([0, 1, 2]), hasAnswer: true, skipping: [0]) == [1, 2])
    }

    @Test("looking for an origin to hedge to does not remove one from the last resort")
    func beside() {
        var order = AskingOrder([0, 1, 2])
        #expect(order.next(isAvailable: { $0 == 1 }) == 1)
        #expect(order.next(isAvailable: { _ in false }) == nil)
        #expect(order.next(isAvailable: { _ in true }) == nil)
        #expect(walk(order) == [0, 2])
    }

    @Test(
        "429 and 5xx are never final, 404 and 410 are an authoritative origin's, all else is",
        arguments: [
            (200, true, true), (206, true, true), (304, true, true), (301, true, true), (400, true, true),
            (403, true, true), (404, false, true), (410, false, true), (416, true, true), (429, false, false),
            (500, false, false), (502, false, false), (503, false, false), (504, false, false),
        ]
    )
    func final(status: Int, elsewhere: Bool, authoritative: Bool) {
        let rank = AskingOrder.rank(of: status)
        #expect(rank.isFinal(isAuthoritative: false) == elsewhere)
        #expect(rank.isFinal(isAuthoritative: true) == authoritative)
    }
}

@Suite("Deadlines, stalls and latencies") struct TimersTests {
    @Test("deadlines come soonest first, whatever the order they were added in")
    func order() {
        let start = Instant.now
        var timers = Timers()
        for number in 0..<200 {
            let place = UInt64(number * 73 % 200)
            timers.add(.attempt(place), at: start + .milliseconds(Int(place)))
        }
        #expect(timers.removeDue(at: start + .milliseconds(-1)) == nil)
        for number in 0..<200 {
            #expect(timers.first == start + .milliseconds(number))
            #expect(timers.removeDue(at: start + .seconds(1))?.subject == .attempt(UInt64(number)))
        }
        #expect(timers.removeDue(at: start + .seconds(1)) == nil)
    }

    @Test("a window needs 100 bytes a second, and a byte at least")
    func stall() {
        var stall = Stall()
        #expect(!stall.isEnough(for: .milliseconds(1)))
        stall.count(1)
        #expect(stall.isEnough(for: .milliseconds(10)))
        stall.count(998)
        #expect(!stall.isEnough(for: .seconds(10)))
        stall.count(1)
        #expect(stall.isEnough(for: .seconds(10)))
    }

    @Test("a duration falls into the first bucket that holds it")
    func histogram() {
        var histogram = LatencyHistogram()
        histogram.record(.milliseconds(1))
        histogram.record(.seconds(60))
        #expect(histogram.counts[1] == 1)
        #expect(histogram.counts.last == 1)
        #expect(histogram.count == 2)
        #expect(abs(histogram.sum - 60.001) < 1e-9)
    }
}
