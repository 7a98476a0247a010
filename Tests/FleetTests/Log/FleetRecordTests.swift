// Records of the log: as JSON, and as parts of orders.

import Fleet
import TestSupport
import Testing

@Suite("Records of the log")
struct FleetRecordTests {
    private static let record = FleetRecord(
        by: "web-03",
        at: 1_790_000_000_123,
        isSoft: true,
        rules: [
            FleetRule(.url, "http://img.example.com/a.jpg"), FleetRule(.prefix, "/thumbs/"), FleetRule(.glob, "*.png"),
            FleetRule(.group, "//h\ntag"), FleetRule(.all, ""),
        ]
    )

    @Test("a record is read as it was written")
    func roundTrip() throws {
        #expect(try FleetRecord(parsing: Self.record.encoded) == Self.record)
        let part = FleetRecord(by: "é", at: 0, isSoft: false, rules: [FleetRule(.url, "/<a>")], part: .init(2, of: 3))
        #expect(try FleetRecord(parsing: part.encoded) == part)
    }

    @Test("the record of the design is understood, with members that are not known yet")
    func design() throws {
        let text =
            #"{"v":1,"by":"web-03","at":1790000000123,"kind":"purge","soft":false,"from":["eu",7],"#
            + #""rules":[["url","http://img.example.com/a.jpg"],["group","//h\ntag"],["all",""]]}"#
        let record = try FleetRecord(parsing: Array(text.utf8))
        #expect(record.rules.map(\.kind) == [.url, .group, .all])
        #expect(record.part == .whole)
    }

    @Test(
        "a record that is not understood says what is not",
        arguments: [
            (#"{"v":2}"#, RecordFault.version(2)),
            (#"{"v":2,"kind":7,"rules":{}}"#, .version(2)),
            (#"{"v":1,"kind":"warm"}"#, .kind("warm")),
            (rules(#"["path","/a"]"#), .ruleKind("path")),
            (rules(#"["tag","a"]"#), .ruleKind("tag")),
            (rules(#"["url","/a"],["moon",{"any":1},2]"#), .ruleKind("moon")),
            (rules(#"["url"]"#), .malformed("a rule that is no pair of texts")),
            (rules(#"["url",1]"#), .malformed("a rule that is no pair of texts")),
            (rules(#"{"url":"/a"}"#), .malformed("a rule without a kind")),
            (rules(#"["all","/a"]"#), .malformed("a rule for all that names something")),
            (rules(""), .malformed("no rules")),
            (#"{"v":1,"kind":"purge","by":"a","at":1,"soft":false}"#, .malformed("no rules")),
            (#"{"v":1,"kind":"purge","by":"a","at":1,"rules":[["all",""]]}"#, .malformed("neither soft nor hard")),
            ("{}", .malformed("no version")),
            ("[]", .malformed("no version")),
            (#"{"v":"1"}"#, .malformed("no version")),
            ("", .malformed("no JSON: not a JSON value")),
            (#"{"v":1,"kind":"pur"#, .malformed("no JSON: a string without its end")),
        ]
    )
    func faults(text: String, fault: RecordFault) {
        let found = #expect(throws: RecordFault.self) { try FleetRecord(parsing: Array(text.utf8)) }
        #expect(found == fault)
    }

    private static func rules(_ text: String) -> String {
        #"{"v":1,"kind":"purge","by":"a","at":1,"soft":false,"rules":[\#(text)]}"#
    }

    @Test("a part is within its order", arguments: ["[0,1]", "[2,1]", "[1]", "[1,129]", "[1,\"2\"]", "2", "[1,2,3]"])
    func parts(text: String) {
        let record = #"{"v":1,"kind":"purge","by":"a","at":1,"soft":false,"part":\#(text),"rules":[["all",""]]}"#
        let fault = #expect(throws: RecordFault.self) { try FleetRecord(parsing: Array(record.utf8)) }
        #expect(fault == .malformed("no part of an order"))
    }

    @Test("a record of more than 64 KiB is not read")
    func size() {
        let large = FleetRecord(
            by: "a",
            at: 0,
            isSoft: false,
            rules: [FleetRule(.url, String(repeating: "a", count: 65_536))]
        )
        let fault = #expect(throws: RecordFault.self) { try FleetRecord(parsing: large.encoded) }
        #expect(fault == .tooLarge(large.encoded.count))
    }

    @Test("no bytes make reading a record crash, and a cut record is never half of one")
    func hostile() {
        let bytes = Self.record.encoded
        for count in 0..<bytes.count {
            #expect(throws: RecordFault.self) { try FleetRecord(parsing: Array(bytes.prefix(count))) }
        }
        var random = SeededGenerator()
        for _ in 0..<2_000 {
            var changed = bytes
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let record = try? FleetRecord(parsing: changed) { #expect(!record.rules.isEmpty) }
        }
    }

    @Test("two writers' records of one id are told apart by what they order alone")
    func sameOrder() {
        let other = FleetRecord(by: "web-09", at: 7, isSoft: true, rules: Self.record.rules)
        #expect(Self.record.hasSameOrder(as: other))
        #expect(!Self.record.hasSameOrder(as: FleetRecord(by: "web-03", at: 7, isSoft: false, rules: other.rules)))
        #expect(!Self.record.hasSameOrder(as: FleetRecord(by: "web-03", at: 7, isSoft: true, rules: [other.rules[0]])))
    }
}
