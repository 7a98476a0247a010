// Bodies that are interrupted after bytes of them have gone out, and who resumes them.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("An interrupted body is resumed with bytes of the same version alone") struct ResumeTests {
    private static let body = pattern(50_000)
    private static let modified = "Tue, 03 Nov 2026 10:00:00 GMT"
    /// A Last-Modified that is strong, by its Date.
    private static let strong = [("Last-Modified", modified), ("Date", "Tue, 03 Nov 2026 12:00:00 GMT")]
    /// One that is not: sent in the very second of the change.
    private static let weak = [("Last-Modified", modified), ("Date", modified)]

    private static func lines(_ fields: [(String, String)]) -> String {
        fields.map { "\($0): \($1)\r\n" }.joined()
    }

    /// Sends half of the body and ends the connection.
    private func breaking(
        _ fields: String,
        by ending: ScriptedOrigin.Step = .reset,
        in half: Int = 20_000
    ) throws
        -> ScriptedOrigin
    {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a.jpg",
            .head("HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(Self.body.count)\r\n\r\n"),
            .raw(Array(Self.body[..<half])),
            // Time for libcurl to hand on what has come: a reset may throw it away.
            .pause(milliseconds: 100),
            ending
        )
        return origin
    }

    /// Answers ranges as a server does, with these fields.
    private func serving(_ fields: [(String, String)], body: [UInt8] = Self.body) throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            let first = request.field("Range").flatMap { Int($0.dropFirst(6).prefix { $0 != "-" }) }
            guard let first else { return [.respond(fields: fields, body: body)] }
            let range = ("Content-Range", "bytes \(first)-\(body.count - 1)/\(body.count)")
            return [.respond(status: 206, fields: fields + [range], body: Array(body[first...]))]
        }
        return origin
    }

    @Test(
        "from another origin: the same strong entity tag, or a strong Last-Modified that no tag contradicts",
        arguments: [
            ([("ETag", "\"a\"")], [("ETag", "\"a\"")], true),
            ([("ETag", "\"a\"")], [("ETag", "\"b\"")], false),
            ([("ETag", "W/\"a\"")], [("ETag", "W/\"a\"")], false),
            (strong, strong, true), (weak, weak, false), (weak, strong, false), (strong, weak, false),
            (strong, [("Last-Modified", modified)], false),
            (strong, [("Last-Modified", "Tue, 03 Nov 2026 10:00:01 GMT"), strong[1]], false),
            (strong + [("ETag", "\"1\"")], strong + [("ETag", "\"2\"")], false),
            (strong + [("ETag", "\"1\"")], strong, true), (strong, strong + [("ETag", "\"1\"")], true),
            ([("ETag", "\"a\"")], [("ETag", "\"a\""), ("Content-Encoding", "gzip")], false),
            ([], [], false),
        ] as [([(String, String)], [(String, String)], Bool)]
    )
    func validators(first: [(String, String)], second: [(String, String)], isResumed: Bool) async throws {
        let origins = [try breaking(Self.lines(first)), try serving(second)]
        let running = try Running(origins.map { .test($0.url) })
        let got = try await running.get("/a.jpg", fields: [("If-None-Match", "\"old\"")])
        #expect(got.violations.isEmpty)
        #expect(got.isFinished == isResumed)
        #expect(running.origins.statistics()[1].resumed == (isResumed ? 1 : 0))
        guard isResumed else { return #expect(got.error?.kind == .reset) }
        #expect(got.body == Self.body)
        let asked = try #require(origins[1].requests.first)
        #expect(asked.field("Range")?.hasPrefix("bytes=") == true && asked.field("Range") != "bytes=0-49999")
        #expect(asked.field("If-None-Match") == nil)
    }

    /// Sends half of the body, and answers what is asked for afterwards with these fields, with a 206 or with the whole.
    private func changing(
        from first: [(String, String)],
        to second: [(String, String)],
        isWhole: Bool
    ) throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        let head = "HTTP/1.1 200 OK\r\n\(Self.lines(first))Content-Length: \(Self.body.count)\r\n\r\n"
        origin.respond { request in
            guard let range = request.field("Range") else {
                return [.head(head), .raw(Array(Self.body[..<20_000])), .pause(milliseconds: 100), .close]
            }
            if isWhole { return [.respond(fields: second, body: Self.body)] }
            let from = Int(range.dropFirst(6).prefix { $0 != "-" }) ?? 0
            let contentRange = ("Content-Range", "bytes \(from)-49999/50000")
            return [.respond(status: 206, fields: second + [contentRange], body: Array(Self.body[from...]))]
        }
        return origin
    }

    @Test(
        "from the same origin: a tag that changes, turns weak, comes or goes ends the resume, with 206 and with 200",
        arguments: [
            ([("ETag", "\"v1\"")], [("ETag", "\"v1\"")], true),
            ([("ETag", "\"v1\"")], [("ETag", "\"v1\""), ("WWW-Authenticate", "Negotiate")], false),
            ([("ETag", "\"v1\"")], [("ETag", "\"v2\"")], false),
            (strong + [("ETag", "\"v1\"")], strong + [("ETag", "\"v2\"")], false),
            (strong + [("ETag", "\"v1\"")], strong + [("ETag", "W/\"v1\"")], false),
            (strong + [("ETag", "W/\"v1\"")], strong + [("ETag", "W/\"v1\"")], false),
            (strong + [("ETag", "\"v1\"")], strong, false), (strong, strong + [("ETag", "\"v1\"")], false),
            (strong, strong, true), (weak, weak, false), (weak, strong, false),
            (
                [("ETag", "\"v1\""), ("Content-Type", "image/png")],
                [("ETag", "\"v1\""), ("Content-Type", "image/gif")], false
            ),
        ] as [([(String, String)], [(String, String)], Bool)],
        [false, true]
    )
    func sameOrigin(case row: ([(String, String)], [(String, String)], Bool), isWhole: Bool) async throws {
        let origin = try changing(from: row.0, to: row.1, isWhole: isWhole)
        let got = try await Running([.test(origin.url)]).get("/a.jpg")
        #expect(got.isFinished == row.2)
        #expect(got.body == (row.2 ? Self.body : Array(Self.body[..<20_000])))
    }

    @Test("an origin without tags in between does not make the first one's tag forgotten")
    func tagRemembered() async throws {
        let first = try changing(
            from: Self.strong + [("ETag", "\"v1\"")],
            to: Self.strong + [("ETag", "\"v2\"")],
            isWhole: false
        )
        let second = try ScriptedOrigin()
        second.on(
            "/a.jpg",
            .head(
                "HTTP/1.1 206 Partial Content\r\n\(Self.lines(Self.strong))Content-Range: bytes 20000-49999/50000\r\n"
            ),
            .head("Content-Length: 30000\r\n\r\n"),
            .raw(Array(Self.body[20_000..<30_000])),
            .pause(milliseconds: 100),
            .close
        )
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.error?.kind == .truncated)
        #expect(got.body == Array(Self.body[..<30_000]))
    }

    @Test(
        "a rest has to reach the end; where nobody told the length, it tells it",
        arguments: [
            ("bytes 20000-49999/50000", true), ("bytes 20000-39999/50000", false), ("bytes 20000-49999/*", false),
        ]
    )
    func unknownLength(contentRange: String, isResumed: Bool) async throws {
        let origin = try ScriptedOrigin()
        let end = try #require(Int(contentRange.dropFirst(12).prefix { $0 != "/" }))
        origin.respond { request in
            guard request.field("Range") != nil else {
                let head = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nTransfer-Encoding: chunked\r\n\r\n"
                return [.head(head), .chunk(Array(Self.body[..<20_000])), .pause(milliseconds: 100), .close]
            }
            let fields = [("ETag", "\"a\""), ("Content-Range", contentRange)]
            return [.respond(status: 206, fields: fields, body: Array(Self.body[20_000...end]))]
        }
        let got = try await Running([.test(origin.url)]).get("/a.jpg")
        #expect(got.isFinished == isResumed)
        #expect(got.body == (isResumed ? Self.body : Array(Self.body[..<20_000])))
    }

    @Test("another length is another picture")
    func otherLength() async throws {
        let first = try breaking(Self.lines(Self.strong))
        let second = try serving(Self.strong, body: pattern(50_001))
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.error?.kind == .reset)
    }

    @Test(
        "whatever broke it: reset, truncation, a stall",
        arguments: [.reset, .close, .hang] as [ScriptedOrigin.Step]
    )
    func endings(ending: ScriptedOrigin.Step) async throws {
        let first = try breaking("ETag: \"a\"\r\n", by: ending)
        let second = try serving([("ETag", "\"a\"")])
        var settings = OriginSettings.test(first.url)
        settings.stallTimeout = .milliseconds(400)
        let got = try await Running([settings, .test(second.url)]).get("/a.jpg")
        #expect(got.isFinished)
        #expect(got.body == Self.body)
    }

    @Test("an origin without ranges sends the whole again; what the client has is left out")
    func withoutRanges() async throws {
        let first = try breaking("ETag: \"a\"\r\n")
        let second = try ScriptedOrigin()
        second.on("/a.jpg", .respond(fields: [("ETag", "\"a\"")], body: Self.body))
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.isFinished)
        #expect(got.body == Self.body)
    }

    @Test("an origin that does not have it is passed by; the only one is asked again for the rest")
    func onAndOn() async throws {
        let first = try ScriptedOrigin()
        let head = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: \(Self.body.count)\r\n\r\n"
        let rest = Array(Self.body[20_000...])
        first.on(
            "/a.jpg",
            times: [
                [.head(head), .raw(Array(Self.body[..<20_000])), .pause(milliseconds: 100), .close],
                [
                    .respond(
                        status: 206,
                        fields: [("ETag", "\"a\""), ("Content-Range", "bytes 20000-49999/50000")],
                        body: rest
                    )
                ],
            ]
        )
        let second = try ScriptedOrigin()
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.isFinished)
        #expect(got.body == Self.body)
        #expect(second.requestCount() == 1)
    }

    @Test("a picture that breaks off at every origin, again and again, is given up")
    func givenUp() async throws {
        let origins = try (0..<6).map { _ in try ScriptedOrigin() }
        for origin in origins {
            origin.respond { request in
                let first = request.field("Range").flatMap { Int($0.dropFirst(6).prefix { $0 != "-" }) }
                let range = first.map { "Content-Range: bytes \($0)-49999/50000\r\n" } ?? ""
                let head = "HTTP/1.1 \(first == nil ? 200 : 206) OK\r\nETag: \"a\"\r\n\(range)"
                let from = first ?? 0
                return [
                    .head(head + "Content-Length: \(50_000 - from)\r\n\r\n"),
                    .raw(Array(Self.body[from..<from + 5000])), .pause(milliseconds: 100), .close,
                ]
            }
        }
        let got = try await Running(origins.map { .test($0.url) }).get("/a.jpg")
        #expect(got.error?.kind == .truncated)
        #expect(got.body == Array(Self.body[..<20_000]))
        #expect(
            origins.map { $0.requestCount() } == [2, 2, 0, 0, 0, 0] || origins.reduce(0) { $0 + $1.requestCount() } == 4
        )
    }

    @Test("a rest that does not begin where the body was interrupted is not used")
    func wrongRange() async throws {
        let first = try breaking("ETag: \"a\"\r\n")
        let second = try ScriptedOrigin()
        let fields = [("ETag", "\"a\""), ("Content-Range", "bytes 30000-49999/50000")]
        second.on("/a.jpg", .respond(status: 206, fields: fields, body: Array(Self.body[30_000...])))
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.error?.kind == .reset)
        #expect(got.body.count < 30_000)
    }

    @Test("a receiver that pauses gets the whole, at its pace, across the break")
    func paused() async throws {
        let first = try breaking("ETag: \"a\"\r\n")
        let second = try serving([("ETag", "\"a\"")])
        let running = try Running([.test(first.url), .test(second.url)])
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await eventually("the end", within: .seconds(30)) {
            if collector.now.isPaused { collector.unpause(transfer) }
            return collector.now.hasEnded
        }
        #expect(collector.now.violations.isEmpty)
        #expect(collector.now.isFinished)
        #expect(collector.now.body == Self.body)
    }
}
