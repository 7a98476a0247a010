import HTTPCaching
import HTTPMessage
import TestSupport
import Testing

/// The short way of conditions and ranges decides as the long way does, or leaves it to that.
@Suite("RFC 9110 §13, §14 over bytes")
struct HitShapeTests {
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let stored =
        "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nETag: \"v1\"\r\nLast-Modified: \(date)\r\nDate: \(date)\r\n"
        + "Cache-Control: max-age=60\r\nVia: 1.1 larder\r\nX-Other: 1\r\nContent-Length: 100\r\n"

    private static func decide(
        _ lines: [String],
        stored: String = stored,
        knowsPlaces: Bool = false,
        length: Int64 = 100
    )
        -> HitShape?
    {
        let bytes = Array("GET /a HTTP/1.1\r\nHost: a\r\n\(lines.map { $0 + "\r\n" }.joined())\r\n".utf8)
        return bytes.withRawSpan { span in
            guard case .head(let head) = RequestParser.parse(span, limits: RequestLimits()) else {
                Issue.record("the request is refused: \(lines)")
                return nil
            }
            guard head.marks.intersection(.shapesReuse).isSubset(of: HitShape.marks) else { return nil }
            return Array(stored.utf8).withRawSpan { stored in
                let places = knowsPlaces ? NotModifiedPlaces(stored) : nil
                return HitShape.decide(head, span, stored: stored, places: places, length: length)
            }
        }
    }

