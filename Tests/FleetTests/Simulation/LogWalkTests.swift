// A walk by chance through all that can happen to a log, its watch and a node, against the whole state machine.

import Fleet
import Runtime
import TestSupport
import Testing

@Suite("A node and its log, by chance")
struct LogWalkTests {
    @Test("each purge is applied in order, once, or all is doubted behind it, and what is heard is true")
    func walk() {
        let seed = SeededGenerator().seed
        var total = LogWalk.Counts()
        for number in 0..<60 as Range<UInt64> {
            var walk = LogWalk(seed: seed &+ number)
            walk.run(2_000)
            walk.settle()
            #expect(walk.violations.isEmpty, "seed \(seed &+ number): \(walk.violations.prefix(3))")
            total.add(walk.counts)
            if !walk.violations.isEmpty { break }
        }
        print("LogWalkTests.walk: \(total)")
        // Each way has been gone; but for those that tables test, being rare here.
        #expect(total.purges > 5_000 && total.proofs > 2_000)
        for reason in DoubtReason.allCases where ![.newStore, .tooFar, .otherHistory].contains(reason) {
            #expect(total.doubts[reason, default: 0] > 0, "no doubt for \(reason)")
        }
        for failure in LogFailure.allCases where failure != .tooLarge {
            #expect(total.reconnects[failure, default: 0] > 0, "no end by \(failure)")
        }
    }

    @Test("nothing is doubted while nothing is taken from the log, whatever its watch and the network do")
    func noFalseDoubt() {
        let seed = SeededGenerator().seed
        var total = LogWalk.Counts()
        for number in 0..<20 as Range<UInt64> {
            var walk = LogWalk(seed: seed &+ number, happenings: SimulatedLog.Happening.harmless)
            walk.run(2_000)
            walk.settle()
            #expect(walk.violations.isEmpty, "seed \(seed &+ number): \(walk.violations.prefix(3))")
            // A lost index has no position.
            #expect(walk.counts.doubts.keys.allSatisfy { $0 == .noPosition }, "seed \(seed &+ number): \(walk.counts)")
            total.add(walk.counts)
        }
        #expect(total.reconnects[.gap, default: 0] > 0 && total.reconnects[.compacted, default: 0] > 0)
    }

    @Test("a watch that begins behind the end that its header tells of loses nothing")
    func headerAhead() {
        let seed = SeededGenerator().seed
        for number in 0..<20 as Range<UInt64> {
            var walk = LogWalk(seed: seed &+ number, isHeaderAhead: true)
            walk.run(2_000)
            walk.settle()
            #expect(walk.violations.isEmpty, "seed \(seed &+ number): \(walk.violations.prefix(3))")
        }
    }

    @Test("the walk finds a shell with a fault", arguments: SimulatedNode.Sabotage.allCases)
    func sabotage(_ sabotage: SimulatedNode.Sabotage) {
        let seed = SeededGenerator().seed
        let isFound = (0..<100 as Range<UInt64>).contains { number in
            var walk = LogWalk(seed: seed &+ number, sabotage: sabotage)
            walk.run(2_000)
            return !walk.violations.isEmpty
        }
        #expect(isFound, "seed \(seed)")
    }
}
