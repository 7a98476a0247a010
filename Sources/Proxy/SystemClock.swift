// The wall clock.

import Glibc
import HTTPMessage

enum SystemClock {
    /// Now, in whole seconds.
    ///
    /// A few ns, no system call; a second begins up to a tick of the system late.
    static var now: WallTime { WallTime(secondsSinceEpoch: Int64(time(nil))) }
}
