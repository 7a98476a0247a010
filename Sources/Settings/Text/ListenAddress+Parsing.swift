// Value. Parses a listen address. A port alone is refused: loopback or every interface decides who can reach the
// pictures, so the file must say which.

extension ListenAddress {
    /// Reads an address.
    ///
    /// - Parameters:
    ///   - text: `host:port`, `[address]:port` or `unix:/path`.
    ///   - directory: The absolute directory that a relative socket path starts from.
    /// - Throws: What is wrong with the address.
    package init(_ text: String, relativeTo directory: String = "/") throws(Mistake) {
        let expected = "host:port such as 127.0.0.1:8080 or [::1]:8080, or unix:/path"
        if text.hasPrefix("unix:") {
            let written = text.dropFirst("unix:".count)
            guard !written.isEmpty, !written.hasSuffix("/"), !written.contains("\0") else {
                throw Mistake(message: "\(quoted(text)) names no socket", expected: "unix:/path/to/socket")
            }
            let path = FilePath.absolute(String(written), in: directory)
            // sun_path holds 108 bytes with the NUL (unix(7)).
            guard path.utf8.count <= 107 else {
                throw Mistake(message: "the socket's path has \(path.utf8.count) bytes", expected: "at most 107")
            }
            self = .unix(path: path)
            return
        }
        if let port = Int(text) {
            throw Mistake(
                message: "\(quoted(text)) has no host",
                expected: "127.0.0.1:\(port) for this machine only, or 0.0.0.0:\(port) for every interface"
            )
        }
        if text.hasPrefix("/") {
            throw Mistake(message: "\(quoted(text)) is a path", expected: "unix:\(text)")
        }
        if text.contains("://") {
            throw Mistake(message: "\(quoted(text)) is a URL", expected: expected)
        }
        if text.hasPrefix("*:") || (text.hasPrefix(":") && !text.hasPrefix("::")) {
            let port = text.drop { $0 != ":" }
            throw Mistake(message: "\(quoted(text)) has no host", expected: "0.0.0.0\(port) for every interface")
        }
        let (host, port) = try HostAndPort.parse(text, defaultPort: nil, expected: expected)
        self = .tcp(host: host, port: port)
    }
}
