// value
// The settings of the admin interface. Invariant after reading a file: an address that others can reach has a token.

extension Configuration {
    /// The settings of the admin interface.
    public struct Admin: Sendable, Equatable {
        /// Where the admin interface listens; never one of the picture port's addresses.
        public var listen = ListenAddress.tcp(host: "127.0.0.1", port: 8081)
        /// The absolute path of the file that holds the token.
        public var tokenFile: String?
        /// What a request must carry as bearer token; nil asks for none.
        public var token: Secret?

        /// Makes the default settings: loopback only, no token.
        public init() {}
    }
}
