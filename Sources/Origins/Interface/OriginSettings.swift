// Value. What the configuration says about one origin of the prioritized list.
// Made by the composition, read once when `Origins` is made; never changed afterwards.

package import HTTPMessage

/// One origin of the prioritized list, as configured.
package struct OriginSettings: Sendable {
    /// Which Host field an origin is sent.
    package enum HostHeader: Sendable, Equatable {
        /// The host and port of the origin's own URL.
        case origin
        /// The Host the client sent; the origin's own where the client sent none.
        case client
        /// This name, always.
        case name(String)
    }

    /// When the next origin is asked too, because this one's first byte is late.
    package enum Hedge: Sendable, Equatable {
        case never
        case after(Duration)
        /// After the time within which 19 of its last 20 answers began.
        case percentile95
    }

    /// How an origin is asked whether it is well, requests or not.
    package struct Probe: Sendable, Equatable {
        /// The target of the HEAD request; 200…399 is well.
        package var path: String
        /// The time between two.
        package var interval: Duration

        /// Makes a probe's settings.
        package init(path: String, interval: Duration) {
            self.path = path
            self.interval = interval
        }
    }

    /// `http://host[:port][/prefix]`, `https://…`, `file:///root` or `s3://bucket[/prefix]`.
    package var url: OriginURL
    /// Whether its 404 or 410 is an answer; another origin's means "not here, ask the next".
    package var isAuthoritative: Bool
    /// The longest time for name lookup, TCP and TLS together.
    package var connectTimeout: Duration
    /// The longest time from the request sent to the response's head.
    package var firstByteTimeout: Duration
    /// The longest wait in the origin's queue.
    package var queueTimeout: Duration
    /// The window in which a body must make progress (see `Stall`).
    package var stallTimeout: Duration
    /// The most transfers at a time, and so the most connections in use (with HTTP/2 fewer); at least 1.
    package var maximumConnections: Int
    /// The most requests that wait for one of them: more would only time out in the queue.
    package var maximumQueued: Int
    /// When the next origin is asked too.
    package var hedge: Hedge
    /// How it is asked whether it is well; nil leaves that to requests.
    package var probe: Probe?
    /// Which Host the origin is sent.
    package var hostHeader: HostHeader
    /// Further request fields; they replace the client's of the same name.
    package var headers: [(String, String)]
    /// What its requests' paths lose in front, such as `/images`; requests for other paths are not for this origin.
    package var strippedPrefix: StrippedPrefix?
    /// The most redirects that are followed for one request; 0 passes them on.
    package var maximumRedirects: Int
    /// Whether HTTP/2 may be agreed on, with `https` only.
    package var allowsHTTP2: Bool
    /// How TLS is agreed on.
    package var tls: OriginTLS
    /// The store behind an `s3` URL; nil for other URLs.
    package var store: ObjectStore?

    /// Whether requests go through libcurl that could use a cleartext connection; tests compare both ways.
    var forcesLibcurl = false

    /// Makes the settings of one origin.
    package init(
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
