// Value. A JSON value as text: on one line for programs, indented for people.

extension JSON: CustomStringConvertible {
    /// The value on one line.
    package var description: String {
        var text = ""
        write(to: &text, indent: nil)
        return text
    }

    /// The value with each member or item on a line of its own.
    package var indented: String {
        var text = ""
        write(to: &text, indent: 0)
        return text
    }

    private func write(to text: inout String, indent: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        // Infinities and NaN have no spelling (RFC 8259 §6).
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): JSON.quote(value, to: &text)
        case .array(let items):
            JSON.list(items, "[", "]", to: &text, indent) { item, text, indent in
                item.write(to: &text, indent: indent)
            }
        case .object(let members):
            JSON.list(members, "{", "}", to: &text, indent) { member, text, indent in
                JSON.quote(member.name, to: &text)
                text += indent == nil ? ":" : ": "
                member.value.write(to: &text, indent: indent)
            }
        }
    }

    private static func list<Item>(
        _ items: [Item],
        _ open: String,
        _ close: String,
        to text: inout String,
        _ indent: Int?,
        _ write: (Item, inout String, Int?) -> Void
    ) {
        guard !items.isEmpty else {
            text += open + close
            return
        }
        let inner = indent.map { $0 + 2 }
        func breakLine(_ depth: Int?) {
            if let depth { text += "\n" + String(repeating: " ", count: depth) }
        }
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            breakLine(inner)
            write(item, &text, inner)
        }
        breakLine(indent)
        text += close
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            // "<" too, so that no text can end a script element it is put into.
            case "\0"..<" ", "<", "\u{7f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
