// Value. Entity tags, ranges and what frames several of them.

import HTTPMessage
import TestSupport
import Testing

@Suite("RFC 9110 §8.8.3, §14: entity tags and ranges")
struct RepresentationTests {
    @Test(
        "§8.8.3: entity tags",
        arguments: [
            ("\"a\"", EntityTag("a")), ("W/\"a\"", EntityTag("a", isWeak: true)), ("\"\"", EntityTag("")),
            ("\"a\\b,c\"", EntityTag("a\\b,c")), ("\"\u{E9}\"", EntityTag("\u{E9}")), ("a", nil), ("w/\"a\"", nil),
            ("\"a", nil),
            ("\"", nil), ("W/a", nil), ("\"a\"b\"", nil), ("\"a b\"", nil), ("", nil), ("W/", nil), ("'a'", nil),
            (" \"a\"", nil),
        ]
    )
    func entityTag(text: String, expected: EntityTag?) {
        #expect(EntityTag.parse(text) == expected)
    }

    @Test(
        "§8.8.3.2: comparison",
        arguments: [
            ("\"1\"", "\"1\"", true, true), ("W/\"1\"", "W/\"1\"", false, true), ("W/\"1\"", "\"1\"", false, true),
            ("W/\"1\"", "W/\"2\"", false, false), ("\"a\"", "\"A\"", false, false),
        ]
    )
    func comparison(left: String, right: String, strong: Bool, weak: Bool) throws {
        let tags = (try #require(EntityTag.parse(left)), try #require(EntityTag.parse(right)))
        #expect(tags.0.strongMatches(tags.1) == strong)
        #expect(tags.1.strongMatches(tags.0) == strong)
        #expect(tags.0.weakMatches(tags.1) == weak)
    }

    @Test(
        "§13.1: lists of entity tags",
        arguments: [
            ("*", EntityTagList.any), (" * ", .any), ("\"a\"", .tags([EntityTag("a")])),
            ("\"a,b\", W/\"c\" ,,", .tags([EntityTag("a,b"), EntityTag("c", isWeak: true)])),
            ("\"a\\\", \"b\"", .tags([EntityTag("a\\"), EntityTag("b")])), ("", nil), (",", nil), ("a", nil),
            ("\"a\", b", nil),
            ("\"a\" \"b\"", nil), ("*, \"a\"", nil), ("\"a", nil),
        ]
    )
    func list(value: String, expected: EntityTagList?) {
        #expect(EntityTagList.parse(value) == expected)
    }

    @Test(
        "§14.1.2, §14.2: ranges of a representation of 1000 bytes",
        arguments: [
            ("bytes=0-499", ByteRanges.Result.ranges([0...499])), ("bytes=500-", .ranges([500...999])),
            ("bytes=-1", .ranges([999...999])), ("bytes=-5000", .ranges([0...999])), ("BYTES=0-0", .ranges([0...0])),
            ("bytes=0-99999999999999999999999", .ranges([0...999])), ("bytes= 0-0 , -1", .ranges([0...0, 999...999])),
            ("bytes=,0-0,,", .ranges([0...0])), ("bytes=0-0,5000-", .ranges([0...0])),
            ("bytes=900-,0-9", .ranges([900...999, 0...9])), ("bytes=0-9,5-20", .ranges([0...20])),
            ("bytes=500-600,0-9,601-700", .ranges([0...9, 500...700])), ("bytes=0-9,50-60", .ranges([0...60])),
            ("bytes=0-,0-,0-", .ranges([0...999])), ("bytes=1000-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=1000-,-0", .unsatisfiable), ("bytes=", .ignored),
            ("bytes", .ignored), ("bytes=a-b", .ignored), ("bytes=5-4", .ignored), ("bytes=0-9,5-4", .ignored),
            ("bytes=-", .ignored),
            ("bytes=--1", .ignored), ("bytes=0-1-2", .ignored), ("bytes=0 - 1", .ignored), ("bytes =0-1", .ignored),
            ("bytes=+0-1", .ignored), ("items=0-1", .ignored), ("", .ignored), ("bytes:0-1", .ignored),
            ("bytes=0x0-1", .ignored),
        ]
    )
    func ranges(value: String, expected: ByteRanges.Result) {
        #expect(ByteRanges.parse(value, length: 1000) == expected)
    }

    @Test("§14.1.2: an empty representation has no range")
    func emptyRepresentation() {
        #expect(ByteRanges.parse("bytes=0-", length: 0) == .unsatisfiable)
        #expect(ByteRanges.parse("bytes=-0", length: 0) == .unsatisfiable)
        #expect(ByteRanges.parse("bytes=-5", length: 0) == .ignored)
    }

    @Test("§17.15: too many ranges are ignored")
    func manyRanges() {
        let list = { (count: Int) in "bytes=" + (0..<count).map { "\($0 * 1000)-\($0 * 1000)" }.joined(separator: ",") }
        guard case .ranges(let ranges) = ByteRanges.parse(list(ByteRanges.limit), length: 1_000_000) else {
            Issue.record("as many as the limit are answered")
            return
        }
        #expect(ranges.count == ByteRanges.limit)
        #expect(ByteRanges.parse(list(ByteRanges.limit + 1), length: 1_000_000) == .ignored)
    }

    @Test(
        "§14.4: Content-Range",
        arguments: [
            ("bytes 0-499/1234", ContentRange(range: 0...499, completeLength: 1234)),
            ("bytes 0-499/*", ContentRange(range: 0...499, completeLength: nil)),
            ("bytes */1234", ContentRange(range: nil, completeLength: 1234)), ("bytes */*", nil), ("bytes 5-4/10", nil),
            ("bytes 0-10/10", nil), ("bytes=0-1/2", nil), ("bytes 0-1", nil), ("items 0-1/2", nil),
            ("bytes  0-1/2", nil),
            ("bytes 0-99999999999999999999/*", nil), ("", nil), ("bytes -1/5", nil),
        ]
    )
    func contentRange(value: String, expected: ContentRange?) {
        #expect(ContentRange.parse(value) == expected)
        if let expected {
            #expect(expected.value == value)
        }
    }

    @Test("§14.6: the length of a multipart body is what its parts add up to")
    func multipart() {
        let body = Array("0123456789".utf8)
        let frame = MultipartRanges(
            ranges: [0...1, 4...9],
            contentType: "image/png",
            completeLength: 10,
            boundary: "b"
        )
        var wire: [UInt8] = []
        for (index, range) in frame.ranges.enumerated() {
            wire += frame.partHead(index) + body[Int(range.lowerBound)...Int(range.upperBound)]
        }
        wire += frame.end
        let expected =
            "--b\r\nContent-Type: image/png\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
            + "\r\n--b\r\nContent-Type: image/png\r\nContent-Range: bytes 4-9/10\r\n\r\n456789\r\n--b--\r\n"
        #expect(String(decoding: wire, as: UTF8.self) == expected)
        #expect(frame.length == Int64(wire.count))
        #expect(frame.responseContentType == "multipart/byteranges; boundary=b")
    }

    @Test("random field values never trap, and ranges lie inside")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        print("RepresentationTests.random seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "bytes", "=", "-", ",", " ", "0", "5", "99", "99999999999999999999", "*", "/", "\"", "W/", "a", "\u{E9}",
            "1",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &random)
            let text = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            for value in [text, "bytes=" + text] {
                if case .ranges(let ranges) = ByteRanges.parse(value, length: 60) {
                    #expect(ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound < 60 }, "seed \(seed): \(value)")
                }
            }
            _ = ContentRange.parse("bytes " + text)
            _ = EntityTagList.parse(text)
            _ = HTTPDate.parse(text)
        }
    }
}
