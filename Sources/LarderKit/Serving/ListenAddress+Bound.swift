// Value. An address as it was bound: port 0 of the configuration stands for any free port.

import NIOCore
import Settings

extension ListenAddress {
    /// The address with the port that was bound.
    func bound(to socket: SocketAddress?) -> ListenAddress {
        guard case .tcp(let host, _) = self, let port = socket?.port else { return self }
        return .tcp(host: host, port: port)
    }
}
