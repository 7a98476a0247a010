// Value, confined to the origin thread. The cleartext connections that wait for their sockets, by descriptor. `Engine`
// owns it.

/// The connections by their sockets.
struct SocketTable {
    private var connections: [CleartextConnection?] = []

    /// nil for a socket of libcurl's.
    func connection(of socket: Int32) -> CleartextConnection? {
        let place = Int(socket)
        return place < connections.count ? connections[place] : nil
    }

    mutating func set(_ connection: CleartextConnection, for socket: Int32) {
        let place = Int(socket)
        while connections.count <= place { connections.append(nil) }
        connections[place] = connection
    }

    mutating func remove(_ socket: Int32) {
        connections[Int(socket)] = nil
    }
}
