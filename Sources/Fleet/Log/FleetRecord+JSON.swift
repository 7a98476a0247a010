// Value. A record as JSON. What this version does not understand is a named fault, never half a record.

import Coding

extension FleetRecord {
    private static let kind = "purge"

    /// The record as it is in the log.
    package var encoded: [UInt8] {
        var members: [JSON.Member] = [
            JSON.Member("v", .integer(Self.version)), JSON.Member("by", .string(by)),
            JSON.Member("at", .integer(Int(at))),
            JSON.Member("kind", .string(Self.kind)), JSON.Member("soft", .bool(isSoft)),
        ]
        if part != .whole { members.append(JSON.Member("part", [.integer(part.number), .integer(part.count)])) }
        members.append(JSON.Member("rules", .array(rules.map(\.json))))
        return Array(JSON.object(members).description.utf8)
    }

    /// Reads a record.
    /// - Throws: Why this version does not understand it.
    package init(parsing bytes: [UInt8]) throws(RecordFault) {
        guard bytes.count <= Self.sizeLimit else { throw .tooLarge(bytes.count) }
        let value: JSON
        do { value = try JSON(parsing: bytes) } catch { throw .malformed("no JSON: \(error.message)") }
        // First, because another version may have any other shape.
        guard case .integer(let version) = value["v"] else { throw .malformed("no version") }
        guard version == Self.version else { throw .version(version) }
        guard let kind = value["kind"]?.text else { throw .malformed("no kind") }
        guard kind == Self.kind else { throw .kind(Self.cut(kind)) }
        guard let by = value["by"]?.text, by.unicodeScalars.count <= Self.nameLimit else {
            throw .malformed("no writer")
        }
        guard case .integer(let time) = value["at"] else { throw .malformed("no time") }
        guard case .bool(let isSoft) = value["soft"] else { throw .malformed("neither soft nor hard") }
        self.init(
            by: by,
            at: Int64(time),
            isSoft: isSoft,
            rules: try Self.rules(in: value),
            part: try Self.part(in: value)
        )
    }

    private static func rules(in value: JSON) throws(RecordFault) -> [FleetRule] {
        guard case .array(let items) = value["rules"], !items.isEmpty else { throw .malformed("no rules") }
        var rules: [FleetRule] = []
        rules.reserveCapacity(items.count)
        for item in items {
            let parts = item.items
            guard let name = parts.first?.text else { throw .malformed("a rule without a kind") }
            // First, because another kind may have any other shape.
            guard let kind = FleetRule.Kind(rawValue: name), kind.isApplied else { throw .ruleKind(cut(name)) }
            guard parts.count == 2, let text = parts[1].text else {
                throw .malformed("a rule that is no pair of texts")
            }
            guard kind != .all || text.isEmpty else { throw .malformed("a rule for all that names something") }
            rules.append(FleetRule(kind, text))
        }
        return rules
    }

    private static func part(in value: JSON) throws(RecordFault) -> Part {
        guard let part = value["part"] else { return .whole }
        guard part.items.count == 2, case .integer(let number) = part.items[0],
            case .integer(let count) = part.items[1],
            1...Part.limit ~= count, 1...count ~= number
        else { throw .malformed("no part of an order") }
        return Part(number, of: count)
    }

    /// A name as messages show it.
    private static func cut(_ name: String) -> String {
        let limit = 32
        return String(String.UnicodeScalarView(name.unicodeScalars.prefix(limit)))
    }
}

extension FleetRule {
    fileprivate var json: JSON { [.string(kind.rawValue), .string(text)] }

    /// How many bytes it takes in a record, with the comma before it.
    var encodedSize: Int { json.description.utf8.count + 1 }
}
