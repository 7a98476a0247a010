// Value. All settings, parsed and checked: handlers get this value and never see the file. ConfigurationFile makes it,
// and a reload replaces it as a whole; a Configuration in use never changes. The initial values below are the defaults:
// the table of settings reads them from here.

/// The whole of larder's settings, as one immutable value.
package struct Configuration: Sendable, Equatable {
    /// Where the picture port listens; never empty.
    package var listen: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 8080)]
    /// The admin interface.
    package var admin = Admin()
    /// The store, and how long responses stay fresh if the origin does not say.
    package var cache = Cache()
    /// The origins in the order in which they are tried; never empty in a configuration that was read from a file.
    package var origins: [Origin] = []
    /// Requests that go to other origins, or are cached by other rules.
    package var routes: [RouteSettings] = []
    /// Which fields of a request may reach an origin if its response may be stored.
    package var forwardHeaders = ForwardedFields.all
    /// How to treat Forwarded and the X-Forwarded-* fields.
    package var forwarded = ForwardedHandling.keep
    /// The name in CDN-Loop (RFC 8586); if nil, larder makes one.
    package var loopID: String?
    /// The access log; nil for none.
    package var accessLog: AccessLogSettings?
    /// larder's own log.
    package var log = Log()
    /// The bounds of the picture port and of fills.
    package var limits = Limits()
    /// The number of event loops that serve pictures; by default the number of cores.
    package var threads = 1

    /// Makes a configuration of defaults, without an origin and without a cache directory.
    package init() {}
}
