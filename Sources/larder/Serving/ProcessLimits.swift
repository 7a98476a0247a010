// What the process asks of the system at its start.

import CLinux
import Glibc

enum ProcessLimits {
    /// Raises the limit of open descriptors to the most that is allowed: a client takes one, sometimes two.
    static func raiseDescriptors() {
        var limit = rlimit()
        // because the kernel fills, and reads, the struct it is given
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)  // because as above
    }

    /// Has the allocator keep what is freed, up to 32 MB an arena: pictures come and go all the time, and each page that is
    /// given back to the system and taken anew costs half a microsecond.
    static func keepFreedMemory() {
        clinux_keep_freed_memory(32 << 20, 4 << 20)
    }
}
