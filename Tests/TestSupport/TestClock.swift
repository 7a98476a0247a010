// Stateless: the machine's wall clock, as tests inject it.

import Glibc

/// The machine's wall clock.
public enum TestClock {
    /// Whole seconds since 1970.
    public static func seconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)  // because it fills in a local value
        return Int64(time.tv_sec)
    }
}