    @Test(
        "What is usual is decided, what is not is left alone",
        arguments: [
            ([], .whole),
            (["Accept: */*"], .whole),
            (["If-None-Match: \"v1\""], .notModified),
            (["if-none-match:   \"v1\"  "], .notModified),
            (["If-None-Match: \"v1\"", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"], .notModified),
            (["If-None-Match: \"v2\""], nil),
            (["If-None-Match: W/\"v1\""], nil),
            (["If-None-Match: \"v1\", \"v2\""], nil),
            (["If-None-Match: \"v1\"", "If-None-Match: \"v1\""], nil),
            (["If-None-Match: *"], nil),
            (["If-Modified-Since: \(date)"], .notModified),
            (["If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT"], nil),
            (["If-Modified-Since: \(date)", "If-Modified-Since: \(date)"], nil),
            (["If-None-Match: \"v2\"", "If-Modified-Since: \(date)"], nil),
            (["Range: bytes=0-0"], .part(0..<1)),
            (["Range: bytes=10-19"], .part(10..<20)),
            (["Range: Bytes=10-"], .part(10..<100)),
            (["Range: bytes=90-1000"], .part(90..<100)),
            (["Range: bytes=-5"], .part(95..<100)),
            (["Range: bytes=-500"], .part(0..<100)),
            (["Range: bytes=-0"], nil),
            (["Range: bytes=-"], nil),
            (["Range: bytes=5-4"], nil),
            (["Range: bytes=100-"], nil),
            (["Range: bytes=0-1,4-5"], nil),
            (["Range: bytes= 0-1"], nil),
            (["Range: bytes=0-1 x"], nil),
            (["Range: bytes=99999999999999999999-"], nil),
            (["Range: pages=0-1"], nil),
            (["Range: bytes=0-1", "Range: bytes=0-1"], nil),
            (["Range: bytes=0-1", "If-Range: \"v1\""], nil),
            (["Range: bytes=0-1", "If-None-Match: \"v1\""], nil),
            (["Cache-Control: no-cache"], nil),
        ] as [([String], HitShape?)]
    )
    func usual(_ lines: [String], _ expected: HitShape?) {
        #expect(Self.decide(lines) == expected)
    }

    @Test(
        "A tag that is none, and a date that is none, never make a 304",
        arguments: ["v1", "\"v1", "\"v\"1\"", "W/v1", "\"\""]
    )
    func malformed(_ tag: String) {
        let stored = "HTTP/1.1 200 OK\r\nETag: \(tag)\r\nLast-Modified: yesterday\r\n"
        #expect(Self.decide(["If-None-Match: \(tag)"], stored: stored) == (tag == "\"\"" ? .notModified : nil))
        #expect(Self.decide(["If-Modified-Since: yesterday"], stored: stored) == nil)
    }

    @Test("Where it decides, the fields say the same", arguments: 0..<4)
    func agreesWithFields(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let tags = ["\"v1\"", "W/\"v1\"", "\"a b\"", "v1", "\"\"", "*"]
        let dates = [Self.date, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "never"]
        let ranges = [
            "bytes=0-", "bytes=-1", "bytes=3-7", "bytes=0-0", "bytes=99-100", "bytes=100-101", "bytes=7-3", "x=1-2",
        ]
        var decided = 0
        for _ in 0..<2000 {
            let (tag, modified) = (tags.randomElement(using: &random), dates.randomElement(using: &random))
            let length = [0, 1, 8, 100].randomElement(using: &random) ?? 0
            var lines: [String] = []
            if Bool.random(using: &random), let tag = tags.randomElement(using: &random) {
                lines.append("If-None-Match: \(tag)")
            }
            if Bool.random(using: &random), let date = dates.randomElement(using: &random) {
                lines.append("If-Modified-Since: \(date)")
            }
            if Bool.random(using: &random), let range = ranges.randomElement(using: &random) {
                lines.append("Range: \(range)")
            }
            let head = "HTTP/1.1 200 OK\r\nETag: \(tag ?? "")\r\nLast-Modified: \(modified ?? "")\r\n"
            guard let shape = Self.decide(lines, stored: head, length: Int64(length)) else { continue }
            decided += 1
            #expect(shape == Self.byFields(lines, tag, modified, Int64(length)), "\(lines) of \(head)")
        }
        #expect(decided > 300)
    }

    private static func byFields(_ lines: [String], _ tag: String?, _ modified: String?, _ length: Int64) -> HitShape? {
        let fields = Fields(
            lines.map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), String(parts[1].dropFirst()))
            }
        )
        var response = Fields()
        if let tag { response.append(name: "ETag", value: tag) }
        if let modified { response.append(name: "Last-Modified", value: modified) }
        let shape = ResponseShape.decide(
            RequestFacts(method: .get, fields: fields),
            fields,
            status: 200,
            response: response,
            length: length,
            isComplete: true
        )
        return switch shape {
        case .whole: .whole
        case .notModified: .notModified
        case .part(let range): .part(range)
        case .parts, .unsatisfiable: nil
        }
    }

    @Test("§15.4.5: a 304 made of bytes has the fields that one made of fields has", arguments: [stored, tagless])
    func notModifiedHead(_ stored: String) {
        let text = Self.written(stored) { StoredHead.writeNotModified($0, into: &$1) }
        let kept = StoredHead.notModifiedFields(from: Self.fields(stored))
        #expect(text.hasPrefix("HTTP/1.1 304 Not Modified\r\n"))
        #expect(Self.fields(text) == kept)
        #expect(kept.contains("Via") && !kept.contains("Content-Type"))
    }

    @Test(
        "a 304 is the same whether the places are known or not",
        arguments: [
            ("ETag: \"v1\"", true), ("Date: x|ETag: W/\"v1\"|Via: b", true), ("ETag: \"v1\"|X: 1", true),
            ("Date: x", false),
            ("ETag: \"v1\"|ETag: \"v1\"", false), ("ETag: v1", false),
            ("ETag: \"v1\"|A: 1|Via: 1|A: 2|Via: 2|A: 3|Via: 3|A: 4", true),
            ("ETag: \"v1\"|A: 1|Via: 1|A: 2|Via: 2|A: 3|Via: 3|A: 4|Via: 4", false),
            ("ETag: \"v1\"|A: \(String(repeating: "a", count: 65_536))", false),
        ]
    )
    func knownPlaces(_ lines: String, areKnown: Bool) {
        let head = "HTTP/1.1 200 OK\r\n" + lines.split(separator: "|").map { "\($0)\r\n" }.joined()
        let places = Array(head.utf8).withRawSpan { NotModifiedPlaces($0) }
        #expect((places != nil) == areKnown)
        let without = Self.written(head) { StoredHead.writeNotModified($0, into: &$1) }
        #expect(Self.written(head) { StoredHead.writeNotModified($0, places, into: &$1) } == without)
        for tag in ["\"v1\"", "W/\"v1\"", "\"v2\"", "v1"] {
            let request = ["If-None-Match: \(tag)"]
            #expect(Self.decide(request, stored: head, knowsPlaces: true) == Self.decide(request, stored: head))
        }
    }

    private static let tagless = stored.replacing(
        "ETag: \"v1\"\r\n",
        with: "Expires: 0\r\nContent-Location: /b\r\nVary: A\r\n"
    )

    @Test("§15.3.7: a 206 made of bytes tells its part, and all else that is stored")
    func partHead() {
        let text = Self.written(Self.stored) { StoredHead.writePart(10..<20, of: 100, $0, into: &$1) }
        var expected = Self.fields(Self.stored)
        expected.removeAll("Content-Length")
        expected.append(name: "Content-Range", value: "bytes 10-19/100")
        expected.append(name: "Content-Length", value: "10")
        #expect(text.hasPrefix("HTTP/1.1 206 Partial Content\r\n"))
        #expect(Self.fields(text) == expected)
    }

    private static func written(_ head: String, _ write: (RawSpan, inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        Array(head.utf8).withRawSpan { write($0, &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func fields(_ head: String) -> Fields {
        Fields(
            head.split(separator: "\r\n").dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), String(parts[1].dropFirst()))
            }
        )
    }
}
