// Value. The settings of the admin interface. Invariant after reading a file: an address that others can reach has a
// token.

extension Configuration {
    /// The settings of the admin interface.
    package struct Admin: Sendable, Equatable {
        /// Where the admin interface listens; never one of the picture port's addresses.
        package var listen = ListenAddress.tcp(host: "127.0.0.1", port: 8081)
        /// The absolute path of the file that holds the token.
        package var tokenFile: String?
        /// The bearer token that a request must have; nil requires none.
        package var token: Secret?

        /// Makes the default settings: loopback only, no token.
        package init() {}
    }
}
