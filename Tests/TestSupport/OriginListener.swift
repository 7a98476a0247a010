// Shared. One life of a scripted origin's port, from listen to stop. Owns the listening socket and knows the open
// connections. A connection's descriptor is closed by its own thread alone, after it has left the set, so that `stop`
// never shuts down a number that already means something else.

import Glibc
import Runtime
import Synchronization

final class OriginListener: Sendable {
    let port: Int
    private let descriptor: Int32
    private let script: OriginScript
    private let stopping = Gate()
    private let ended = Gate()
    private let connections = Lock<Set<Int32>>([])

    init(port: Int, script: OriginScript) throws {
        descriptor = try Socket.listen(port: port, backlog: 1_024)
        self.port = Socket.port(of: descriptor)
        self.script = script
        startThread { self.acceptConnections() }
    }

    /// Refuses new connections, ends the open ones and waits until their threads are done with them.
    func stop() {
        stopping.open()
        shutdown(descriptor, Int32(SHUT_RDWR))
        try? ended.wait()
        close(descriptor)
        connections.withLock { open in
            for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        let deadline = ContinuousClock.now + .seconds(5)
        while connections.withLock({ !$0.isEmpty }), ContinuousClock.now < deadline { usleep(500) }
    }

    private func acceptConnections() {
        while let connection = Socket.accept(descriptor) {
            connections.withLock { _ = $0.insert(connection) }
            let number = script.addConnection()
            startThread { self.serve(connection, number: number) }
        }
        ended.open()
    }

    private func serve(_ connection: Int32, number: Int) {
        var server = OriginConnection(connection, number: number, script: script, stopping: stopping)
        let ending = server.run()
        connections.withLock { _ = $0.remove(connection) }
        switch ending {
        case .close: shutdown(connection, Int32(SHUT_WR))
        case .reset: Socket.resetOnClose(connection)
        }
        close(connection)
    }
}
