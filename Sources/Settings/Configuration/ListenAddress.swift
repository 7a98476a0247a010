// Value. An address to listen on, as written in the configuration: `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`. The
// host is kept without brackets. Nothing is resolved here: a name is looked up when it is bound.

/// An address that larder listens on.
package enum ListenAddress: Sendable, Hashable {
    /// A TCP address: an IPv4 or IPv6 address (without brackets) or a host name; port 0 takes a free port.
    case tcp(host: String, port: Int)
    /// The absolute path of a Unix-domain socket.
    case unix(path: String)

    /// The port; nil of a path.
    package var port: Int? {
        guard case .tcp(_, let port) = self else { return nil }
        return port
    }

    /// Whether only this machine can reach the address.
    package var isLoopback: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }

    /// Whether binding both addresses fails: the same one, or a wildcard that includes the other.
    ///
    /// - Parameter other: The address to compare with.
    /// - Returns: Whether the addresses overlap; two free ports (port 0) never do.
    package func overlaps(_ other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.unix(let mine), .unix(let others)):
            return mine == others
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            guard port == otherPort, port != 0 else { return false }
            let mine = ListenAddress.comparable(host)
            let others = ListenAddress.comparable(otherHost)
            if mine == others || mine == "::" || others == "::" { return true }
            let includesIPv4 = mine == "0.0.0.0" || others == "0.0.0.0"
            return includesIPv4 && !mine.contains(":") && !others.contains(":")
        default:
            return false
        }
    }

    private static func comparable(_ host: String) -> String {
        let lowercase = host.lowercased()
        return lowercase == "localhost" ? "127.0.0.1" : lowercase
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address as it is written in the configuration.
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
