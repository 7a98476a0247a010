// Which 206 and 416 can answer which request, and what becomes of those that cannot.

import HTTPMessage
import TestSupport
import Testing

@testable import Origins

@Suite("RFC 9110 §14.4, §15.3.7: a 206 has the range that was asked for, or more") struct RangeCheckTests {
    private static func verdict(
        _ status: Int,
        sent: String? = nil,
        wanted: String? = nil,
        _ fields: [(String, String)],
        length: Int64? = nil
    ) -> RangeCheck.Verdict {
        let head = ReceivedHead(status: status, reason: "", fields: Fields(fields), contentLength: length)
        return RangeCheck.verdict(on: head, sent: sent, wanted: wanted)
    }

    @Test(
        "one range",
        arguments: [
            // Asked for, Content-Range, whether it answers.
            ("bytes=0-4", "bytes 0-4/10", true), ("bytes=0-4", "bytes 0-9/10", true),
            ("bytes=0-4", "bytes 0-4/*", true),
            ("Bytes = 0-4", "bytes 0-4/10", false), ("BYTES=0-4", "BYTES 0-4/10", true),
            ("bytes=0-4", "bytes 0-3/10", false), ("bytes=0-4", "bytes 1-5/10", false),
            ("bytes=0-4", "bytes 5-9/10", false),
            ("bytes=5-", "bytes 5-9/10", true), ("bytes=5-", "bytes 4-9/10", true), ("bytes=5-", "bytes 5-8/10", false),
            ("bytes=5-", "bytes 6-9/10", false), ("bytes=5-", "bytes 5-8/*", true), ("bytes=5-", "bytes 6-8/*", false),
            ("bytes=0-99", "bytes 0-9/10", true), ("bytes=0-99", "bytes 0-9/*", false),
            ("bytes=0-99", "bytes 0-8/10", false),
            ("bytes=-5", "bytes 5-9/10", true), ("bytes=-5", "bytes 0-9/10", true), ("bytes=-5", "bytes 4-8/10", false),
            ("bytes=-5", "bytes 0-4/10", false), ("bytes=-50", "bytes 0-9/10", true),
            ("bytes=-5", "bytes 5-9/*", false),
            ("bytes=-0", "bytes 0-9/10", false), ("bytes=10-", "bytes 0-9/10", false),
            // What is no Content-Range of bytes.
            ("bytes=0-4", "bytes */10", false), ("bytes=0-4", "bytes 4-0/10", false),
            ("bytes=0-4", "bytes 0-10/10", false),
            ("bytes=0-4", "bytes 0-4/5/6", false), ("bytes=0-4", "bytes=0-4/10", false), ("bytes=0-4", "0-4/10", false),
            ("bytes=0-4", "items 0-4/10", false), ("bytes=0-4", "bytes 0-4", false), ("bytes=0-4", "", false),
            ("bytes=0-9223372036854775807", "bytes 0-9223372036854775807/*", false),
            // Several, one of which or all of which come as one.
            ("bytes=0-1,4-5", "bytes 0-5/10", true), ("bytes=0-1,4-5", "bytes 4-5/10", true),
            ("bytes=0-1,4-5", "bytes 1-4/10", false), ("bytes=0-1,50-", "bytes 0-1/10", true),
            // Another unit, which the origin understood and larder need not.
            ("items=0-4", "items 0-4/10", true), ("items=0-4", "bytes 0-4/10", false), ("x", "bytes 0-4/10", false),
        ]
    )
    func one(asked: String, contentRange: String, isSound: Bool) {
        let fields = [("Content-Range", contentRange)]
        for verdict in [
            Self.verdict(206, sent: asked, fields), Self.verdict(206, sent: "bytes=99-", wanted: asked, fields),
        ] {
            if case .sound = verdict {
                // A unit that is not bytes is only believed where it was sent.
                #expect(isSound, "\(asked): \(contentRange)")
            } else if asked.hasPrefix("bytes") {
                #expect(!isSound, "\(asked): \(contentRange): \(verdict)")
            }
        }
        let isRefused = Self.verdict(206, sent: asked, fields) != .sound(bodyLength: nil)
        if isSound, asked.hasPrefix("items") { #expect(!isRefused) }
    }

    @Test("Content-Length is the length of the range; where it is missing the body is measured")
    func lengths() {
        let fields = [("Content-Range", "bytes 2-4/10")]
        #expect(Self.verdict(206, sent: "bytes=2-4", fields) == .sound(bodyLength: 3))
        #expect(Self.verdict(206, sent: "bytes=2-4", fields, length: 3) == .sound(bodyLength: 3))
        for length: Int64 in [0, 2, 4, 10] {
            #expect(
                Self.verdict(206, sent: "bytes=2-4", fields, length: length)
                    == .malformed("Content-Length is not its range's")
            )
        }
    }

