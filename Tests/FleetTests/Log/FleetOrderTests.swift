// Orders as records of the log.

import Fleet
import Testing

@Suite("Orders as records")
struct FleetOrderTests {
    private func order(_ rules: [FleetRule], id: String = "deploy-1.2") throws -> FleetOrder {
        FleetOrder(id: try #require(RecordID(key: id)), by: "web-01", at: 1, isSoft: false, rules: rules)
    }

    @Test("a small order is one record under the caller's id")
    func single() throws {
        let records = try order([FleetRule(.url, "/a")]).records()
        #expect(records.map(\.id.description) == ["deploy-1.2"])
        #expect(records[0].record.part == .whole)
    }

    @Test("a large order is several records, each readable, with all rules in their order, the same each time")
    func split() throws {
        let rules = (0..<20_000).map { FleetRule(.url, "http://img.example.com/<\($0)>.jpg") }
        let records = try order(rules).records()
        #expect(records.count > 10)
        #expect(records.flatMap(\.record.rules) == rules)
        for (index, part) in records.enumerated() {
            #expect(try FleetRecord(parsing: part.record.encoded) == part.record)
            #expect(part.record.part == FleetRecord.Part(index + 1, of: records.count))
            #expect(RecordID.isValid(part.id.description))
        }
        #expect(records.prefix(3).map(\.id.description) == ["deploy-1.2", "deploy-1.2~2", "deploy-1.2~3"])
        #expect(try order(rules).records().map(\.id) == records.map(\.id))
    }

    @Test("rules fill a record to its last bytes, and no further")
    func edge() throws {
        let one = FleetRule(.url, "/a")
        var largest = 0
        for length in FleetRecord.sizeLimit - 200..<FleetRecord.sizeLimit {
            let long = FleetRule(.url, String(repeating: "b", count: length))
            guard let records = try? order([one, long, one]).records() else { break }
            largest = records.map(\.record.encoded.count).max() ?? 0
            #expect(largest <= FleetRecord.sizeLimit)
        }
        #expect(largest > FleetRecord.sizeLimit - 16)
    }

    @Test("what no record has room for is refused by name")
    func refusals() throws {
        #expect(throws: FleetOrder.Refusal.noRules) { try order([]).records() }
        let long = FleetRule(.url, String(repeating: "\u{1}", count: 12_000))
        #expect(throws: FleetOrder.Refusal.ruleTooLong(1)) { try order([FleetRule(.all, ""), long]).records() }
        let many = Array(repeating: FleetRule(.url, String(repeating: "a", count: 40_000)), count: 129)
        #expect(throws: FleetOrder.Refusal.tooLarge) { try order(many).records() }
        #expect(try order(Array(many.prefix(128))).records().count == 128)
    }

    @Test(
        "a caller's key is 1 to 120 plain characters",
        arguments: [
            ("a", true), ("deploy-1.2_B", true), (String(repeating: "a", count: 120), true),
            ("", false), (String(repeating: "a", count: 121), false), ("a b", false), ("a/b", false), ("a~2", false),
            ("é", false),
            ("a\n", false), ("a\0", false),
        ]
    )
    func keys(key: String, isKey: Bool) {
        #expect((RecordID(key: key) != nil) == isKey)
        if isKey { #expect(RecordID(key: key)?.part(128).description.utf8.count ?? 0 <= RecordID.lengthLimit) }
    }

    @Test("ids at random are 32 digits, each time others")
    func random() {
        let ids = (0..<100).map { _ in RecordID.random().description }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.count == 32 && RecordID(key: $0) != nil })
    }
}
