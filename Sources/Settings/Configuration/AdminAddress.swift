// Value. Where a command finds the admin interface of a running larder: on this machine or another, by a URL or a
// socket.

/// The address of an admin interface.
package struct AdminAddress: Sendable, Equatable {
    private static let expected = "http://HOST:PORT, https://HOST[:PORT] or unix:/path"

    /// Scheme, host and port, and the path under which a proxy serves the interface; without a slash at its end.
    package let base: String
    /// The absolute path of the socket to connect to; nil to connect to the host of `base`.
    package let socket: String?

    /// The address of an interface of this machine.
    ///
    /// - Parameter listen: Where it listens; for a wildcard address, the loopback address is used.
    package init(_ listen: ListenAddress) {
        switch listen {
        case .unix(let path):
            self.init(base: "http://localhost", socket: path)
        case .tcp(let host, let port):
            let reachable = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
            self.init(base: "http://\(ListenAddress.tcp(host: reachable, port: port))", socket: nil)
        }
    }

    /// Reads an address.
    ///
    /// - Parameters:
    ///   - text: A URL (http or https), or `unix:/path`.
    ///   - directory: The absolute directory that a relative socket path starts from.
    /// - Throws: What is wrong with the address.
    package init(_ text: String, relativeTo directory: String = "/") throws(Mistake) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Mistake(message: "\(quoted(text)) is not an address", expected: AdminAddress.expected)
        }
        let scheme = text[..<colon].lowercased()
        if scheme == "unix" {
            self.init(try ListenAddress("unix:\(text[text.index(after: colon)...])", relativeTo: directory))
            return
        }
        guard scheme == "http" || scheme == "https", text[colon...].hasPrefix("://") else {
            throw Mistake(message: "\(quoted(text)) is not an address", expected: AdminAddress.expected)
        }
        let rest = text[colon...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !path.contains("?"), !path.contains("#") else {
            throw Mistake(message: "\(quoted(text)) has more than a path", expected: AdminAddress.expected)
        }
        let port = scheme == "https" ? 443 : 80
        let (host, given) = try HostAndPort.parse(
            String(authority),
            defaultPort: port,
            expected: AdminAddress.expected
        )
        let end = path.reversed().drop { $0 == "/" }.reversed()
        self.init(base: "\(scheme)://\(ListenAddress.tcp(host: host, port: given))\(String(end))", socket: nil)
    }

    private init(base: String, socket: String?) {
        self.base = base
        self.socket = socket
    }
}

extension AdminAddress: CustomStringConvertible {
    /// The address as it is written.
    package var description: String { socket.map { "unix:\($0)" } ?? base }
}

extension ListenAddress {
    /// Reads the address of a picture port from a command line.
    ///
    /// - Parameters:
    ///   - url: `http://HOST:PORT`, or `unix:/path`.
    ///   - directory: The absolute directory that a relative socket path starts from.
    /// - Throws: What is wrong with the address.
    package init(url: String, relativeTo directory: String = "/") throws(Mistake) {
        let address = try AdminAddress(url, relativeTo: directory)
        let authority = address.base.dropFirst("http://".count)
        guard address.base.hasPrefix("http://"), !authority.contains("/") else {
            throw Mistake(message: "\(quoted(url)) is not a picture port", expected: "http://HOST:PORT or unix:/path")
        }
        if let socket = address.socket {
            self = .unix(path: socket)
        } else {
            self = try ListenAddress(String(authority))
        }
    }
}
