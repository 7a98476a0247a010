// Value. `host:port`, for listen addresses and origins' URLs. IPv6 addresses are in brackets; hosts become lower case.
// Only the form of a name is checked; nothing is resolved.

import HTTPMessage

/// Reads `host:port`.
enum HostAndPort {
    /// Splits the text.
    ///
    /// - Parameters:
    ///   - text: `host:port`, `[address]:port`, or without a port if `defaultPort` gives one.
    ///   - defaultPort: The port of a text without one; nil makes the port required, and allows port 0.
    ///   - expected: What to say was expected.
    /// - Returns: The host in lower case, without brackets, and the port.
    /// - Throws: What is wrong with the text.
    static func parse(
        _ text: String,
        defaultPort: Int?,
        expected: String
    ) throws(Mistake) -> (host: String, port: Int) {
        let (host, portText) = try split(text, expected: expected)
        guard !host.isEmpty else { throw Mistake(message: "\(quoted(text)) has no host", expected: expected) }
        guard host.contains(":") ? isIPv6(host) : isName(host) else {
            throw Mistake(message: "\(quoted(host)) is not a host name or an IP address", expected: expected)
        }
        guard let portText else {
            guard let defaultPort else { throw Mistake(message: "\(quoted(text)) has no port", expected: expected) }
            return (host.lowercased(), defaultPort)
        }
        let lowest = defaultPort == nil ? 0 : 1
        guard portText.utf8.allSatisfy({ ASCII.isDigit($0) }), let port = Int(portText),
            (lowest...65_535).contains(port)
        else {
            throw Mistake(
                message: "\(quoted(portText)) is not a port",
                expected: "a number from \(lowest) to 65535"
            )
        }
        return (host.lowercased(), port)
    }

    private static func split(_ text: String, expected: String) throws(Mistake) -> (String, String?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"), text[text.index(after: end)...].first.map({ $0 == ":" }) ?? true
            else { throw Mistake(message: "\(quoted(text)) is not [address]:port", expected: expected) }
            let host = String(text[text.index(after: text.startIndex)..<end])
            guard host.contains(":") else {
                throw Mistake(message: "\(quoted(host)) is not an IPv6 address", expected: expected)
            }
            let rest = text[text.index(after: end)...]
            return (host, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count > 2 {
            throw Mistake(message: "the IPv6 address in \(quoted(text)) is not in brackets", expected: "[::1]:8080")
        }
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }

    /// The form of an IPv6 address (RFC 4291 §2.2): up to eight groups, one `::` at most, IPv4 at the end allowed.
    static func isIPv6(_ text: String) -> Bool {
        let address = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if address.count == 2, address[1].isEmpty { return false }
        guard let body = address.first, !body.contains(":::") else { return false }
        let groups = body.split(separator: ":", omittingEmptySubsequences: false)
        let halves = countOfDoubleColons(body)
        guard groups.count >= 3, halves <= 1 else { return false }
        if body.hasPrefix(":"), !body.hasPrefix("::") { return false }
        if body.hasSuffix(":"), !body.hasSuffix("::") { return false }
        var count = 0
        for (index, group) in groups.enumerated() where !group.isEmpty {
            if group.contains(".") {
                guard index == groups.count - 1, isIPv4(String(group)) else { return false }
                count += 2
            } else {
                guard group.count <= 4, group.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return false }
                count += 1
            }
        }
        return halves == 1 ? count <= 7 : count == 8
    }

    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.utf8.allSatisfy { ASCII.isDigit($0) }
                    && (Int(part) ?? 256) <= 255
            }
    }

    /// A host name by its letters, or an IPv4 address; a name of digits and dots only must be an address.
    static func isName(_ text: String) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        if text.utf8.allSatisfy({ ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }) { return isIPv4(text) }
        let labels = (text.hasSuffix(".") ? text.dropLast() : text[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }

    private static func countOfDoubleColons(_ text: Substring) -> Int {
        var count = 0
        var previous: Character?
        for character in text {
            if character == ":", previous == ":" { count += 1 }
            previous = character
        }
        return count
    }
}
