// Shared. A loopback port that takes connections and closes each at once, as a server that dies while it is greeted.

import Glibc

/// A port whose connections end before a word is said.
package final class ClosingPort: Sendable {
    /// The port to connect to.
    package let port: Int
    private let listener: Int32

    /// Opens the port.
    package init() throws {
        let descriptor = try Socket.listen(port: 0, backlog: 64)
        listener = descriptor
        port = Socket.port(of: descriptor)
        startThread {
            while let connection = Socket.accept(descriptor) { close(connection) }
            close(descriptor)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }
}
