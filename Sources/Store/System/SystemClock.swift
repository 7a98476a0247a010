// The wall clock, for dates in records.

import CLinux
import Glibc
import HTTPMessage

enum SystemClock {
    static var now: WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)  // because the kernel fills the struct it is given
        return WallTime(secondsSinceEpoch: Int64(time.tv_sec))
    }
}
