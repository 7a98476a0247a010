// Value. What is read from request heads that are accepted, their limits, and heads that arrive in pieces.

import HTTPMessage
import TestSupport
import Testing

private let full = """
    GET /a/b.jpg?w=5 HTTP/1.1\r
    Host: pictures.example:8080\r
    User-Agent: \u{E9}tude\r
    Accept:\t image/avif , image/webp \r
    If-None-Match: "x"\r
    Empty:\r
    \r

    """

@Suite("RFC 9112 §2–§7: accepted request heads")
struct RequestParserTests {
    @Test("a head is ranges of the bytes it was parsed from")
    func ranges() throws {
        let text = "\r\n" + full + "GET /next"
        let head = try #require(parsedHead(text))
        let wire = bytes(text)
        func part(_ range: Range<Int>) -> String {
            String(decoding: wire[range], as: UTF8.self)
        }
        #expect(head.method == .get)
        #expect(part(head.methodRange) == "GET")
        #expect(part(head.target) == "/a/b.jpg?w=5")
        #expect(part(head.host) == "pictures.example:8080")
        #expect(head.minorVersion == 1)
        #expect(head.keepAlive)
        #expect(head.framing == .none)
        #expect(head.marks == [.host, .accept, .ifNoneMatch])
        #expect(head.length == 2 + bytes(full).count)
        let fields = wire.withRawSpan { head.fields(in: $0) }
        #expect(
            fields
                == Fields([
                    ("Host", "pictures.example:8080"), ("User-Agent", "\u{E9}tude"),
                    ("Accept", "image/avif , image/webp"), ("If-None-Match", "\"x\""), ("Empty", ""),
                ])
        )
        var rewritten: [UInt8] = []
        fields.write(into: &rewritten)
        #expect(rewritten.contains(0xE9))
    }

    @Test("a head without fields")
    func noFields() throws {
        let head = try #require(parsedHead("GET / HTTP/1.0\r\n\r\n"))
        #expect(head.minorVersion == 0)
        #expect(head.fieldsRange.isEmpty)
        #expect(head.host.isEmpty)
        #expect(head.marks.isEmpty)
        #expect(head.length == 18)
    }

    @Test(
        "RFC 9112 §9.3: whether the connection stays open",
        arguments: [
            ("1.1", "X: a", true), ("1.1", "Connection: close", false), ("1.1", "Connection: Keep-Alive, CLOSE", false),
            ("1.1", "Connection: keep-alive", true), ("1.1", "Connection: x\r\nConnection: close", false),
            ("1.0", "X: a", false), ("1.0", "Connection: keep-alive", true),
            ("1.0", "Connection: x , Keep-Alive", true),
            ("1.0", "Connection: keep-alive, close", false), ("1.9", "X: a", true),
        ]
    )
    func keepAlive(version: String, line: String, expected: Bool) throws {
        let head = try #require(parsedHead("GET / HTTP/\(version)\r\nHost: a\r\n\(line)\r\n\r\n"))
        #expect(head.keepAlive == expected)
        #expect(head.marks.contains(.connectionOptions) == line.contains("x"))
    }

    @Test(
        "RFC 9112 §6: how the end of the body is found",
        arguments: [
            ("X: a", RequestHead.Framing.none), ("Content-Length: 0", .length(0)),
            ("content-LENGTH:\t007 ", .length(7)),
            ("Content-Length: 9223372036854775807", .length(9_223_372_036_854_775_807)),
            ("Transfer-Encoding: chunked", .chunked), ("transfer-encoding: CHUNKED ", .chunked),
        ]
    )
    func framing(line: String, expected: RequestHead.Framing) throws {
        #expect(try #require(parsedHead("POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n")).framing == expected)
    }

    @Test(
        "RFC 9110 §10.1.1: Expect",
        arguments: [
            ("1.1", "100-continue", true, false), ("1.1", "100-Continue", true, false),
            ("1.0", "100-continue", false, false),
            ("1.1", "200-ok", false, true),
        ]
    )
    func expectation(version: String, value: String, waits: Bool, other: Bool) throws {
        let head = try #require(parsedHead("PUT / HTTP/\(version)\r\nHost: a\r\nExpect: \(value)\r\n\r\n"))
        #expect(head.expectsContinue == waits)
        #expect(head.marks.contains(.otherExpectation) == other)
    }

    @Test(
        "RFC 9112 §3.2.2: an absolute target's authority takes the place of Host",
        arguments: [
            ("http://b:81/p?q", "b:81", "/p?q"), ("HTTP://b", "b", ""), ("https://[::1]:5?q", "[::1]:5", "?q"),
        ]
    )
    func absoluteForm(target: String, host: String, rest: String) throws {
        let text = "GET \(target) HTTP/1.1\r\nX: y\r\nHost: a\r\n\r\n"
        let head = try #require(parsedHead(text))
        bytes(text).withRawSpan { span in
            #expect(head.text(head.host, in: span) == host)
            #expect(head.text(head.target, in: span) == rest)
            #expect(head.fields(in: span) == Fields([("X", "y"), ("Host", host)]))
        }
        #expect(head.marks.contains(.absoluteForm))
    }

    @Test("RFC 9110 §9.1: methods are case-sensitive and any token is one")
    func methods() {
        #expect(parsedHead("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == .head)
        #expect(parsedHead("get / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == .other)
        #expect(parsedHead("VERSION-CONTROL / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == .other)
        #expect(parsedHead("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")?.marks.contains(.asterisk) == true)
    }

    @Test(
        "RFC 9112 §3.2: hosts",
        arguments: ["", "a", "a.b-c:80", "127.0.0.1", "[::1]", "[2001:db8::1]:8080", "a%20b", "a:"]
    )
    func hosts(value: String) throws {
        let text = "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n"
        let head = try #require(parsedHead(text))
        #expect(bytes(text).withRawSpan { head.text(head.host, in: $0) } == value)
    }

    @Test(
        "every field with a mark sets it, in any case",
        arguments: [
            ("Range", RequestHead.Marks.range), ("If-Range", .ifRange), ("If-None-Match", .ifNoneMatch),
            ("If-Modified-Since", .ifModifiedSince), ("If-Match", .ifMatch),
            ("If-Unmodified-Since", .ifUnmodifiedSince),
            ("Cache-Control", .cacheControl), ("Pragma", .pragma), ("Authorization", .authorization),
            ("Cookie", .cookie),
            ("Accept", .accept), ("Accept-Encoding", .accept), ("Accept-Language", .accept),
            ("Accept-Charset", .accept),
            ("Upgrade", .upgrade), ("TE", .te), ("Via", .via), ("CDN-Loop", .cdnLoop), ("Max-Forwards", .maxForwards),
            ("Cache-Status", .cacheStatus), ("Trailer", .trailer), ("X-Range", RequestHead.Marks()),
        ]
    )
    func marks(name: String, mark: RequestHead.Marks) {
        for spelling in [name, name.lowercased(), name.uppercased()] {
            #expect(parsedHead("GET / HTTP/1.1\r\nHost: a\r\n\(spelling): x\r\n\r\n")?.marks == mark.union(.host))
        }
    }

    @Test("every prefix of a good head is incomplete, and what was scanned need not be scanned again")
    func split() {
        let wire = bytes(full)
        for count in 0..<wire.count {
            for scanned in [0, max(0, count - 1), count] {
                let parsed = Array(wire[..<count]).withRawSpan {
                    RequestParser.parse($0, limits: RequestLimits(), scanned: scanned)
                }
                #expect(parsed == .incomplete, "after \(count) bytes")
            }
            let whole = wire.withRawSpan { RequestParser.parse($0, limits: RequestLimits(), scanned: count) }
            #expect(whole == parse(full))
        }
    }

    @Test("limits: fields, head and target, at the bound and one beyond")
    func limits() {
        let limits = RequestLimits(head: 200, fields: 3, target: 10)
        func request(fields: Int, target: String = "/", padding: Int = 0) -> String {
            "GET \(target) HTTP/1.1\r\nHost: a\r\n"
                + String(repeating: "X: " + String(repeating: "y", count: padding) + "\r\n", count: fields) + "\r\n"
        }
        let isHead = { (text: String) in
            if case .head = parse(text, limits: limits) { true } else { false }
        }
        #expect(isHead(request(fields: 2)))
        #expect(parse(request(fields: 3), limits: limits) == .refused(.tooManyFields))
        #expect(isHead(request(fields: 0, target: "/123456789")))
        #expect(parse(request(fields: 0, target: "/1234567890"), limits: limits) == .refused(.targetTooLong))
        let room = 200 - bytes(request(fields: 1)).count
        #expect(isHead(request(fields: 1, padding: room)))
        #expect(parse(request(fields: 1, padding: room + 1), limits: limits) == .refused(.headTooLarge))
        #expect(
            parse("GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 200), limits: limits)
                == .refused(.headTooLarge)
        )
        #expect(parse("GET /" + String(repeating: "y", count: 80), limits: limits) == .refused(.targetTooLong))
    }

    @Test("random changes to heads never trap, and what is accepted is the same in one piece and by its parts")
    func mutations() {
        let seed = UInt64.random(in: 0 ... .max)
        print("RequestParserTests.mutations seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let alphabet = bytes("\r\n\r\n :\t,;*/?#%@[]\"\u{00}\u{7F}\u{E9}GETHOSTHTTP/1.1chunked0123456789")
        let seeds = [
            full, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "PUT http://a/b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close, x\r\n\r\n",
        ]
        for _ in 0..<20_000 {
            var wire = bytes(seeds[Int.random(in: 0..<seeds.count, using: &random)])
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<wire.count, using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0..<3, using: &random) {
                case 0: wire[place] = byte
                case 1: wire.insert(byte, at: place)
                default: wire.removeLast(min(wire.count - 1, Int.random(in: 0..<3, using: &random)))
                }
            }
            let parsed = wire.withRawSpan { RequestParser.parse($0, limits: RequestLimits()) }
            guard case .head(let head) = parsed else {
                continue
            }
            #expect(head.length <= wire.count && head.fieldsRange.upperBound == head.length - 2, "seed \(seed)")
            let alone = Array(wire[..<head.length]).withRawSpan { RequestParser.parse($0, limits: RequestLimits()) }
            #expect(alone == parsed, "seed \(seed)")
            let fields = wire.withRawSpan { head.fields(in: $0) }
            let lines = wire[head.fieldsRange].count { $0 == 0x0A }
            #expect(fields.lines.count == lines, "seed \(seed)")
        }
    }
}
