// How a response is prepared for a client, what of a body is left to send, and when an interrupted body can be resumed.

import HTTPCaching
import HTTPMessage
import NIOCore
import Testing

@testable import Proxy

@Suite("a response on the long way") struct ResponseTests {
    private static func prepare(
        _ line: String,
        _ fields: [String],
        length: Int64? = 7,
        status: Int = 200
    ) throws -> PreparedResponse {
        let request = try Make.request(line, fields, Make.settings())
        let head = "HTTP/1.1 \(status) X\r\nETag: \"1\"\r\nContent-Type: image/png\r\n"
        let parts = ResponseParts(
            status: status,
            head: ByteBuffer(string: head),
            fields: Fields([("ETag", "\"1\""), ("Content-Type", "image/png")]),
            length: length,
            age: 3,
            cacheStatus: .hit(timeToLive: 57),
            source: .memory(ByteBuffer(string: "picture"), from: 0),
            entry: nil,
            now: WallTime(secondsSinceEpoch: 0),
            isShaped: true
        )
        var scratch: [UInt8] = []
        return PreparedResponse(parts, for: request, .stays(isHTTP10: false), scratch: &scratch)
    }

    @Test(
        "RFC 9112 §6.3, RFC 9110 §14, §15: status, framing and what follows",
        arguments: [
            ("GET /a HTTP/1.1", [], 7, 200, 200, "Content-Length: 7", true),
            ("HEAD /a HTTP/1.1", [], 7, 200, 200, "Content-Length: 7", false),
            ("GET /a HTTP/1.1", [], nil, 200, 200, "Transfer-Encoding: chunked", true),
            ("HEAD /a HTTP/1.1", [], nil, 200, 200, "Age: 3", false),
            ("GET /a HTTP/1.0", [], nil, 200, 200, "Connection: close", true),
            ("GET /a HTTP/1.1", [], nil, 204, 204, "Age: 3", false),
            ("GET /a HTTP/1.1", ["If-None-Match: \"1\""], 7, 200, 304, "ETag: \"1\"", false),
            ("GET /a HTTP/1.1", ["Range: bytes=1-2"], 7, 200, 206, "Content-Range: bytes 1-2/7", true),
            ("GET /a HTTP/1.1", ["Range: bytes=0-0, 60000-60001"], 70_000, 200, 206, "multipart/byteranges", true),
            ("GET /a HTTP/1.1", ["Range: bytes=9-"], 7, 200, 416, "Content-Range: bytes */7", false),
            ("GET /a HTTP/1.1", ["Range: bytes=1-2"], nil, 200, 200, "Transfer-Encoding: chunked", true),
        ] as [(String, [String], Int64?, Int, Int, String, Bool)]
    )
    func prepared(
        line: String,
        fields: [String],
        length: Int64?,
        status: Int,
        expected: Int,
        field: String,
        hasBody: Bool
    ) throws {
        let prepared = try Self.prepare(line, fields, length: length, status: status)
        let (status, head, body) = (prepared.status, String(buffer: prepared.head), prepared.body)
        let endsWithConnection = prepared.endsWithConnection
        #expect(status == expected)
        #expect(head.contains(field), "\(head)")
        #expect(body.isEmpty == !hasBody)
        #expect(endsWithConnection == (field == "Connection: close"))
    }

    @Test("a body's plan: ranges advance, what is put back comes first, and what is missing is known")
    func plan() {
        var plan = BodyPlan([.body(0..<0), .bytes(ByteBuffer(string: "x")), .body(10..<20), .body(30..<40)])
        guard case .bytes = plan.next() else { return #expect(Bool(false), "the ready bytes come first") }
        guard case .body(10..<20) = plan.next() else { return #expect(Bool(false), "the range comes second") }
        plan.advance(by: 4)
        #expect(plan.missing == 14..<40)
        plan.putBack([.body(12..<14)])
        #expect(plan.missing == 12..<40)
        guard case .body(12..<14) = plan.next() else { return #expect(Bool(false), "what was put back comes first") }
        #expect(BodyPlan([.rest(from: 3)]).missing == nil)
        #expect(BodyPlan([.body(5..<9), .body(0..<2)]).missing == nil, "the origin gives no ranges out of order")
    }

    @Test(
        "RFC 9110 §15.3.7.3: a body is resumed only with bytes of the same version",
        arguments: [
            ("\"1\"", 206, "\"1\"", "bytes 3-6/7", 3), ("\"1\"", 206, "\"2\"", "bytes 3-6/7", nil),
            ("\"1\"", 206, "\"1\"", "bytes 4-6/7", nil), ("\"1\"", 206, "\"1\"", "bytes 0-6/7", 0),
            ("\"1\"", 200, "\"1\"", nil, 0), ("\"1\"", 200, "\"2\"", nil, nil), ("\"1\"", 404, "\"1\"", nil, nil),
        ] as [(String, Int, String, String?, Int64?)]
    )
    func rest(tag: String, status: Int, other: String, range: String?, expected: Int64?) throws {
        var rest = BodyRest(Fields([("ETag", tag)]), length: 7)
        #expect(rest.tag(for: 3..<7) == tag)
        rest.ask(for: 3..<7, mayWait: false)
        #expect(rest.isUnderWay && rest.tag(for: 3..<7) == nil, "it is asked for once")
        var fields = [("ETag", other)]
        if let range { fields.append(("Content-Range", range)) }
        let request = try Make.request("GET /a HTTP/1.1", [], Make.settings())
        let length = range.flatMap { ContentRange.parse($0)?.range.map { Int64($0.count) } } ?? 7
        #expect(rest.answered(Make.fillHead(status, fields, length: length, for: request)) == expected)
        #expect(!rest.isUnderWay && rest.tag(for: 3..<7) == nil)
    }

    @Test("a version that no strong tag names is not resumed", arguments: ["W/\"1\"", ""])
    func weak(tag: String) {
        #expect(BodyRest(Fields(tag.isEmpty ? [] : [("ETag", tag)]), length: 7).tag(for: 3..<7) == nil)
    }
}
