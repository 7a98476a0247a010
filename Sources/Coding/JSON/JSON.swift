// Value. A JSON text (RFC 8259) as larder writes and reads it: members keep their order.

/// A JSON value.
package enum JSON: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without a fraction.
    case integer(Int)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object; its members in the order of the text.
    case object([Member])

    /// A member of an object.
    package struct Member: Sendable, Equatable {
        /// The member's name.
        package let name: String
        /// The member's value.
        package let value: JSON

        /// Makes a member.
        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The first member of that name; nil if there is none, or the value is not an object.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The members of an object; empty for other values.
    package var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// The items of an array; empty for other values.
    package var items: [JSON] {
        if case .array(let items) = self { items } else { [] }
    }

    /// The text of a string; nil for other values.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number as a whole one; 0 for other values.
    package var whole: Int {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value.rounded()) ?? 0
        case .null, .bool, .string, .array, .object: 0
        }
    }

    /// The number; 0 for other values.
    package var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .string, .array, .object: 0
        }
    }

    /// True only for `true`.
    package var isTrue: Bool { self == .bool(true) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Makes a string.
    package init(stringLiteral value: String) { self = .string(value) }
    /// Makes a whole number.
    package init(integerLiteral value: Int) { self = .integer(value) }
    /// Makes a Boolean.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// Makes an array.
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// Makes an object whose members keep the order of the literal.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
