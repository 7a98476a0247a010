// Stateless. When a disk counts as slow, and when as well again.

import Runtime
import TestSupport
import Testing

@testable import Store

@Suite("Reads decide whether the disk is healthy")
struct ReadHealthTests {
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
        var now = Instant.now
        for event in events {
            switch event {
            case "l": health.noteLate(at: now)
            case "t": health.noteInTime()
            default: now = now + .seconds(event.wholeNumberValue ?? 0)
            }
        }
        #expect(health.isSlow == isSlow)
    }
}
