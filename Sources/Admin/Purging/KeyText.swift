// A value. From what people write (a path, a URL, the beginning or a pattern of one) to the bytes of cache keys, in the
// spelling that requests get: /a%7eb and /a~b are one key. Which keys a URL has is the routes' to say.

import Hummingbird
import Proxy

struct KeyText {
    let routes: RouteTable

    /// The keys of a path or URL.
    func keys(_ text: String, field: String) throws(Refusal) -> [[UInt8]] {
        let (host, path) = try split(text, field: field)
        return try refusing(text, field) { () throws(KeyProblem) in try routes.keys(path: path, host: host) }
    }

    /// The beginnings of keys; a slash at its end stays.
    func prefixes(_ text: String, field: String) throws(Refusal) -> [[UInt8]] {
        let (host, path) = try split(text, field: field)
        return try refusing(text, field) { () throws(KeyProblem) in try routes.prefixes(path: path, host: host) }
    }

    /// Patterns of keys: `*` and `?` stay what they are, the text between them is spelled as in keys.
    func globs(_ text: String, field: String) throws(Refusal) -> [[UInt8]] {
        guard !text.hasPrefix("*") else {
            return try refusing(text, field) { () throws(KeyProblem) in try routes.patterns(of: text) }
        }
        let (host, path) = try split(text, field: field)
        return try refusing(text, field) { () throws(KeyProblem) in try routes.patterns(path: path, host: host) }
    }

    private func refusing(
        _ text: String,
        _ field: String,
        _ body: () throws(KeyProblem) -> [[UInt8]]
    ) throws(Refusal) -> [[UInt8]] {
        do throws(KeyProblem) {
            return try body()
        } catch {
            throw Refusal(status: .badRequest, detail: "\"\(text)\" \(Self.words(error))", field: field)
        }
    }

    private static func words(_ problem: KeyProblem) -> String {
        switch problem {
        case .malformed:
            "can be no key: a percent sign without two digits, a NUL, or a path above the root."
        case .badHost(let host):
            "names the host \"\(host)\", which no request can: a host is letters, digits, dots and dashes, with a port or "
                + "without; a name with letters beyond ASCII is written in its ASCII form, xn--..."
        case .needsHost(let route):
            "is no full URL (http://HOST/PATH): the host is part of the keys of \(route)."
        case .tooWide(let route):
            "is too wide: hosts share the pictures of \(route), and other keys have hosts. Name a longer path, or all."
        }
    }

    /// Takes a URL apart.
    /// - Returns: Its host, nil for a path alone, and its path with all that follows.
    func split(_ text: String, field: String) throws(Refusal) -> (host: String?, path: String) {
        let lower = text.lowercased()
        for scheme in ["http://", "https://"] where lower.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let host = rest.prefix { $0 != "/" && $0 != "?" }
            guard !host.isEmpty else { break }
            let path = rest.dropFirst(host.count)
            return (String(host), path.hasPrefix("/") ? String(path) : "/" + path)
        }
        guard text.hasPrefix("/") else {
            throw Refusal(
                status: .badRequest,
                detail: "\"\(text)\" is neither a path, which begins with a slash, nor a URL, which begins with http.",
                field: field
            )
        }
        return (nil, text)
    }
}
