// Shared. What is known of a child process: its output so far and how it ended. Shared by the ChildProcess and the
// threads that collect for it. The end is recorded under the lock that signals take.

import Glibc
import Runtime
import Synchronization

final class ChildState: Sendable {
    struct Collected {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openStreams = 2
        var status: Int32?
    }

    let collected = Lock(Collected())
    private let id: Int32

    init(id: Int32) { self.id = id }

    /// Reads a stream of the child to its end, then closes it.
    func collect(_ descriptor: Int32, as place: any WritableKeyPath<Collected, [UInt8]> & Sendable) {
        while let piece = try? Descriptor.read(descriptor, atMost: 65_536), !piece.isEmpty {
            collected.withLock { $0[keyPath: place] += piece }
        }
        close(descriptor)
        collected.withLock { $0.openStreams -= 1 }
    }

    /// Waits for the child's end and records it.
    func reap() {
        // First without taking the end, so that its number stays valid until the lock is held.
        // because waitid fills the structure it is given, which has pointers that are not looked at
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        collected.withLock { collected in
            var raw: Int32 = 0
            _ = unsafe waitpid(id, &raw, 0)  // because waitpid fills the number it is given
            let signal = raw & 0x7f
            collected.status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
        }
    }

    func signal(_ number: Int32) {
        collected.withLock { collected in
            if collected.status == nil { _ = Glibc.kill(id, number) }
        }
    }
}
