// Value. How a value is written: its kind and range for people, its reader, and its text. A form reports its own
// problems and then returns nil.

import HTTPMessage

/// How a value is written in the file.
struct Form<Value: Sendable>: Sendable {
    let kind: String
    var range = ""
    /// Reads an entry; reports a problem and returns nil if it is invalid.
    let parse: @Sendable (Entry, inout Findings) -> Value?
    /// The value as it would be written in the file.
    let text: @Sendable (Value) -> String

    /// A form whose values are single texts.
    static func scalar(
        _ kind: String,
        range: String = "",
        expected: String,
        text: @escaping @Sendable (Value) -> String,
        read: @escaping @Sendable (_ text: String, _ directory: String) throws(Mistake) -> Value
    ) -> Form {
        Form(
            kind: kind,
            range: range,
            parse: { entry, findings in
                guard let text = entry.text(expected: expected, &findings) else { return nil }
                do throws(Mistake) {
                    return try read(text, entry.reader.directory)
                } catch {
                    findings.problem(entry.path, at: entry.place, error)
                    return nil
                }
            },
            text: text
        )
    }

    /// The same form for a setting that may have no value.
    ///
    /// - Parameters:
    ///   - none: The text for no value in listings.
    ///   - isWord: Whether a file may contain that text too.
    /// - Returns: The form.
    func optional(none: String = "none", isWord: Bool = false) -> Form<Value?> {
        Form<Value?>(
            kind: kind,
            range: isWord ? "\(range), or \(none)" : range,
            parse: { entry, findings in
                if isWord, entry.isWord(none) { return .some(nil) }
                return parse(entry, &findings).map(Optional.some)
            },
            text: { value in value.map(text) ?? none }
        )
    }
}

extension Form where Value == Int64 {
    /// A number of bytes.
    static func size(_ range: ClosedRange<Int64>) -> Form {
        let bounds = boundsText(range, Quantity.size)
        return scalar("size", range: bounds, expected: Quantity.size.example, text: Quantity.size.text) {
            (text, _) throws(Mistake) in
            try within(range, Quantity.size.parse(text), written: text, bounds)
        }
    }
}

extension Form where Value == Duration {
    /// A span of time; the bounds are whole milliseconds.
    static func duration(_ range: ClosedRange<Duration>) -> Form {
        let nanoseconds = range.lowerBound.wholeNanoseconds...range.upperBound.wholeNanoseconds
        let bounds = boundsText(nanoseconds, Quantity.duration)
        return scalar(
            "duration",
            range: bounds,
            expected: Quantity.duration.example,
            text: { Quantity.duration.text($0.wholeNanoseconds) },
            read: { (text, _) throws(Mistake) in
                .nanoseconds(try within(nanoseconds, Quantity.duration.parse(text), written: text, bounds))
            }
        )
    }
}

extension Form where Value == Int {
    /// A whole number.
    static func count(_ range: ClosedRange<Int>) -> Form {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        let expected = "a whole number from \(bounds)"
        return scalar(
            "number",
            range: bounds,
            expected: expected,
            text: { "\($0)" },
            read: { (text, _) throws(Mistake) in
                guard !text.isEmpty, text.utf8.allSatisfy({ ASCII.isDigit($0) }) else {
                    throw Mistake(message: "\(quoted(text)) is not a whole number", expected: expected)
                }
                return try within(range, Int(text) ?? Int.max, written: text, bounds)
            }
        )
    }
}

extension Form where Value == Double {
    /// A share of a whole.
    static func fraction(_ range: ClosedRange<Double>) -> Form {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        let expected = "a number from \(bounds)"
        return scalar(
            "fraction",
            range: bounds,
            expected: expected,
            text: { "\($0)" },
            read: { (text, _) throws(Mistake) in
                let isDecimal = text.utf8.allSatisfy { ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }
                guard isDecimal, let value = Double(text) else {
                    throw Mistake(message: "\(quoted(text)) is not a number", expected: expected)
                }
                return try within(range, value, written: text, bounds)
            }
        )
    }
}

extension Form where Value == Bool {
    /// Yes or no.
    static var boolean: Form {
        choice([("true", true), ("false", false)], kind: "true or false")
    }
}

extension Form where Value: Equatable {
    /// One of a few words.
    static func choice(_ cases: [(word: String, value: Value)], kind: String = "choice") -> Form {
        let words = cases.map(\.word)
        let text: @Sendable (Value) -> String = { value in cases.first { $0.value == value }?.word ?? "" }
        let range = kind == "choice" ? list(words) : ""
        return scalar(kind, range: range, expected: list(words), text: text) { (text, _) throws(Mistake) in
            if let match = cases.first(where: { $0.word == text }) { return match.value }
            let close = Suggestion.closest(to: text, among: words)
            let expected = close.map { "\($0) (did you mean that?)" } ?? list(words)
            throw Mistake(message: "\(quoted(text)) is not known here", expected: expected)
        }
    }
}

extension Form where Value: CaseIterable & RawRepresentable & Equatable, Value.RawValue == String {
    /// One of the cases of an enumeration, by their raw values.
    static var anyCase: Form {
        choice(Value.allCases.map { ($0.rawValue, $0) })
    }
}

private func boundsText(_ range: ClosedRange<Int64>, _ quantity: Quantity) -> String {
    "\(quantity.text(range.lowerBound)) to \(quantity.text(range.upperBound))"
}

private func within<Value: Comparable>(
    _ range: ClosedRange<Value>,
    _ value: Value,
    written: String,
    _ bounds: String
) throws(Mistake) -> Value {
    if value < range.lowerBound { throw Mistake(message: "\(written) is too little", expected: bounds) }
    if value > range.upperBound { throw Mistake(message: "\(written) is too much", expected: bounds) }
    return value
}
