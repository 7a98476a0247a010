// Stateless. The clock that file systems go by.

import Glibc

/// The clock that file systems go by.
package enum TestClock {
    /// Waits until file systems tell another time: what is written from then on has another one than all before.
    package static func awaitTick() async throws {
        let begun = tick()
        try await eventually("a tick of the clock") { tick() != begun }
    }

    /// Nanoseconds.
    private static func tick() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)  // because it fills in a local value
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
