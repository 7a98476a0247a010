// The wall clock, for dates in records.

import CLinux
import Glibc
import HTTPMessage

enum SystemClock {
    /// 2^24 for each second since 1970: a run that begins later begins higher, unless that many records came in a second.
    static var sequence: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)  // because the kernel fills the struct it is given
        return (UInt64(max(0, time.tv_sec)) << 24) + (UInt64(time.tv_nsec) << 24) / 1_000_000_000
    }

    static var now: WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)  // because the kernel fills the struct it is given
        return WallTime(secondsSinceEpoch: Int64(time.tv_sec))
    }
}
