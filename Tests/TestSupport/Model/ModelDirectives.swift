// Values. The directives of a message (RFC 9111 §5.2, RFC 9213) as the model reads them.

/// The cache directives of a message.
package struct ModelDirectives: Sendable {
    /// Names in lower case, arguments as sent but for their quotes.
    package let all: [(name: String, argument: String?)]
    /// They come from a targeted field: Expires does not count (RFC 9213 §2.2).
    package let isTargeted: Bool

    /// Reads a field's lines.
    package init(_ fields: ModelFields, field: String = "Cache-Control") {
        self.init(fields.values(field).flatMap(ModelText.members).map(Self.directive), isTargeted: false)
    }

    private init(_ all: [(name: String, argument: String?)], isTargeted: Bool) {
        self.all = all
        self.isTargeted = isTargeted
    }

    /// Reads what a response says to a cache that is a CDN's, by the first target that is valid (RFC 9213 §2.2).
    package init(ofResponse fields: ModelFields) {
        for target in ["Larder-Cache-Control", "CDN-Cache-Control"] {
            guard let value = fields.joined(target), let members = Self.dictionary(value) else { continue }
            self.init(members, isTargeted: true)
            return
        }
        self.init(fields)
    }

    /// Whether a directive is there, with or without an argument.
    package func has(_ name: String) -> Bool { all.contains { $0.name == name } }

    /// The first argument of a directive in seconds: nil where it is absent, 0 where it is no number, which §4.2.1 lets
    /// count as stale.
    package func seconds(_ name: String) -> Int? {
        guard let first = all.first(where: { $0.name == name }) else { return nil }
        return first.argument.flatMap(ModelText.deltaSeconds) ?? 0
    }

    /// Whether a directive that may name fields concerns the whole response: somewhere it names none, or is malformed.
    package func isUnqualified(_ name: String) -> Bool {
        all.contains { directive in
            guard directive.name == name else { return false }
            let names = directive.argument.map(ModelText.members) ?? []
            return names.isEmpty || !names.allSatisfy(ModelText.isToken)
        }
    }

    private static func directive(_ text: String) -> (name: String, argument: String?) {
        guard let equals = text.firstIndex(of: "=") else { return (text.lowercased(), nil) }
        let before = String(text[..<equals])
        let after = String(text[text.index(after: equals)...])
        let name = ModelText.trimmed(before).lowercased()
        // Blanks around the equals sign are in no grammar: then there is an argument, and it is no number.
        guard before == ModelText.trimmed(before), after == ModelText.trimmed(after) else { return (name, " ") }
        guard after.hasPrefix("\""), after.hasSuffix("\""), after.count >= 2 else { return (name, after) }
        var value = ""
        var isAfterBackslash = false
        for scalar in after.dropFirst().dropLast().unicodeScalars {
            if scalar == "\\", !isAfterBackslash {
                isAfterBackslash = true
                continue
            }
            isAfterBackslash = false
            value.unicodeScalars.append(scalar)
        }
        return (name, value)
    }

    /// The members of a Dictionary, as far as walks make them: nil where one is not of that form, or there is none.
    private static func dictionary(_ value: String) -> [(name: String, argument: String?)]? {
        guard !ModelText.trimmed(value).isEmpty else { return nil }
        var members: [(name: String, argument: String?)] = []
        for text in value.split(separator: ",", omittingEmptySubsequences: false).map({ ModelText.trimmed(String($0)) })
        {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let key = parts[0]
            let isKey = key.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("0"..."9").contains($0) || "_-.*".unicodeScalars.contains($0)
            }
            guard isKey, let first = key.unicodeScalars.first, ("a"..."z").contains(first) || first == "*" else {
                return nil
            }
            guard parts.count == 2 else {
                members.append((key, nil))
                continue
            }
            guard !parts[1].isEmpty, parts[1].count <= 15, parts[1].allSatisfy(\.isNumber) else { return nil }
            members.append((key, parts[1]))
        }
        // Of a key that is repeated the last counts (RFC 9651 §4.2.2).
        var last: [(name: String, argument: String?)] = []
        for member in members {
            last.removeAll { $0.name == member.name }
            last.append(member)
        }
        return last
    }
}
