// Stateless: when a disk counts as slow, and when as well again; the bound of what waits for it.

import TestSupport
import Testing

@testable import Store

@Suite("Issue 25 §13: the disk's health by its reads")
struct ReadHealthTests {
    private static let second: Int64 = 1_000_000_000

    /// `l` a late read, `t` one in time, a digit so many seconds.
    @Test(
        "slow after five late reads in a row within seconds, well after three in time in a row",
        arguments: [
            ("llll", false), ("lllll", true), ("lltlll", false), ("lltlllll", true), ("1l1l1l1l1l", true),
            ("llll9ll", true), ("l9l9l9l9l9l", true), ("llll9999l", false), ("lllllt", true), ("llllltt", true),
            ("lllllttt", false), ("llllltltt", true), ("llllltlttt", false), ("lllllttt5l", false), ("99999", false),
            ("lllll999999", true), ("ttttt", false),
        ]
    )
    func state(events: String, isSlow: Bool) {
        var health = ReadHealth()
        var now = 100 * Self.second
        for event in events {
            switch event {
            case "l": health.noteLate(at: now)
            case "t": health.noteInTime()
            default: now += Int64(event.wholeNumberValue ?? 0) * Self.second
            }
        }
        #expect(health.isSlow == isSlow)
    }

    @Test("the pool takes no more than its bound, but for what is bounded elsewhere")
    func bound() throws {
        let pool = DiskPool(threads: 1, limit: 3)
        let (gate, isHeld, isDone) = (Gate(), Gate(), Gate())
        #expect(
            pool.submit {
                isHeld.open()
                try? gate.wait()
            }
        )
        try isHeld.wait()
        for _ in 0..<3 { #expect(pool.submit {}) }
        #expect(!pool.submit {})
        #expect(pool.submit(isBounded: false) { isDone.open() })
        gate.open()
        try isDone.wait()
        #expect(pool.submit {})
        pool.shutDown()
        #expect(!pool.submit {})
    }
}
