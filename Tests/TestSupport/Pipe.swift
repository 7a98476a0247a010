// Stateless. Close-on-exec pipes, and the lock that makes close-on-exec sure. The calls that set the flag in one go
// (pipe2, accept4) are GNU extensions that Swift does not see, so opening and starting a child exclude each other: a
// child that inherits the write end of a gate would keep it shut.

import Glibc
import Runtime
import Synchronization

/// Held while a descriptor exists that is not close-on-exec yet, and while a child is started.
///
/// The value means nothing, but must not be empty: the thread sanitizer takes an empty value's address for the next field's.
let inheritance = Lock(false)

enum Pipe {
    static func make() throws -> (read: Int32, write: Int32) {
        try inheritance.withLock { _ in
            var ends: [Int32] = [-1, -1]
            // because pipe fills the two places of the array
            guard unsafe pipe(&ends) == 0 else { throw Socket.failure("pipe") }
            for end in ends { closeOnExec(end) }
            return (ends[0], ends[1])
        }
    }

    static func closeOnExec(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
}
