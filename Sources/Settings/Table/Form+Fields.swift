// Value. The forms of secrets, and of request fields, whose values may be secrets.

import HTTPMessage

extension Form where Value == Credential {
    /// A secret, as `{file: PATH}` or `{env: NAME}`.
    ///
    /// - Parameter allowsText: Whether it may also be written in the configuration, because it is not really secret.
    /// - Returns: The form; its text shows no secret.
    static func credential(allowsText: Bool = false) -> Form {
        let sources = "{file: PATH} or {env: NAME}"
        return Form(
            kind: allowsText ? "text or secret" : "secret",
            range: allowsText ? "a text, \(sources)" : sources,
            parse: { entry, findings in
                if entry.isMapping {
                    return readSource(entry, expected: sources, &findings).map(Credential.init(from:))
                }
                guard allowsText else {
                    findings.problem(entry.path, at: entry.place, "is not a file's or a variable's", expected: sources)
                    return nil
                }
                return entry.text(expected: "a text, \(sources)", &findings).map { Credential($0) }
            },
            text: \.description
        )
    }
}

private func readSource(_ entry: Entry, expected: String, _ findings: inout Findings) -> Credential.Source? {
    guard let pairs = entry.pairs(of: expected, &findings) else { return nil }
    guard pairs.count == 1, let pair = pairs.first else {
        findings.problem(entry.path, at: entry.place, "says \(pairs.count) places to read from", expected: expected)
        return nil
    }
    let child = Entry(path: "\(entry.path).\(pair.key)", node: pair.value, reader: entry.reader)
    switch pair.key {
    case "file": return Form<String>.path().parse(child, &findings).map { .file($0) }
    case "env":
        guard let name = child.text(expected: "a variable's name", &findings) else { return nil }
        guard !name.isEmpty, name.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }) else {
            let mistake = Mistake(message: "\(quoted(name)) is not a variable's name", expected: "such as LARDER_KEY")
            findings.problem(child.path, at: child.place, mistake)
            return nil
        }
        return .environment(name)
    default:
        findings.problem(child.path, at: pair.place, "unknown setting", expected: "file or env")
        return nil
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
                    guard let value = Form<Credential>.credential(allowsText: true).parse(child, &findings) else {
                        continue
                    }
                    let isGiven = fields.contains { $0.name.lowercased() == pair.key.lowercased() }
                    if let mistake = isGiven ? fieldIsGiven : fieldMistake(pair.key, value) {
                        findings.problem(child.path, at: pair.place, mistake)
                    } else if value.source == .configuration, mayBeSecret(pair.key) {
                        findings.warning(
                            child.path,
                            "the value is in the configuration: everyone who can read that knows it",
                            expected: "{file: PATH} or {env: NAME} if it is a secret"
                        )
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

/// Fields that larder sets itself: a second one would change the framing, the key or the requested resource.
private let ownFields: Set<String> = [
    "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "proxy-connection",
    "range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "expect",
]

/// Fields whose values are always secrets.
private let secretFields: Set<String> = ["authorization", "proxy-authorization", "cookie"]

/// Whether a field's name suggests that its value is a secret.
private func mayBeSecret(_ name: String) -> Bool {
    let words = name.lowercased().split(separator: "-")
    return ["key", "apikey", "token", "secret", "password", "auth", "signature"].contains { words.contains($0) }
}

private func fieldMistake(_ name: String, _ value: Credential) -> Mistake? {
    let lowercase = name.lowercased()
    if !isToken(name) { return Mistake(message: "is not a field name", expected: "letters, digits and hyphens") }
    if lowercase == "host" {
        return Mistake(message: "Host has a setting of its own", expected: "host_header")
    }
    if ownFields.contains(lowercase) {
        return Mistake(message: "larder sets this field itself", expected: "another field")
    }
    guard value.source == .configuration else { return nil }
    if secretFields.contains(lowercase) {
        return Mistake(
            message: "a secret is in the configuration: everyone who can read that knows it",
            expected: "{file: PATH} or {env: NAME}"
        )
    }
    return fieldValueMistake(value.secret.reveal())
}

/// The mistake in a field's value, whatever its source; the value is not shown.
func fieldValueMistake(_ value: String) -> Mistake? {
    // RFC 9110 §5.5: visible characters, spaces and tabs; not at the ends. Bytes above ASCII pass.
    let isLine = value.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
    let isTrimmed = value.first != " " && value.last != " " && value.first != "\t" && value.last != "\t"
    guard isLine, isTrimmed, value.utf8.count <= 4096 else {
        return Mistake(message: "the value is not one line of text", expected: "at most 4096 bytes, no line break")
    }
    return nil
}
