// Value. The forms of texts with a meaning: paths, URLs, addresses, hosts, fields.

import HTTPMessage

extension Form where Value == String {
    /// A path; a relative one starts from the directory of the configuration file.
    ///
    /// - Parameter exception: A text that stands for itself, such as `-`.
    /// - Returns: The form of absolute paths.
    static func path(except exception: String? = nil) -> Form {
        scalar(
            "path",
            expected: "a path",
            text: { $0 },
            read: { (text, directory) throws(Mistake) in
                if text == exception { return text }
                guard !text.isEmpty, !text.contains("\0") else {
                    throw Mistake(message: "\(quoted(text)) is not a path", expected: "a path")
                }
                if text.hasPrefix("~") {
                    throw Mistake(
                        message: "\(quoted(text)) begins with ~, which only a shell expands",
                        expected: "a path"
                    )
                }
                return FilePath.absolute(text, in: directory)
            }
        )
    }
}

extension Form where Value == OriginURL {
    /// An origin's URL.
    static var url: Form {
        scalar("URL", range: list(OriginURL.Scheme.allCases.map(\.rawValue)), expected: "a URL", text: \.text) {
            (text, directory) throws(Mistake) in try OriginURL(text, relativeTo: directory)
        }
    }
}

extension Form where Value == ListenAddress {
    /// An address to listen on.
    static var address: Form {
        scalar("address", range: "host:port or unix:/path", expected: "an address", text: \.description) {
            (text, directory) throws(Mistake) in try ListenAddress(text, relativeTo: directory)
        }
    }
}

extension Form where Value == [ListenAddress] {
    /// One address to listen on, or a list of them.
    static var addresses: Form {
        let one = Form<ListenAddress>.address
        return Form(
            kind: "address or list",
            range: one.range,
            parse: { entry, findings in
                guard entry.isList else { return one.parse(entry, &findings).map { [$0] } }
                guard let items = entry.items(expected: "a list of addresses", &findings) else { return nil }
                var addresses: [ListenAddress] = []
                for item in items {
                    guard let address = one.parse(item, &findings) else { continue }
                    if let earlier = addresses.first(where: { $0.overlaps(address) }) {
                        let message = "\(address) is already listened on (\(earlier))"
                        findings.problem(item.path, at: item.place, message, expected: "each address once")
                    }
                    addresses.append(address)
                }
                guard !items.isEmpty else {
                    findings.problem(entry.path, "the list is empty", expected: "at least one address")
                    return nil
                }
                return addresses.isEmpty ? nil : addresses
            },
            text: { $0.map(\.description).joined(separator: ", ") }
        )
    }
}

extension Form where Value == HostHeader {
    /// What goes into Host.
    static var host: Form {
        let expected = "origin, client or a host name"
        return scalar("choice or host", range: expected, expected: expected, text: \.description) {
            (text, _) throws(Mistake) in
            switch text {
            case "origin": return .origin
            case "client": return .client
            default:
                _ = try HostAndPort.parse(text, defaultPort: 80, expected: expected)
                return .name(text)
            }
        }
    }
}

extension Form where Value == OriginURL {
    /// The server of an object store.
    static var endpoint: Form {
        let expected = "http://host:port or https://host"
        return scalar("URL", range: "http or https", expected: expected, text: \.text) { (text, _) throws(Mistake) in
            let url = try OriginURL(text)
            guard url.scheme == .http || url.scheme == .https else {
                throw Mistake(message: "\(quoted(text)) is not the URL of a server", expected: expected)
            }
            return url
        }
    }
}

extension Form where Value == String {
    /// The prefix of request paths that is removed.
    static var strip: Form {
        let expected = "the beginning of paths, such as /images"
        return scalar("path", expected: expected, text: \.self) { (text, _) throws(Mistake) in
            guard text.hasPrefix("/"), !text.contains("?"), !text.contains("#") else {
                throw Mistake(message: "\(quoted(text)) is not a path", expected: expected)
            }
            guard let decoded = PercentEncoding.decodedText(text[...]), !decoded.contains("\0") else {
                throw Mistake(message: "\(quoted(text)) is not percent-encoded UTF-8", expected: "% written as %25")
            }
            let segments = decoded.split(separator: "/")
            guard !segments.isEmpty, !segments.contains("."), !segments.contains("..") else {
                throw Mistake(message: "\(quoted(text)) names no beginning of paths", expected: expected)
            }
            // Spelled as in the targets of requests.
            return PercentEncoding.path("/\(segments.joined(separator: "/"))".utf8)
        }
    }

    /// A name that a server's certificate may have.
    static var serverName: Form {
        let expected = "a host name, without a port"
        return scalar("host", expected: expected, text: \.self) { (text, _) throws(Mistake) in
            guard !text.isEmpty, HostAndPort.isName(text), !HostAndPort.isIPv4(text) else {
                throw Mistake(message: "\(quoted(text)) is not a host name", expected: expected)
            }
            return text.lowercased()
        }
    }

    /// A region of an object store: it becomes part of a host name.
    static var region: Form {
        let expected = "a region such as eu-central-1"
        return scalar("name", range: "letters, digits and hyphens", expected: expected, text: \.self) {
            (text, _) throws(Mistake) in
            let isName = text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            guard isName, (1...63).contains(text.utf8.count), text.first != "-", text.last != "-" else {
                throw Mistake(message: "\(quoted(text)) is not a region", expected: expected)
            }
            return text
        }
    }
}
