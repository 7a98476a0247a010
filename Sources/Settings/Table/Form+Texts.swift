// value
// The forms of texts with a meaning: paths, URLs, addresses, hosts, fields.

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
        scalar("URL", range: "http, https or file", expected: "a URL", text: \.text) {
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

extension Form where Value == [HeaderField] {
    /// Request fields, as a mapping of names to values.
    ///
    /// The text shows names only: values may be credentials.
    static var fields: Form {
        Form(
            kind: "mapping",
            range: "at most 32 fields",
            parse: { entry, findings in
                guard let pairs = entry.pairs(of: "fields, each as `Name: value`", &findings) else { return nil }
                var fields: [HeaderField] = []
                for pair in pairs {
                    let child = Entry(path: "\(entry.path).\(pair.key)", node: pair.value, reader: entry.reader)
                    findings.found(child.path, at: pair.place)
                    guard let value = child.text(expected: "a text", &findings) else { continue }
                    let isGiven = fields.contains { $0.name.lowercased() == pair.key.lowercased() }
                    if let mistake = isGiven ? fieldIsGiven : fieldMistake(pair.key, value) {
                        findings.problem(child.path, at: pair.place, mistake)
                    }
                    fields.append(HeaderField(name: pair.key, value: value))
                }
                if fields.count > 32 {
                    findings.problem(entry.path, "has \(fields.count) fields", expected: "at most 32")
                }
                return fields
            },
            text: { $0.isEmpty ? "none" : $0.map(\.name).joined(separator: ", ") }
        )
    }
}

private let fieldIsGiven = Mistake(message: "is given twice (case does not count)", expected: "it once")

/// Fields that larder sets itself: a second one would change the framing, the key or what is asked for.
private let ownFields: Set<String> = [
    "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "proxy-connection",
    "range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "expect",
]

private func fieldMistake(_ name: String, _ value: String) -> Mistake? {
    let lowercase = name.lowercased()
    if !isToken(name) { return Mistake(message: "is not a field name", expected: "letters, digits and hyphens") }
    if lowercase == "host" {
        return Mistake(message: "Host has a setting of its own", expected: "host_header: \(value)")
    }
    if ownFields.contains(lowercase) {
        return Mistake(message: "larder sets this field itself", expected: "another field")
    }
    // RFC 9110 §5.5: visible characters, spaces and tabs; not at the ends. Bytes above ASCII pass.
    let isLine = value.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
    let isTrimmed = value.first != " " && value.last != " " && value.first != "\t" && value.last != "\t"
    guard isLine, isTrimmed, value.utf8.count <= 4096 else {
        return Mistake(message: "the value is not one line of text", expected: "at most 4096 bytes, no line break")
    }
    return nil
}
