// A value. From what people write (a path, a URL, the beginning or a pattern of one) to the bytes of cache keys, in the
// spelling that requests get: /a%7eb and /a~b are one key.

import Hummingbird
import Proxy

struct KeyText {
    let proxy: Proxy
    /// Keys have a host: then a text must be a full URL.
    let keyHasHost: Bool

    /// The key of a path or URL.
    func key(_ text: String, field: String) throws(Refusal) -> [UInt8] {
        let (host, path) = try split(text, field: field)
        return try normal(path, host: host, of: text, field: field)
    }

    /// The beginning of keys; a slash at its end stays.
    func prefix(_ text: String, field: String) throws(Refusal) -> [UInt8] {
        try key(text, field: field)
    }

    /// A pattern of keys: `*` and `?` stay what they are, the text between them is spelled as in keys.
    func glob(_ text: String, field: String) throws(Refusal) -> [UInt8] {
        guard !text.hasPrefix("*") else { return try spell(text, of: text, field: field) }
        let (host, path) = try split(text, field: field)
        let start = keyHasHost ? Array("//\(host.lowercased())".utf8) : []
        return start + (try spell(path, of: text, field: field))
    }

    /// Spells the pieces between question marks one by one: to the normal form a question mark begins a query.
    private func spell(_ pattern: String, of text: String, field: String) throws(Refusal) -> [UInt8] {
        // Before each piece stands what keeps its beginning from being a dot segment.
        let guardText = "/~"
        var spelled: [[UInt8]] = []
        for piece in pattern.split(separator: "?", omittingEmptySubsequences: false) {
            guard let key = proxy.key(path: guardText + piece, host: ""),
                case let path = keyHasHost ? Array(key.dropFirst(2)) : key, path.starts(with: guardText.utf8)
            else { throw unusable(text, field) }
            spelled.append(Array(path.dropFirst(guardText.utf8.count)))
        }
        return Array(spelled.joined(separator: [UInt8(ascii: "?")]))
    }

    private func normal(
        _ path: String,
        host: String,
        of text: String,
        field: String
    ) throws(Refusal) -> [UInt8] {
        guard let key = proxy.key(path: path, host: host) else { throw unusable(text, field) }
        return key
    }

    private func unusable(_ text: String, _ field: String) -> Refusal {
        Refusal(
            status: .badRequest,
            detail: "\"\(text)\" can be no key: a percent sign without two digits, a NUL, or a path above the root.",
            field: field
        )
    }

    private func split(_ text: String, field: String) throws(Refusal) -> (host: String, path: String) {
        let lower = text.lowercased()
        for scheme in ["http://", "https://"] where lower.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let host = rest.prefix { $0 != "/" && $0 != "?" }
            guard !host.isEmpty else { break }
            let path = rest.dropFirst(host.count)
            return (String(host), path.hasPrefix("/") ? String(path) : "/" + path)
        }
        guard !keyHasHost else {
            throw Refusal(
                status: .badRequest,
                detail: "\"\(text)\" is no full URL: with host_header: client the host is part of the key.",
                field: field
            )
        }
        guard text.hasPrefix("/") else {
            throw Refusal(
                status: .badRequest,
                detail: "\"\(text)\" is neither a path, which begins with a slash, nor a URL, which begins with http.",
                field: field
            )
        }
        return ("", text)
    }
}
