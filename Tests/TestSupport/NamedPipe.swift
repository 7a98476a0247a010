// Shared. A named pipe, whose reader comes, stops reading and leaves when a test says so.

import Glibc
import Runtime
import Synchronization

/// A named pipe.
package final class NamedPipe: Sendable {
    /// Its path.
    package let path: String
    private let reader = Lock<Int32>(-1)

    /// Makes a pipe without a reader.
    package init(_ path: String) throws {
        self.path = path
        // because the text outlives the call
        guard unsafe mkfifo(path, 0o600) == 0 else { throw Socket.failure("mkfifo") }
    }

    /// Opens the reader's end.
    package func openReader() throws {
        // because the text outlives the call
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Socket.failure("open \(path)") }
        reader.withLock { $0 = descriptor }
    }

    /// Reads what is there now.
    package func read() -> [UInt8] {
        reader.withLock { descriptor in
            var all: [UInt8] = []
            while let piece = try? Descriptor.read(descriptor, atMost: 65_536), !piece.isEmpty { all += piece }
            return all
        }
    }

    /// Fills the pipe, so that no byte more fits.
    package func fill() throws {
        // because the text outlives the call
        let descriptor = unsafe open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Socket.failure("open \(path)") }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 4096)
        while unsafe Glibc.write(descriptor, bytes, bytes.count) > 0 {}  // because the array is as long as told
    }

    /// The reader leaves.
    package func closeReader() {
        reader.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    deinit { closeReader() }
}
