// Value. Turns the text of a person (a path, a URL, a prefix or a pattern) into the bytes of cache keys, in the
// spelling that requests get: /a%7eb and /a~b are one key. The routes decide which keys a URL has.

import HTTPMessage
import Hummingbird
import Proxy
import Store

struct KeyText {
    let routes: RouteTable

    /// The keys of a path or URL.
    func keys(_ text: String, field: String) throws(AdminRefusal) -> [[UInt8]] {
        let name = try name(text, field: field)
        return try refusing(text, field) { () throws(KeyProblem) in
            try routes.keys(path: name.target, host: name.host)
        }
    }

    /// The prefixes of keys; a slash at the end stays.
    func prefixes(_ text: String, field: String) throws(AdminRefusal) -> [PurgeRule] {
        let name = try name(text, field: field)
        return try refusing(text, field) { () throws(KeyProblem) in
            try routes.prefixes(path: name.target, host: name.host)
        }
    }

    /// Patterns of keys: `*` and `?` stay as they are, the text between them is spelled as in keys.
    func globs(_ text: String, field: String) throws(AdminRefusal) -> [[UInt8]] {
        guard text.utf8.first != UInt8(ascii: "*") else {
            return try refusing(text, field) { () throws(KeyProblem) in try routes.patterns(of: text) }
        }
        let pattern: PictureName
        do {
            pattern = try PictureName(pattern: text.utf8)
        } catch .relative {
            throw Self.refusal(text, "is not a pattern of a path, /…, of a URL, http://…, or of any key, *….", field)
        } catch {
            throw Self.refusal(text, error.words, field)
        }
        return try refusing(text, field) { () throws(KeyProblem) in
            try routes.patterns(path: pattern.target, host: pattern.host)
        }
    }

    /// Reads a path or full URL.
    func name(_ text: String, field: String) throws(AdminRefusal) -> PictureName {
        do {
            return try PictureName(url: text.utf8)
        } catch {
            throw Self.refusal(text, error.words, field)
        }
    }

    private static func refusal(_ text: String, _ words: String, _ field: String) -> AdminRefusal {
        AdminRefusal(status: .badRequest, detail: "\"\(PercentEncoding.readable(text.utf8))\" \(words)", field: field)
    }

    private func refusing<Keys>(
        _ text: String,
        _ field: String,
        _ body: () throws(KeyProblem) -> Keys
    ) throws(AdminRefusal) -> Keys {
        do throws(KeyProblem) {
            return try body()
        } catch {
            throw Self.refusal(text, Self.words(error), field)
        }
    }

    private static func words(_ problem: KeyProblem) -> String {
        switch problem {
        case .malformed:
            "cannot be a key: a percent sign without two hexadecimal digits (the sign itself is %25), or a NUL."
        case .badHost(let host):
            "names the host \"\(host)\", which no request can have: a host consists of letters, digits, dots and dashes, with or "
                + "without a port; a name with letters beyond ASCII is written in its ASCII form, xn--..."
        case .needsHost(let route):
            "is not a full URL (http://HOST/PATH): the host is part of the keys of \(route)."
        case .tooWide(let route):
            "is too wide: it would also match keys of hosts other than those of \(route). "
                + "Use a longer path, or a prefix instead of a pattern (--prefix)."
        }
    }
}
