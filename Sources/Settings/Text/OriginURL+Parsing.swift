// Value. Parses the URL of an origin. A URL that curl and a person might read differently is refused with a hint, since
// a wrong origin shows up as every picture missing. A relative `file:` URL is resolved against a directory.

package import HTTPMessage

extension OriginURL {
    /// Reads a URL.
    ///
    /// - Parameters:
    ///   - text: `http://host[:port][/prefix]`, `https://…`, `file:///directory` or `file:directory`.
    ///   - directory: The absolute directory that a relative `file:` URL starts from.
    /// - Throws: What is wrong with the URL.
    package init(_ text: String, relativeTo directory: String = "/") throws(Mistake) {
        guard let colon = text.firstIndex(of: ":"), OriginURL.looksLikeScheme(text[..<colon]) else {
            throw Mistake(message: "\(quoted(text)) is not a URL", expected: OriginURL.expected)
        }
        guard let scheme = Scheme(rawValue: text[..<colon].lowercased()) else {
            throw OriginURL.unsupported(String(text[..<colon]), in: text)
        }
        if let bad = text.unicodeScalars.first(where: { !OriginURL.isURLScalar($0, scheme: scheme) }) {
            throw Mistake(
                message: "\(quoted(text)) has the character \(quoted(String(bad)))",
                expected: "a percent-encoded URL"
            )
        }
        let rest = text[text.index(after: colon)...]
        self =
            switch scheme {
            case .file: try OriginURL.file(rest, text: text, directory: directory)
            case .s3: try OriginURL.bucket(rest, text: text)
            case .http, .https: try OriginURL.web(scheme, rest, text: text)
            }
    }

    private static let expected =
        "http://host:port/prefix, https://host/prefix, file:///directory or s3://bucket/prefix"

    private static func looksLikeScheme(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "+") }
    }

    private static func unsupported(_ scheme: String, in text: String) -> Mistake {
        let rest = text.dropFirst(scheme.count)
        // `files-1.lan:8080` has no dot in a scheme, but `localhost:8080/pictures` reads as one.
        if !rest.hasPrefix("://") {
            return Mistake(message: "\(quoted(text)) has no scheme", expected: "http://\(text)")
        }
        let known = Scheme.allCases.map(\.rawValue)
        return Mistake(message: "the scheme \(quoted(scheme)) is not supported", expected: list(known))
    }

    private static func isURLScalar(_ scalar: Unicode.Scalar, scheme: Scheme) -> Bool {
        // A path of this machine may be written as in the file system, spaces and umlauts included.
        if scheme == .file { return scalar.value >= 0x20 && scalar.value != 0x7F }
        return scalar.isASCII && scalar.value > 0x20 && scalar.value != 0x7F
            && !"\"<>\\^`{|}".unicodeScalars.contains(scalar)
    }

    private static func web(_ scheme: Scheme, _ rest: Substring, text: String) throws(Mistake) -> OriginURL {
        guard rest.hasPrefix("//") else {
            throw Mistake(message: "\(quoted(text)) has no host", expected: "\(scheme.rawValue)://host/prefix")
        }
        let afterSlashes = rest.dropFirst(2)
        let authority = afterSlashes.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let remainder = afterSlashes.dropFirst(authority.count)
        if remainder.contains("?") || remainder.contains("#") {
            throw Mistake(
                message: "\(quoted(text)) has a query or a fragment",
                expected: "a URL that ends with its path"
            )
        }
        if authority.contains("@") {
            throw Mistake(
                message: "the URL holds a user name or a password",
                expected: "an Authorization field under headers, its value as {file: PATH}"
            )
        }
        let (host, port) = try HostAndPort.parse(
            String(authority),
            defaultPort: scheme.defaultPort,
            expected: expected
        )
        if host.contains("%") {
            throw Mistake(message: "\(quoted(host)) has a zone", expected: "an address without %, or a host name")
        }
        let path = try checkedPath(remainder, text: text)
        return OriginURL(scheme: scheme, host: host, port: port, path: path)
    }

    private static func bucket(_ rest: Substring, text: String) throws(Mistake) -> OriginURL {
        let expected = "s3://bucket/prefix"
        guard rest.hasPrefix("//") else {
            throw Mistake(message: "\(quoted(text)) names no bucket", expected: expected)
        }
        let name = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let remainder = rest.dropFirst(2 + name.count)
        if remainder.contains("?") || remainder.contains("#") {
            throw Mistake(message: "\(quoted(text)) has a query or a fragment", expected: expected)
        }
        // The rules of Amazon's: other stores' are no wider.
        let isName = name.utf8.allSatisfy { byte in
            ASCII.isAlphanumeric(byte) && !ASCII.isUpper(byte) || byte == ASCII.dash || byte == ASCII.dot
        }
        guard isName, (3...63).contains(name.utf8.count) else {
            throw Mistake(
                message: "\(quoted(String(name))) is not the name of a bucket",
                expected: "3 to 63 lower-case letters, digits, hyphens and dots; the server goes into s3.endpoint"
            )
        }
        let path = try checkedPath(remainder, text: text)
        return OriginURL(scheme: .s3, host: String(name), port: 0, path: path)
    }

    private static func checkedPath(_ path: Substring, text: String) throws(Mistake) -> String {
        guard PercentEncoding.decoded(path.utf8) != nil else {
            throw Mistake(message: "\(quoted(text)) has a % without two hex digits", expected: "a percent-encoded URL")
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        if segments.contains("..") || segments.contains(".") {
            throw Mistake(message: "\(quoted(text)) has a . or .. segment", expected: "the path it means")
        }
        return String(path.trimmingSuffix { $0 == "/" })
    }

    private static func file(_ rest: Substring, text: String, directory: String) throws(Mistake) -> OriginURL {
        var place = rest
        if rest.hasPrefix("//") {
            place = rest.dropFirst(2)
            if place.lowercased().hasPrefix("localhost/") { place = place.dropFirst("localhost".count) }
            guard place.hasPrefix("/") else {
                throw Mistake(
                    message: "\(quoted(text)) names a host",
                    expected: "file:///directory with three slashes, or file:directory for a relative one"
                )
            }
        }
        guard !place.isEmpty else {
            throw Mistake(message: "\(quoted(text)) names no directory", expected: "file:///directory")
        }
        guard let decoded = PercentEncoding.decodedText(place), !decoded.contains("\0") else {
            throw Mistake(
                message: "\(quoted(text)) is not percent-encoded UTF-8",
                expected: "file:///directory with % written as %25"
            )
        }
        let path = FilePath.absolute(decoded, in: directory)
        return OriginURL(scheme: .file, host: "", port: 0, path: path)
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
        var result = self
        while let last = result.last, matches(last) { result.removeLast() }
        return result
    }
}
