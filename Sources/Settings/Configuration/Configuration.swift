// value
// Everything larder can be told, parsed and checked: handlers are given this and never see the file.
// Made by ConfigurationFile and swapped whole on a reload; nothing changes a Configuration that is in use.
// The initial values below are the defaults: the table of settings reads them from here.

/// The whole of larder's settings, as one immutable value.
public struct Configuration: Sendable, Equatable {
    /// Where the picture port listens; never empty.
    public var listen: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 8080)]
    /// The admin interface.
    public var admin = Admin()
    /// The store, and how long responses stay fresh where the origin does not say.
    public var cache = Cache()
    /// The origins in the order they are asked; never empty in a configuration that was read from a file.
    public var origins: [Origin] = []
    /// Requests that go to other origins, or are cached by other rules.
    public var routes: [Route] = []
    /// Which request fields may reach an origin on a request whose answer may be stored.
    public var forwardHeaders = ForwardedFields.all
    /// What becomes of Forwarded and the X-Forwarded-* fields.
    public var forwarded = ForwardedHandling.keep
    /// The name in CDN-Loop (RFC 8586); nil has one made.
    public var loopID: String?
    /// The access log; nil writes none.
    public var accessLog: AccessLog?
    /// larder's own log.
    public var log = Log()
    /// The bounds of the picture port and of fills.
    public var limits = Limits()
    /// The number of event loops that serve pictures; a file that does not say gets one a core.
    public var threads = 1

    /// Makes a configuration of defaults, without an origin and without a cache directory.
    public init() {}
}
