// value: field lines, lists and the fields of one connection.

import HTTPMessage
import Testing

@Suite("RFC 9110 §5, §7.6: fields")
struct FieldsTests {
    @Test("§5.1, §5.3: names in any case, lines in order")
    func access() {
        var fields = Fields([("A", "1"), ("b", "2"), ("a", "3")])
        #expect(fields.first("a") == "1")
        #expect(fields.all("A") == ["1", "3"])
        #expect(fields.combined("A") == "1, 3")
        #expect(fields.combined("c") == nil)
        #expect(fields.contains("B") && !fields.contains("c"))
        fields.set("a", "4")
        #expect(fields == Fields([("a", "4"), ("b", "2")]))
        fields.set("c", "5")
        fields.removeAll("B")
        #expect(fields == Fields([("a", "4"), ("c", "5")]))
    }

    @Test(
        "RFC 9112 §5: a field line",
        arguments: [
            ("A: b", "A", "b"), ("A:b", "A", "b"), ("A:\t b c \t", "A", "b c"), ("A:", "A", ""), ("A: :", "A", ":"),
            ("A: \u{E9}", "A", "\u{E9}"), ("x-!#$%&'*+.^_`|~9: 1", "x-!#$%&'*+.^_`|~9", "1"),
        ]
    )
    func line(text: String, name: String, value: String) {
        #expect(Fields.parse(line: bytes(text)) == Fields.Line(name: name, value: value))
    }

    @Test(
        "RFC 9112 §5: what is no field line",
        arguments: [
            "", ":", ": a", "A", "A : b", " A: b", "A\u{00}: b", "A: \u{00}", "A: b\r\nC: d", "A: b\r", "\u{E9}: a",
            "A: \u{7F}",
        ]
    )
    func noLine(text: String) {
        #expect(Fields.parse(line: bytes(text)) == nil)
    }

    @Test("a value is written byte for byte, and never as more than one line")
    func writing() {
        var wire: [UInt8] = []
        Fields([("A", "\u{E9}\u{FF}"), ("B", "x\r\nC: y\u{00}"), ("D", "\u{4E00}")]).write(into: &wire)
        #expect(wire == bytes("A: \u{E9}\u{FF}\r\nB: x  C: y \r\nD: ?\r\n"))
    }

    @Test(
        "§5.6.1: members of a list",
        arguments: [
            ("a, b ,,c", ["a", "b", "c"]), ("", []), (" , ", []), ("\"a,b\", c", ["\"a,b\"", "c"]),
            ("x=\"a\\\",b\", c", ["x=\"a\\\",b\"", "c"]), ("\"open, c", ["\"open, c"]),
        ]
    )
    func members(value: String, expected: [String]) {
        #expect(FieldList.members(of: value) == expected)
    }

    @Test(
        "§5.6.4: quoted strings",
        arguments: [
            ("\"a\"", "a"), ("\"\"", ""), ("\"a\\\"b\"", "a\"b"), ("a", nil), ("\"", nil), ("\"a\\\"", nil),
            ("\"a\"b\"", nil),
        ]
    )
    func quoted(text: String, expected: String?) {
        #expect(FieldList.unquoted(text) == expected)
    }

    @Test("§7.6.1: fields of one connection go, and so do those Connection lists, but never the framing")
    func hopByHop() {
        var fields = Fields([
            ("Connection", "close, X-Hop"), ("Keep-Alive", "5"), ("Proxy-Connection", "x"),
            ("Transfer-Encoding", "chunked"),
            ("TE", "x"), ("Trailer", "x"), ("Upgrade", "x"), ("Proxy-Authenticate", "x"), ("Proxy-Authorization", "x"),
            ("Proxy-Authentication-Info", "x"), ("x-hop", "x"), ("Content-Length", "5"),
            ("connection", "content-length, cache-control"),
            ("Cache-Control", "no-store"), ("X-End", "x"),
        ])
        fields.removeHopByHop()
        #expect(fields == Fields([("Content-Length", "5"), ("Cache-Control", "no-store"), ("X-End", "x")]))
    }

    @Test("§7.6.3: Via names the received version")
    func via() {
        #expect(Via.value(receivedMinor: 1) == "1.1 larder")
        #expect(Via.value(receivedMinor: 0) == "1.0 larder")
    }

    @Test("decimal numbers")
    func decimals() {
        var wire: [UInt8] = []
        for value in [0, 9, 10, 1_234_567_890, UInt64.max] {
            Decimal.write(value, into: &wire)
            wire.append(0x20)
        }
        Decimal.write(Int64.min, into: &wire)
        #expect(wire == bytes("0 9 10 1234567890 18446744073709551615 -9223372036854775808"))
        #expect(Decimal.parse("18446744073709551615") == .max)
        #expect(Decimal.parse("99999999999999999999999") == .max)
        #expect(["", "-1", "+1", " 1", "1 ", "1.0", "0x1", "\u{0661}"].allSatisfy { Decimal.parse($0) == nil })
    }
}
