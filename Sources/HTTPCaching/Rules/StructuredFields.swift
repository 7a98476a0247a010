// Value. The structured fields (RFC 9651) that larder reads.
//
// A thin wrapper around the library that parses them, and its only importer. Invariant: a field that does not parse as
// a whole is ignored (RFC 9651 §4.2).

import HTTPMessage
import RawStructuredFieldValues

enum StructuredFields {
    /// The most bytes of a field's lines together; a longer field is not read.
    static let limit = 16 * 1024

    /// The strings of a List; nil if it is not a List of Strings.
    ///
    /// Parameters are ignored.
    static func strings(_ fields: Fields, _ name: String) -> [String]? {
        guard let text = text(fields, name) else {
            return nil
        }
        var parser = StructuredFieldValueParser(text)
        guard let members = try? parser.parseListFieldValue() else {
            return nil
        }
        var strings: [String] = []
        for member in members {
            guard case .item(let item) = member, case .string(let string) = item.rfc9651BareItem else {
                return nil
            }
            strings.append(string)
        }
        return strings
    }

    /// The members of a Dictionary in order; nil if it is not one, or empty.
    static func dictionary(_ fields: Fields, _ name: String) -> [(key: String, value: RFC9651BareItem?)]? {
        guard let text = text(fields, name) else {
            return nil
        }
        var parser = StructuredFieldValueParser(text)
        guard let members = try? parser.parseDictionaryFieldValue(), members.count > 0 else {
            return nil
        }
        return members.map { key, member in
            guard case .item(let item) = member else {
                return (key, nil)
            }
            return (key, item.rfc9651BareItem)
        }
    }

    private static func text(_ fields: Fields, _ name: String) -> [UInt8]? {
        let value = fields.combined(name).map { Array($0.utf8) }
        return value.flatMap { $0.count <= limit ? $0 : nil }
    }
}
