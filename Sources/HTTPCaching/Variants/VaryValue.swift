// Value. The normal form of a request field that selects a variant (RFC 9111 §4.1).
//
// Part of Vary. Invariant: two values get the same form only if the field's grammar gives them the same meaning. Of an
// unknown field only the blanks at its ends and around its commas are removed, outside of quoted strings (RFC 9111
// §4.1).

import HTTPMessage

enum VaryValue {
    /// Fields whose members have weights, so that neither their order nor their case means anything (RFC 9110 §12.5).
    private static let weighed: Set<String> = ["accept", "accept-charset", "accept-encoding", "accept-language"]

    static func normalized(_ value: String, of name: String) -> String {
        guard weighed.contains(name) else {
            return FieldList.members(of: value).joined(separator: ",")
        }
        return Set(FieldList.members(of: value).map { normalizedMember($0) }).sorted().joined(separator: ",")
    }

    /// A member in one spelling: "text/HTML; q=0.50" becomes "text/html;q=0.5".
    ///
    /// A weight of 1 is removed; quoted parameters keep their case.
    private static func normalizedMember(_ member: String) -> String {
        FieldList.parameters(of: member).compactMap { part in
            guard !part.contains("\"") else {
                return part
            }
            let text = FieldList.lowercased(part)
            return text.hasPrefix("q=") ? weight(text) : text
        }.joined(separator: ";")
    }

    /// A weight without zeros at its end, nil if it is 1; a malformed weight stays as it is.
    private static func weight(_ text: String) -> String? {
        var digits = Array(text.utf8.dropFirst(2))
        guard let first = digits.first, first == 0x30 || first == 0x31, digits.count <= 5 else {
            return text
        }
        guard digits.count == 1 || digits[1] == 0x2E, digits.dropFirst(2).allSatisfy({ $0 &- 0x30 < 10 }) else {
            return text
        }
        if digits.count > 1 {
            while let last = digits.last, last == 0x30 {
                digits.removeLast()
            }
            if digits.last == 0x2E {
                digits.removeLast()
            }
        }
        return digits == [0x31] ? nil : "q=" + String(decoding: digits, as: UTF8.self)
    }
}
