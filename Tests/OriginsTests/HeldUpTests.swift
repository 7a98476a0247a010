// Which held-up transfers are ended where others wait: a pure rule.

import Runtime
import Testing

@testable import Origins

@Suite("At most half of an origin's connections are held up while others wait") struct HeldUpTests {
    private let start = Instant.now

    private func heldUp(_ ages: [Duration]) -> HeldUp {
        var heldUp = HeldUp()
        for (id, age) in ages.enumerated() { heldUp.begin(UInt64(id), at: start + (.seconds(60) - age)) }
        return heldUp
    }

    @Test(
        "the longest held up are ended first, none before its time, and no more than are too many",
        arguments: [
            ([3, 2], 4, 9, [], nil), ([4, 3, 2], 4, 9, [0], nil), ([2, 4, 3], 4, 9, [1], nil),
            ([4, 3, 2, 2], 4, 9, [0, 1], nil), ([4, 3, 2, 2], 4, 1, [0], nil), ([4, 3, 2, 2], 4, 0, [], nil),
            ([0.75, 0.5, 0.25], 4, 9, [], 0.25), ([5, 0.5, 0.25, 0], 4, 9, [0], 0.5),
            ([5, 0.5, 0.25, 0], 4, 1, [0], nil),
            ([5], 1, 9, [0], nil), ([], 1, 9, [], nil), ([5, 4], 3, 9, [0], nil),
        ] as [([Double], Int, Int, [UInt64], Double?)]
    )
    func excess(ages: [Double], places: Int, waiting: Int, ended: [UInt64], next: Double?) {
        let heldUp = heldUp(ages.map { .seconds($0) })
        let now = start + .seconds(60)
        let excess = heldUp.excess(heldUp.longestFirst, places: places, waiting: waiting, at: now)
        #expect(excess.ended == ended)
        #expect(excess.next == next.map { now + .seconds($0) })
    }

    @Test("a receiver that takes bytes again starts over, but a second pause does not")
    func flow() {
        var heldUp = heldUp([.seconds(4), .seconds(3)])
        heldUp.begin(0, at: start + .seconds(60))
        #expect(heldUp.longestFirst == [0, 1])
        heldUp.end(0)
        heldUp.begin(0, at: start + .seconds(60))
        #expect(heldUp.longestFirst == [1, 0])
        heldUp.end(0)
        heldUp.end(1)
        #expect(heldUp.longestFirst.isEmpty)
    }
}
