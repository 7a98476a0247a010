// Value. What the configuration says about one origin of the prioritized list.
// Made by the composition, read once when `Origins` is made; never changed afterwards.

/// One origin of the prioritized list, as configured.
public struct OriginSettings: Sendable {
    /// Which Host field an origin is sent.
    public enum HostHeader: Sendable, Equatable {
        /// The host and port of the origin's own URL.
        case origin
        /// The Host the client sent; the origin's own where the client sent none.
        case client
        /// This name, always.
        case name(String)
    }

    /// `http://host[:port][/prefix]`, `https://…` or `file:///root`.
    public var url: String
    /// Whether its 404 or 410 is an answer; another origin's means "not here, ask the next".
    public var isAuthoritative: Bool
    /// The longest time for name lookup, TCP and TLS together.
    public var connectTimeout: Duration
    /// The longest time from the request sent to the response's head; also the longest wait in the origin's queue.
    public var firstByteTimeout: Duration
    /// The window in which a body must make progress (see `Stall`).
    public var stallTimeout: Duration
    /// The most transfers, and so connections in use, at a time; at least 1.
    public var maximumConnections: Int
    /// The most requests that wait for one of them: more would only time out in the queue.
    public var maximumQueued: Int
    /// Which Host the origin is sent.
    public var hostHeader: HostHeader
    /// Further request fields; they replace the client's of the same name.
    public var headers: [(String, String)]
    /// A PEM file of the certificate authorities trusted for this origin; nil for the system's.
    public var caFile: String?

    /// Makes the settings of one origin.
    public init(
        url: String,
        isAuthoritative: Bool = false,
        connectTimeout: Duration = .seconds(2),
        firstByteTimeout: Duration = .seconds(10),
        stallTimeout: Duration = .seconds(10),
        maximumConnections: Int = 64,
        maximumQueued: Int = 1000,
        hostHeader: HostHeader = .origin,
        headers: [(String, String)] = [],
        caFile: String? = nil
    ) {
        self.url = url
        self.isAuthoritative = isAuthoritative
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.stallTimeout = stallTimeout
        self.maximumConnections = maximumConnections
        self.maximumQueued = maximumQueued
        self.hostHeader = hostHeader
        self.headers = headers
        self.caFile = caFile
    }
}
