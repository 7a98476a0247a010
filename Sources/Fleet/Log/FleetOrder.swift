// Value. What one purge orders, however many rules it has, and the records that the log takes it in.

package struct FleetOrder: Sendable {
    package let id: RecordID
    package let by: String
    /// Milliseconds since 1970.
    package let at: Int64
    package let isSoft: Bool
    package let rules: [FleetRule]

    package init(id: RecordID, by: String, at: Int64, isSoft: Bool, rules: [FleetRule]) {
        self.id = id
        self.by = by
        self.at = at
        self.isSoft = isSoft
        self.rules = rules
    }

    /// Why the log does not take an order.
    package enum Refusal: Error, Hashable, Sendable {
        case noRules
        /// A rule, by its place from 0, that no record has room for.
        case ruleTooLong(Int)
        /// More than `FleetRecord.Part.limit` records.
        case tooLarge
    }

    /// The order's records with their ids, each small enough; the same for the same order.
    package func records() throws(Refusal) -> [(id: RecordID, record: FleetRecord)] {
        guard !rules.isEmpty else { throw .noRules }
        let groups = try groups()
        guard groups.count <= FleetRecord.Part.limit else { throw .tooLarge }
        return groups.enumerated().map { index, group in
            let part = FleetRecord.Part(index + 1, of: groups.count)
            return (id.part(index + 1), record(Array(rules[group]), part))
        }
    }

    private func record(_ rules: [FleetRule], _ part: FleetRecord.Part) -> FleetRecord {
        FleetRecord(by: by, at: at, isSoft: isSoft, rules: rules, part: part)
    }

    /// Which rules go together, in their order.
    private func groups() throws(Refusal) -> [Range<Int>] {
        let frame = record([], FleetRecord.Part(FleetRecord.Part.limit, of: FleetRecord.Part.limit)).encoded.count
        let room = FleetRecord.sizeLimit - frame
        var groups: [Range<Int>] = []
        var start = 0
        var size = 0
        for (index, rule) in rules.enumerated() {
            let ruleSize = rule.encodedSize
            guard ruleSize <= room else { throw .ruleTooLong(index) }
            if size + ruleSize > room {
                groups.append(start..<index)
                (start, size) = (index, 0)
            }
            size += ruleSize
        }
        groups.append(start..<rules.count)
        return groups
    }
}
