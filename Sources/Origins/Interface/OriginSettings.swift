// Value. The configuration of one origin of the prioritized list. Made from the settings, read once when `Origins` is
// made; never changed afterwards.

public import HTTPMessage

/// One origin of the prioritized list, as configured.
public struct OriginSettings: Sendable {
    /// When the next origin gets the request too, because this one's first byte is late.
    public enum Hedge: Sendable, Equatable {
        case never
        case after(Duration)
        /// After the time within which 19 of its last 20 responses began.
        case percentile95
    }

    /// How an origin is probed regularly, with or without requests.
    public struct Probe: Sendable, Equatable {
        /// The target of the HEAD request; a status of 200…399 means that the origin works.
        public var path: String
        /// The time between two probes.
        public var interval: Duration

        /// Makes a probe's settings.
        public init(path: String, interval: Duration) {
            self.path = path
            self.interval = interval
        }
    }

    /// `http://host[:port][/prefix]`, `https://…`, `file:///root` or `s3://bucket[/prefix]`.
    public var url: OriginURL
    /// Whether its 404 or 410 is final; another origin's means "not here, ask the next".
    public var isAuthoritative: Bool
    /// The longest time for name lookup, TCP and TLS together.
    public var connectTimeout: Duration
    /// The longest time from the request sent to the response's head.
    public var firstByteTimeout: Duration
    /// The longest wait in the origin's queue.
    public var queueTimeout: Duration
    /// The window in which a body must make progress (see `Stall`).
    public var stallTimeout: Duration
    /// The most transfers at a time, and so the most connections in use (with HTTP/2 fewer); at least 1.
    public var maximumConnections: Int
    /// The most requests that wait for one of them: more would only time out in the queue.
    public var maximumQueued: Int
    /// When the next origin gets the request too.
    public var hedge: Hedge
    /// How it is probed; nil leaves it to requests to find out whether it works.
    public var probe: Probe?
    /// The Host that the origin gets.
    public var hostHeader: HostHeader
    /// Further request fields; they replace the client's of the same name.
    public var headers: [(String, String)]
    /// The prefix to remove from its requests' paths, such as `/images`; it gets no requests for other paths.
    public var strippedPrefix: StrippedPrefix?
    /// The most redirects that are followed for one request; with 0 the client gets them.
    public var maximumRedirects: Int
    /// Whether HTTP/2 may be agreed on, with `https` only.
    public var allowsHTTP2: Bool
    /// How TLS is agreed on.
    public var tls: OriginTLS
    /// The store behind an `s3` URL; nil for other URLs.
    public var store: ObjectStore?

    /// Whether to use libcurl even if a cleartext connection is possible; tests compare both ways.
    var forcesLibcurl = false

    /// Makes the settings of one origin.
    public init(
        url: OriginURL,
        isAuthoritative: Bool = false,
        connectTimeout: Duration = .seconds(2),
        firstByteTimeout: Duration = .seconds(10),
        queueTimeout: Duration = .seconds(5),
        stallTimeout: Duration = .seconds(10),
        maximumConnections: Int = 64,
        maximumQueued: Int = 1000,
        hedge: Hedge = .never,
        probe: Probe? = nil,
        hostHeader: HostHeader = .origin,
        headers: [(String, String)] = [],
        strippedPrefix: StrippedPrefix? = nil,
        maximumRedirects: Int = 0,
        allowsHTTP2: Bool = false,
        tls: OriginTLS = OriginTLS(),
        store: ObjectStore? = nil
    ) {
        self.url = url
        self.isAuthoritative = isAuthoritative
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.queueTimeout = queueTimeout
        self.stallTimeout = stallTimeout
        self.maximumConnections = maximumConnections
        self.maximumQueued = maximumQueued
        self.hedge = hedge
        self.probe = probe
        self.hostHeader = hostHeader
        self.headers = headers
        self.strippedPrefix = strippedPrefix
        self.maximumRedirects = maximumRedirects
        self.allowsHTTP2 = allowsHTTP2
        self.tls = tls
        self.store = store
    }
}
