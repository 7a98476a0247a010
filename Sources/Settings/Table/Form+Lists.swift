// Value. The forms of settings that are a word or a list of names.

import HTTPMessage

extension Form {
    /// One of a few words, or a list of names.
    ///
    /// - Parameters:
    ///   - words: The words and their values.
    ///   - name: What a name is, for people: "a field name, such as Accept".
    ///   - make: Makes the value of a list of names.
    ///   - names: The names in a value; nil if a word stands for it.
    ///   - read: Normalizes a name, or says why it is not one.
    /// - Returns: The form.
    static func wordOrNames(
        _ words: [(word: String, value: Value)],
        name: String,
        make: @escaping @Sendable ([String]) -> Value,
        names: @escaping @Sendable (Value) -> [String]?,
        read: @escaping @Sendable (String) throws(Mistake) -> String
    ) -> Form where Value: Equatable {
        let word = Form.choice(words)
        let expected = (words.map(\.word) + ["a list, each item \(name)"]).joined(separator: ", or ")
        return Form(
            kind: "choice or list",
            range: (words.map(\.word) + ["a list"]).joined(separator: ", "),
            parse: { entry, findings in
                guard entry.isList else {
                    guard !words.isEmpty else {
                        findings.problem(entry.path, at: entry.place, "is not a list", expected: expected)
                        return nil
                    }
                    return word.parse(entry, &findings)
                }
                return readNames(entry, name, expected, read, &findings).map(make)
            },
            text: { value in
                guard let names = names(value) else { return word.text(value) }
                return names.isEmpty ? "[]" : names.joined(separator: ", ")
            }
        )
    }
}

/// The most names in a list: each request searches it.
private let namesLimit = 64

private func readNames(
    _ entry: Entry,
    _ name: String,
    _ expected: String,
    _ read: (String) throws(Mistake) -> String,
    _ findings: inout Findings
) -> [String]? {
    guard let items = entry.items(expected: expected, &findings) else { return nil }
    guard items.count <= namesLimit else {
        findings.problem(entry.path, "has \(items.count) items", expected: "at most \(namesLimit)")
        return nil
    }
    var names: [String] = []
    var isWhole = true
    for item in items {
        guard let text = item.text(expected: name, &findings) else {
            isWhole = false
            continue
        }
        do throws(Mistake) {
            let read = try read(text)
            if !names.contains(read) { names.append(read) }
        } catch {
            findings.problem(item.path, at: item.place, error)
            isWhole = false
        }
    }
    return isWhole ? names : nil
}

extension Form where Value == ForwardedFields {
    /// Which request fields are forwarded.
    static var forwardedFields: Form {
        wordOrNames(
            [("all", .all), ("pictures", .pictures)],
            name: "a field name, such as Accept",
            make: ForwardedFields.names,
            names: { if case .names(let names) = $0 { names } else { nil } },
            read: { (text) throws(Mistake) in
                guard isToken(text) else {
                    throw Mistake(message: "\(quoted(text)) is not a field name", expected: "such as Accept")
                }
                return text.lowercased()
            }
        )
    }
}

extension Form where Value == QueryParameters {
    /// Which query parameters are part of the key.
    static var queryParameters: Form {
        wordOrNames(
            [("keep", .keep), ("ignore", .ignore)],
            name: "a parameter's name, such as width",
            make: QueryParameters.names,
            names: { if case .names(let names) = $0 { names } else { nil } },
            read: { (text) throws(Mistake) in
                guard !text.isEmpty, text.utf8.count <= 256, !text.contains(where: { "&=#?".contains($0) }) else {
                    throw Mistake(
                        message: "\(quoted(text)) is not the name of a query parameter",
                        expected: "such as width, without & = # ?"
                    )
                }
                return text
            }
        )
    }
}

extension Form where Value == ExpectedImages {
    /// The paths that are expected to be pictures.
    static var expectedImages: Form {
        wordOrNames(
            [("off", .off), ("all", .all)],
            name: "the end of a path, such as .jpg",
            make: ExpectedImages.extensions,
            names: { if case .extensions(let names) = $0 { names } else { nil } },
            read: { (text) throws(Mistake) in
                guard text.hasPrefix("."), text.utf8.count > 1, text.dropFirst().utf8.allSatisfy(ASCII.isAlphanumeric)
                else {
                    throw Mistake(message: "\(quoted(text)) is not the end of a path", expected: "such as .jpg")
                }
                return text.lowercased()
            }
        )
    }
}

extension Form where Value == [String] {
    /// Media types of pictures; an empty list turns variants by type off.
    static var pictureTypes: Form {
        wordOrNames(
            [],
            name: "a media type, such as image/avif",
            make: { $0 },
            names: { $0 },
            read: { (text) throws(Mistake) in
                let lower = text.lowercased()
                guard lower.hasPrefix("image/"), isToken(String(lower.dropFirst(6))), !lower.contains("*") else {
                    throw Mistake(
                        message: "\(quoted(text)) is not a picture's media type",
                        expected: "such as image/avif"
                    )
                }
                return lower
            }
        )
    }
}

extension Form where Value == String? {
    /// The name of larder in CDN-Loop: a pseudonym, or a host with or without a port (RFC 8586 §2).
    static var loopID: Form {
        Form<String>.scalar("name", range: "letters, digits, . - _ :", expected: "a name", text: { $0 }) {
            (text, _) throws(Mistake) in
            let isName = text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || ".-_:".utf8.contains($0) }
            guard (1...128).contains(text.utf8.count), isName else {
                throw Mistake(message: "\(quoted(text)) is not a name", expected: "such as larder-web-03")
            }
            return text
        }
        .optional(none: "made from host and address")
    }
}

/// Whether a text is a token (RFC 9110 §5.6.2).
func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
}
