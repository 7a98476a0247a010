// Value, confined to the origin thread. The connections and libcurl handles of one origin that wait for the next
// request. `OriginPool` owns it. Invariant: of each kind, never more than were in use at a time.

import Runtime

/// The reusable connections and handles of an origin.
struct IdleConnections {
    private var handles: [EasyHandle] = []
    /// A handle that makes connections.
    private var connector: EasyHandle?
    /// The most recently used is the last.
    private var connections: [CleartextConnection] = []

    mutating func keep(_ handle: EasyHandle) {
        if handle.onlyConnects { connector = handle } else { handles.append(handle) }
    }

    mutating func keep(_ connection: CleartextConnection) {
        connections.append(connection)
    }

    mutating func takeHandle() -> EasyHandle? { handles.popLast() }

    mutating func takeConnector() -> EasyHandle? {
        defer { connector = nil }
        return connector
    }

    /// The most recently used connection; all are closed if that was too long ago.
    mutating func takeConnection(at now: Instant) -> CleartextConnection? {
        guard let last = connections.popLast() else { return nil }
        guard now - last.idleSince > CleartextConnection.longestIdle else { return last }
        closeConnections()
        last.close()
        return nil
    }

    /// Closes one connection.
    mutating func drop(_ connection: CleartextConnection) {
        connections.removeAll { $0 === connection }
        connection.close()
    }

    mutating func close() {
        handles.removeAll()
        connector = nil
        closeConnections()
    }

    private mutating func closeConnections() {
        for connection in connections { connection.close() }
        connections = []
    }
}
