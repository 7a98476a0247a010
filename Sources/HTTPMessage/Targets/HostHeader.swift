// Value. The Host field for an origin. With `.client` the host is part of the cache key, because the origin's response
// may depend on it.

/// What goes into the Host field of a request to an origin.
public enum HostHeader: Sendable, Hashable {
    /// The host and port of the origin's URL.
    case origin
    /// The Host that the client sent, or the origin's own if the client sent none.
    case client
    /// A fixed host name, with or without a port.
    case name(String)
}

extension HostHeader: CustomStringConvertible {
    /// The setting as it is written in the configuration.
    public var description: String {
        switch self {
        case .origin: "origin"
        case .client: "client"
        case .name(let name): name
        }
    }
}
