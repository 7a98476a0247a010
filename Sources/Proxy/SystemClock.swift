// The wall clock.

import Glibc
import HTTPMessage

enum SystemClock {
    /// Now, in whole seconds.
    ///
    /// About 20 ns, no system call.
    static var now: WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)  // because the kernel fills the struct it is given
        return WallTime(secondsSinceEpoch: Int64(time.tv_sec))
    }
}
