// Value. The forms of routes: the list of them, and the host and path that select a route.

import HTTPMessage

extension Form where Value == [Configuration.RouteSettings] {
    /// The list of routes.
    static var routes: Form {
        let limit = 256
        return Form(
            kind: "list",
            range: "at most \(limit) routes",
            parse: { entry, findings in
                guard let items = entry.items(expected: "a list, each item as `- path: /prefix/`", &findings) else {
                    return nil
                }
                guard items.count <= limit else {
                    findings.problem(entry.path, "has \(items.count) routes", expected: "at most \(limit)")
                    return nil
                }
                return items.map { item in
                    var route = Configuration.RouteSettings()
                    findings.found(item.path, at: item.place)
                    item.reader.read(item.node, as: Table.route, at: item.path, into: &route, &findings)
                    return route
                }
            },
            text: { $0.isEmpty ? "none" : $0.map { "\($0.host) \($0.path)" }.joined(separator: ", ") }
        )
    }
}

extension Form where Value == RouteHost {
    /// A host name or address, or `*.` and a name.
    static var routeHost: Form {
        let expected = "a host name such as img.example.com, or *.example.com"
        return scalar("host", range: "a name, an address, or *.name", expected: expected, text: \.description) {
            (text, _) throws(Mistake) in
            let isWild = text.hasPrefix("*.")
            let host = isWild ? String(text.dropFirst(2)) : text
            let address = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
            if !isWild, let address = IPv6Address(address.utf8) { return .name(address.text) }
            // A port in the file would look as if it mattered.
            guard !host.contains(":") else {
                throw Mistake(message: "\(quoted(text)) has a port", expected: "the host alone: ports do not count")
            }
            guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
                throw Mistake(message: "\(quoted(text)) has letters beyond ASCII", expected: "its ASCII form, xn--...")
            }
            let name = RouteHost.bare(host)
            guard !name.isEmpty, HostAndPort.isName(name) else {
                throw Mistake(message: "\(quoted(text)) is not a host", expected: expected)
            }
            return isWild ? .subdomains(of: name) : .name(name)
        }
    }
}

extension Form where Value == String {
    /// A prefix of paths, in the spelling of cache keys.
    static var pathPrefix: Form {
        let expected = "the beginning of paths, such as /thumbs/"
        return scalar("path", expected: expected, text: \.self) { (text, _) throws(Mistake) in
            guard text.hasPrefix("/"), !text.contains("?"), !text.contains("#") else {
                throw Mistake(message: "\(quoted(text)) is not a path", expected: expected)
            }
            guard let decoded = PercentEncoding.decodedText(text[...]), !decoded.contains("\0") else {
                throw Mistake(message: "\(quoted(text)) is not percent-encoded UTF-8", expected: "% written as %25")
            }
            let spelled = PercentEncoding.path(decoded.utf8)
            // Keys distinguish "/a%2Fb" from "/a/b" (RFC 3986 §2.2), and nobody means the former.
            guard !PercentEncoding.encodesDelimiter(text[...]) else {
                throw Mistake(message: "\(quoted(text)) encodes a delimiter", expected: spelled)
            }
            guard !spelled.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
                throw Mistake(message: "\(quoted(text)) has a . or .. segment", expected: "the path it means")
            }
            return spelled
        }
    }
}
