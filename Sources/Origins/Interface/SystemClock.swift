// The wall clock of the system; the one place in Origins that reads it.

import Glibc
import HTTPMessage

/// The system's wall clock.
enum SystemClock {
    static func now() -> WallTime {
        WallTime(secondsSinceEpoch: Int64(time(nil)))
    }
}