    @Test("nothing asked for, no Content-Range, two of them, or a multipart body for one range: malformed")
    func malformed() {
        let range = ("Content-Range", "bytes 0-4/10")
        let multipart = ("Content-Type", "Multipart/ByteRanges; boundary=x")
        func isSound(_ sent: String?, wanted: String? = nil, _ fields: [(String, String)]) -> Bool {
            if case .sound = Self.verdict(206, sent: sent, wanted: wanted, fields) { true } else { false }
        }
        #expect(!isSound(nil, [range]))
        #expect(!isSound("bytes=0-4", []))
        #expect(!isSound("bytes=0-4", [range, range]))
        #expect(!isSound("bytes=0-4", [multipart]))
        #expect(!isSound("bytes=0-4", [multipart, range]))
        #expect(!isSound(nil, wanted: "bytes=0-1,4-5", [multipart]))
        #expect(!isSound("bytes=0-1,4-5", [multipart, range]))
        #expect(isSound("bytes=0-1,4-5", [multipart]))
    }

    @Test("416 needs a Range that was sent; other statuses pay no attention to Content-Range")
    func others() {
        let fields = [("Content-Range", "bytes */10")]
        #expect(Self.verdict(416, sent: "bytes=10-", fields) == .sound(bodyLength: nil))
        #expect(Self.verdict(416, wanted: "bytes=10-", fields) == .malformed("416 to a request without Range"))
        for status in [200, 304, 404, 500] { #expect(Self.verdict(status, fields) == .sound(bodyLength: nil)) }
    }

    // MARK: Over a connection

    private static func head(_ status: String, _ fields: String) -> ScriptedOrigin.Step {
        .head("HTTP/1.1 \(status)\r\n\(fields)\r\n")
    }

    @Test(
        "such an answer is malformed: the next origin is asked, or the client gets an error",
        arguments: ["GET", "HEAD"],
        [nil, "bytes=5-9"] as [String?]
    )
    func nextOrigin(method: String, range: String?) async throws {
        let broken = try ScriptedOrigin()
        broken.on(
            "/a.jpg",
            .respond(status: 206, fields: [("Content-Range", "bytes 0-4/10")], body: Array("01234".utf8))
        )
        let sound = try ScriptedOrigin()
        sound.on("/a.jpg", .text("0123456789"))
        let fields = range.map { [("Range", $0)] } ?? []
        let running = try Running([.test(broken.url), .test(sound.url)])
        let got = try await running.get("/a.jpg", method: method, fields: fields)
        #expect(got.response?.status == 200)
        #expect(got.body == (method == "HEAD" ? [] : Array("0123456789".utf8)))
        #expect(got.response?.tried.first?.outcome == .failed(.malformed))
        #expect(running.origins.statistics()[0].errors == [.malformed: 1])
        let alone = try await Running([.test(broken.url)]).get("/a.jpg", method: method, fields: fields)
        #expect(alone.response == nil && alone.error?.kind == .malformed)
    }

    @Test("through libcurl too", arguments: [true, false])
    func libcurl(isStore: Bool) async throws {
        let broken = try ScriptedOrigin()
        broken.respond { _ in
            [.respond(status: 206, fields: [("Content-Range", "bytes 0-4/10")], body: Array("01234".utf8))]
        }
        var settings = OriginSettings.test(isStore ? "s3://pics" : broken.url)
        if isStore {
            settings.store = ObjectStore(
                endpoint: OriginURL(test: broken.url),
                region: "eu",
                accessKey: "A",
                secretKey: "b"
            )
        }
        let got = try await Running([settings]).get("/a.jpg", onlyFirst: !isStore)
        #expect(got.error?.kind == .malformed)
        #expect(got.response == nil)
    }

    @Test(
        "a body of another length than its Content-Range is broken",
        arguments: [
            ("Transfer-Encoding: chunked\r\n", "3\r\n012\r\n0\r\n\r\n", .truncated, 3),
            ("Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n0\r\n\r\n", nil, 5),
            ("Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n1\r\n5\r\n0\r\n\r\n", .malformed, 5),
            ("Connection: close\r\n", "012", .truncated, 3), ("Connection: close\r\n", "01234", nil, 5),
            ("Connection: close\r\n", "012345", .malformed, 0),
        ] as [(String, String, OriginError.Kind?, Int)],
        [false, true]
    )
    func bodies(case row: (String, String, OriginError.Kind?, Int), isLibcurl: Bool) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in
            [Self.head("206 Partial Content", "Content-Range: bytes 0-4/10\r\n" + row.0), .head(row.1), .close]
        }
        let running = try Running([.test(server.url)])
        let got = try await running.get("/a.jpg", fields: [("Range", "bytes=0-4")], onlyFirst: isLibcurl)
        #expect(got.response?.status == 206)
        #expect(got.isFinished == (row.2 == nil))
        #expect(got.error?.kind == row.2)
        #expect(got.body.count <= 5)
        if row.2 != .malformed { #expect(got.body.count == row.3) }
    }

    @Test(
        "a directory answers what is asked for",
        arguments: [(nil, 200, 10), ("bytes=2-4", 206, 3), ("bytes=-4", 206, 4)]
    )
    func file(range: String?, status: Int, count: Int) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("0123456789", to: "a.jpg")
        let running = try Running([.test("file://\(directory.path)")])
        let got = try await running.get("/a.jpg", fields: range.map { [("Range", $0)] } ?? [])
        #expect(got.response?.status == status && got.body.count == count && got.isFinished)
    }
}
