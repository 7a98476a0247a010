// Value. The rules of a request to /purge. All of its JSON is read and checked before anything is removed.

import Coding
import HTTPMessage
import Hummingbird
import Store

/// The rules of one purge, each with its description for reports.
struct PurgeOrder {
    struct Item: Sendable {
        let rule: PurgeRule
        /// The part of the request that it comes from.
        let part: Int
    }

    /// The most rules at a time; the store accepts no more either.
    static let limit = 1000

    private(set) var items: [Item] = []
    /// A description such as `prefix /images/`, as given; one for each part, which usually makes one rule.
    private(set) var labels: [String] = []

    init(_ body: [UInt8], keys: KeyText) throws(AdminRefusal) {
        let order: JSON
        do {
            order = try JSON(parsing: body)
        } catch {
            throw AdminRefusal(status: .badRequest, detail: "The body is not JSON: \(error).")
        }
        guard case .object(let members) = order else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "The body must be a JSON object with url, prefix, glob or all."
            )
        }
        for member in members { try add(member, keys) }
        guard !items.isEmpty else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "The body names nothing to purge: give url, prefix, glob or all."
            )
        }
    }

    private mutating func add(_ member: JSON.Member, _ keys: KeyText) throws(AdminRefusal) {
        switch member.name {
        case "url":
            try add(member) { text, field throws(AdminRefusal) in try keys.keys(text, field: field).map(PurgeRule.key) }
        case "prefix":
            try add(member) { text, field throws(AdminRefusal) in
                try keys.prefixes(text, field: field)
            }
        case "glob":
            try add(member) { text, field throws(AdminRefusal) in try keys.globs(text, field: field).map(PurgeRule.glob)
            }
        case "all":
            guard case .bool(let isWanted) = member.value else {
                throw AdminRefusal(status: .badRequest, detail: "all must be true or false.", field: "all")
            }
            if isWanted { add([.all], "all") }
        default:
            throw AdminRefusal(
                status: .badRequest,
                detail: "\"\(member.name)\" is unknown; url, prefix, glob and all are known.",
                field: member.name
            )
        }
    }

    private mutating func add(
        _ member: JSON.Member,
        _ rules: (String, String) throws(AdminRefusal) -> [PurgeRule]
    ) throws(AdminRefusal) {
        guard case .array(let texts) = member.value else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "\(member.name) is a list of strings.",
                field: member.name
            )
        }
        for (index, text) in texts.enumerated() {
            let field = "\(member.name)[\(index)]"
            guard case .string(let text) = text else {
                throw AdminRefusal(status: .badRequest, detail: "\(field) must be a text.", field: field)
            }
            guard !text.isEmpty else {
                let all = "Use all (--all) to purge everything."
                throw AdminRefusal(status: .badRequest, detail: "\(field) is empty. \(all)", field: field)
            }
            let rules = try rules(text, field)
            guard items.count + rules.count <= Self.limit else {
                throw AdminRefusal(
                    status: .badRequest,
                    detail: "There are more than \(Self.limit) rules.",
                    field: field
                )
            }
            add(rules, "\(member.name) \(PercentEncoding.readable(text.utf8))")
        }
    }

    private mutating func add(_ rules: [PurgeRule], _ label: String) {
        items += rules.map { Item(rule: $0, part: labels.count) }
        labels.append(label)
    }
}
