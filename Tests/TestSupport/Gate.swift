// Shared. A door that opens once and stays open; orders the two ends of a test without sleeping. A pipe carries the
// news: opening closes its write end, which every poll of the read end sees, however many wait.

import Glibc
import Synchronization

/// A door that is closed at first, is opened once and then stays open.
package final class Gate: Sendable {
    /// Becomes readable (hang-up) when the gate opens.
    let descriptor: Int32
    private let writeEnd: Atomic<Int32>

    /// Makes a closed gate.
    package init() {
        guard let ends = try? Pipe.make() else { preconditionFailure("no descriptors left for a gate") }
        descriptor = ends.read
        writeEnd = Atomic(ends.write)
    }

    deinit {
        open()
        close(descriptor)
    }

    /// Whether the gate is open.
    package var isOpen: Bool { writeEnd.load(ordering: .acquiring) < 0 }

    /// Opens the gate; again does nothing.
    package func open() {
        let end = writeEnd.exchange(-1, ordering: .acquiringAndReleasing)
        if end >= 0 { close(end) }
    }

    /// Blocks this thread until the gate is open; throws when the time is up.
    package func wait(within time: Duration = .seconds(30)) throws {
        guard isOpen || Socket.waitReadable([descriptor], within: time) != nil else {
            throw TestError(.timeout, "a gate was not opened within \(time)")
        }
    }

    /// Waits for the gate without blocking a thread; throws when the time is up.
    package func waitAsync(within time: Duration = .seconds(30)) async throws {
        try await eventually("the gate's opening", within: time) { isOpen }
    }
}
