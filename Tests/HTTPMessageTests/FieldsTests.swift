// Value. Field lines, lists and the fields of one connection.

import HTTPMessage
import TestSupport
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
        let read = bytes(text).withRawSpan { span in
            FieldLine.read(span).map { line in
                var fields = Fields()
                fields.append(line, of: span)
                return fields
            }
        }
        #expect(read == Fields([(name, value)]))
        #expect(read?.lines == [[name, value]])
        #expect(read?.bytes == bytes("\(name): \(value)\r\n"))
    }

    @Test(
        "RFC 9112 §5: what is no field line",
        arguments: [
            "", ":", ": a", "A", "A : b", " A: b", "A\u{00}: b", "A: \u{00}", "A: b\r\nC: d", "A: b\r", "\u{E9}: a",
            "A: \u{7F}",
        ]
    )
    func noLine(text: String) {
        #expect(bytes(text).withRawSpan { FieldLine.read($0) } == nil)
    }

    @Test("§5.5: every byte of a value is a tab, a visible one, a space or above 0x7F, wherever it stands")
    func valueBytes() {
        for byte in UInt8.min ... .max {
            for (length, others) in [(1, 0x78), (15, 0x78), (15, 0xFF), (40, 0x80)] as [(Int, UInt8)] {
                for place in [0, length / 2, length - 1] {
                    var line = Array("A: ".utf8) + [UInt8](repeating: others, count: length)
                    line[3 + place] = byte
                    let isRead = line.withRawSpan { FieldLine.read($0) != nil }
                    #expect(isRead == (byte == 0x09 || (byte >= 0x20 && byte != 0x7F)), "byte \(byte) at \(place)")
                }
            }
        }
    }

    @Test("§5.6.2: every byte of a name is one of a token, wherever it stands")
    func nameBytes() {
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        for byte in UInt8.min ... .max {
            let isOfToken =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || marks.contains(byte)
            for (length, others) in [(1, 0x78), (8, 0x2D), (13, 0x41), (27, 0x7A), (27, 0x5F)] as [(Int, UInt8)] {
                for place in [0, length / 2, length - 1] {
                    var name = [UInt8](repeating: others, count: length)
                    name[place] = byte
                    let isToken = name.withRawSpan { $0.isToken(0..<length) }
                    let isRead = (name + Array(": a".utf8)).withRawSpan { FieldLine.read($0)?.name == 0..<length }
                    #expect(isToken == isOfToken && isRead == isOfToken, "byte \(byte) at \(place) of \(length)")
                }
            }
        }
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

    @Test("§7.6.1: a field is told to be of one connection in any case, and by its whole name")
    func hopByHopNames() {
        let names = [
            "connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade",
            "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
        ]
        for name in names {
            for (text, isOne) in [(name, true), (name.uppercased(), true), (name + "x", false), ("x" + name, false)] {
                let bytes = Array(text.utf8)
                #expect(bytes.withRawSpan { HopByHop.contains(0..<bytes.count, of: $0) } == isOne, "\(text)")
            }
        }
    }

    @Test("a list that is changed is what a list of names and values would be", arguments: 1...20)
    func changes(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let names = ["A", "a", "B", "Bb", "bB", ""]
        let values = ["", "1", "x y", "\u{E9}", String(repeating: "v", count: 300)]
        func same(_ left: String, _ right: String) -> Bool { left.lowercased() == right.lowercased() }
        var fields = Fields()
        var model: [(String, String)] = []
        for _ in 0..<200 {
            let (name, value) = (names.randomElement(using: &random) ?? "", values.randomElement(using: &random) ?? "")
            // Every other time somebody else has the same list, which must not change with it.
            let former = Bool.random(using: &random) ? (fields: fields, lines: fields.lines) : nil
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                fields.removeAll(name)
                model.removeAll { same($0.0, name) }
            case 1:
                fields.removeLast(name)
                model.lastIndex { same($0.0, name) }.map { _ = model.remove(at: $0) }
            case 2:
                fields.set(name, value)
                let first = model.firstIndex { same($0.0, name) } ?? model.count
                model.removeAll { same($0.0, name) }
                model.insert((name, value), at: first)
            case 3:
                let other = Fields([(name, value), ("C", "2")])
                fields.append(contentsOf: other)
                model += [(name, value), ("C", "2")]
            case 4:
                fields.removeAll { line, _ in line.value.count == value.utf8.count }
                model.removeAll { $0.1.unicodeScalars.count == value.utf8.count }
            default:
                fields.append(name: name, value: value)
                model.append((name, value))
            }
            #expect(former?.fields.lines == former?.lines)
            #expect(fields == Fields(model))
            #expect(fields.lines == model.map { [$0.0, $0.1] })
            #expect(fields.bytes == bytes(model.map { "\($0.0): \($0.1)\r\n" }.joined()))
            for name in names + ["C", "D", "Bc"] {
                #expect(fields.contains(name) == model.contains { same($0.0, name) })
                #expect(fields.first(name) == model.first { same($0.0, name) }?.1)
                #expect(fields.all(name) == model.filter { same($0.0, name) }.map(\.1))
            }
        }
    }

    @Test(
        "a field is found by its whole name, and only where it stands once",
        arguments: [
            ("ETag: 1\r\n", "1"), ("A: b\r\netag:\t1 \r\n", "1"), ("ETags: 2\r\nX-ETag: 3\r\nETAG: 1\r\n", "1"),
            ("ETag:\r\n", ""), ("ETag: 1\r\nETag: 1\r\n", nil), ("ETags: 1\r\n", nil), ("X: etag: 1\r\n", nil),
            ("", nil),
            ("ETag: 1", nil), ("ETag: 1\r\nA: b", "1"),
        ] as [(String, String?)]
    )
    func only(text: String, value: String?) {
        let head = bytes(text)
        let found = head.withRawSpan { span in
            FieldLine.only("etag", in: span, 0..<head.count).map { span.text($0) }
        }
        #expect(found == value)
        let isThere = head.withRawSpan { FieldLine.has("etag", in: $0, 0..<head.count) }
        #expect(isThere == (value != nil || text.contains("ETag: 1\r\nETag")))
    }

    @Test("§7.6.3: Via names the received version")
    func via() {
        for (version, value) in [(.http10, "1.0 larder"), (.http11, "1.1 larder"), (.http2, "2.0 larder")]
            as [(Via.ReceivedVersion, String)]
        {
            #expect(Via.line(received: version) == Fields([("Via", value)]))
        }
    }

    @Test("decimal numbers")
    func decimals() {
        var wire: [UInt8] = []
        for value in [0, 9, 10, 99_999_999, 100_000_000, 1_234_567_890, UInt64.max] {
            Decimal.write(value, into: &wire)
            wire.append(0x20)
        }
        Decimal.write(Int64.min, into: &wire)
        #expect(wire == bytes("0 9 10 99999999 100000000 1234567890 18446744073709551615 -9223372036854775808"))
        #expect(Decimal.parse("18446744073709551615") == .max)
        #expect(Decimal.parse("99999999999999999999999") == .max)
        #expect(["", "-1", "+1", " 1", "1 ", "1.0", "0x1", "\u{0661}"].allSatisfy { Decimal.parse($0) == nil })
    }
}
