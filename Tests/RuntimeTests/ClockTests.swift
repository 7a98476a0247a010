// Stateless. The machine's clock and a test's.

import HTTPMessage
import Runtime
import Testing

@Suite("the clock")
struct ClockTests {
    @Test("a manual clock stands still until it is set or advanced")
    func manual() {
        let manual = ManualClock(at: WallTime(secondsSinceEpoch: 1_000))
        let clock = Clock(manual)
        #expect(clock.now == WallTime(secondsSinceEpoch: 1_000))
        #expect(clock.nanosecondsSinceEpoch == 1_000_000_000_000)
        manual.now = WallTime(secondsSinceEpoch: 50)
        #expect(clock.now == WallTime(secondsSinceEpoch: 50))
        manual.advance(by: .milliseconds(1_500))
        #expect(clock.now == WallTime(secondsSinceEpoch: 51) && clock.nanosecondsSinceEpoch == 51_500_000_000)
    }

    @Test("setting the wall clock moves no instant; advancing it does")
    func instants() {
        let manual = ManualClock()
        let clock = Clock(manual)
        let before = clock.instant
        manual.now = manual.now + 1_000_000
        #expect(clock.instant - before < .seconds(100_000))
        manual.advance(by: .seconds(200_000))
        #expect(clock.instant - before >= .seconds(200_000))
    }

    @Test("the machine's seconds are never ahead of its nanoseconds, and a tick behind at most")
    func system() {
        for _ in 0..<10_000 {
            let seconds = Clock.system.now.secondsSinceEpoch
            let nanoseconds = Clock.system.nanosecondsSinceEpoch
            #expect(seconds * 1_000_000_000 <= nanoseconds)
        }
        #expect(Clock.system.instant <= Clock.system.instant)
    }

    @Test(
        "durations in whole units",
        arguments: [
            (.zero, 0, 0, 0), (.nanoseconds(1), 1, 1, 0), (.milliseconds(1), 1_000_000, 1, 0),
            (.nanoseconds(1_000_001), 1_000_001, 2, 0), (.milliseconds(2_999), 2_999_000_000, 2_999, 2),
        ] as [(Duration, Int64, Int, Int)]
    )
    func units(duration: Duration, nanoseconds: Int64, milliseconds: Int, seconds: Int) {
        #expect(duration.nanoseconds == nanoseconds)
        #expect(duration.milliseconds == milliseconds)
        #expect(duration.wholeSeconds == seconds)
    }
}
