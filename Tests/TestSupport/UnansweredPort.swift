// Shared. A loopback port whose connections never come about, as with a host that is gone: for connect timeouts. A
// listener that never accepts, with its queue filled: Linux drops further SYNs silently.

import Glibc

/// A port that neither accepts nor refuses a connection.
package final class UnansweredPort: Sendable {
    /// The port to connect to.
    package let port: Int
    private let listener: Int32
    private let fillers: [Int32]

    /// Opens the port and fills its queue.
    package init() throws {
        listener = try Socket.listen(port: 0, backlog: 0)
        let port = Socket.port(of: listener)
        self.port = port
        fillers = (0..<4).map { _ in
            let descriptor = socket(AF_INET, Socket.streamType | Int32(SOCK_NONBLOCK.rawValue), 0)
            // because the address is valid for the call
            _ = unsafe Socket.withLoopback(port) { address, size in unsafe connect(descriptor, address, size) }
            return descriptor
        }
    }

    deinit {
        for descriptor in fillers + [listener] { close(descriptor) }
    }
}
