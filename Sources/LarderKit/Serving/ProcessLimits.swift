// Stateless. The limits that the process sets for itself at its start.

import Glibc

package enum ProcessLimits {
    /// Raises the limit of open descriptors to the maximum; a client takes one, sometimes two.
    package static func raiseDescriptors() {
        var limit = rlimit()
        // because the kernel fills, and reads, the struct it is given
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)  // because as above
    }
}
