// Values. Requests and responses as the model of a cache sees them: lines of text, read again for each question.
//
// The model is written from the text of RFC 9111 and shares nothing with larder: it is slow, plain, and easy to compare
// with the clauses it cites. Times are seconds since 1970.

/// A message's fields in order.
package struct ModelFields: Sendable {
    /// The lines.
    package var lines: [(name: String, value: String)]

    /// Makes fields.
    package init(_ lines: [(String, String)]) { self.lines = lines.map { ($0.0, $0.1) } }

    /// The values of a field, one a line, without blanks at their ends.
    package func values(_ name: String) -> [String] {
        lines.filter { $0.name.lowercased() == name.lowercased() }.map { ModelText.trimmed($0.value) }
    }

    /// Whether there is such a field.
    package func has(_ name: String) -> Bool { !values(name).isEmpty }

    /// All lines of a field as one value; nil where there is none.
    package func joined(_ name: String) -> String? {
        has(name) ? values(name).joined(separator: ", ") : nil
    }
}

/// A request.
package struct ModelRequest: Sendable {
    /// The method.
    package var method: String
    /// The fields.
    package var fields: ModelFields

    /// Makes a request.
    package init(method: String = "GET", fields: ModelFields) {
        self.method = method
        self.fields = fields
    }
}

/// A response and when it came.
package struct ModelResponse: Sendable {
    /// The status.
    package var status: Int
    /// The fields as received.
    package var fields: ModelFields
    /// When the request for it was sent, in seconds.
    package var requestTime: Int
    /// When it was received, in seconds.
    package var responseTime: Int

    /// Makes a response.
    package init(status: Int, fields: ModelFields, requestTime: Int, responseTime: Int) {
        self.status = status
        self.fields = fields
        self.requestTime = requestTime
        self.responseTime = responseTime
    }
}

enum ModelText {
    static func trimmed(_ text: String) -> String {
        var characters = Array(text.unicodeScalars)
        while let first = characters.first, first == " " || first == "\t" { characters.removeFirst() }
        while let last = characters.last, last == " " || last == "\t" { characters.removeLast() }
        var result = ""
        for character in characters { result.unicodeScalars.append(character) }
        return result
    }

    /// What commas separate outside of quoted strings (RFC 9110 §5.6.1, §5.6.4), blanks and empty members removed.
    static func members(_ text: String) -> [String] {
        var members: [String] = [""]
        var isInString = false
        var isAfterBackslash = false
        for scalar in text.unicodeScalars {
            if scalar == ",", !isInString {
                members.append("")
                continue
            }
            members[members.count - 1].unicodeScalars.append(scalar)
            if isAfterBackslash {
                isAfterBackslash = false
            } else if isInString, scalar == "\\" {
                isAfterBackslash = true
            } else if scalar == "\"" {
                isInString.toggle()
            }
        }
        return members.map(trimmed).filter { !$0.isEmpty }
    }

    /// 1*DIGIT as a number of at most 2^31 (RFC 9111 §1.2.2); nil for anything else.
    static func deltaSeconds(_ text: String) -> Int? {
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
        var digits = Substring(text)
        while digits.count > 1, digits.first == "0" { digits.removeFirst() }
        return digits.count > 10 ? 1 << 31 : min(Int(digits) ?? 1 << 31, 1 << 31)
    }

    static func isToken(_ text: String) -> Bool {
        let allowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return !text.isEmpty && text.unicodeScalars.allSatisfy { allowed.unicodeScalars.contains($0) }
    }
}
