// Bodies that break off after bytes of them have gone out, and who goes on with them.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("Issue 4 §2: a body that breaks off is gone on with from another origin") struct ResumeTests {
    private static let body = pattern(50_000)
    private static let modified = "Tue, 03 Nov 2026 10:00:00 GMT"

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
        "a strong entity tag, or Last-Modified and the length, tell the same representation",
        arguments: [
            ("ETag: \"a\"\r\n", [("ETag", "\"a\"")], true),
            ("ETag: \"a\"\r\n", [("ETag", "\"b\"")], false),
            ("ETag: W/\"a\"\r\n", [("ETag", "W/\"a\"")], false),
            ("Last-Modified: \(modified)\r\n", [("Last-Modified", modified)], true),
            ("Last-Modified: \(modified)\r\n", [("Last-Modified", "Tue, 03 Nov 2026 10:00:01 GMT")], false),
            ("ETag: \"1\"\r\nLast-Modified: \(modified)\r\n", [("ETag", "\"2\""), ("Last-Modified", modified)], true),
            ("ETag: \"a\"\r\n", [("ETag", "\"a\""), ("Content-Encoding", "gzip")], false),
            ("", [], false),
        ] as [(String, [(String, String)], Bool)]
    )
    func validators(first: String, second: [(String, String)], isGoneOnWith: Bool) async throws {
        let origins = [try breaking(first), try serving(second)]
        let running = try Running(origins.map { .test($0.url) })
        let got = try await running.get("/a.jpg", fields: [("If-None-Match", "\"old\"")])
        #expect(got.violations.isEmpty)
        #expect(got.isFinished == isGoneOnWith)
        #expect(running.origins.statistics()[1].resumed == (isGoneOnWith ? 1 : 0))
        guard isGoneOnWith else { return #expect(got.error?.kind == .reset) }
        #expect(got.body == Self.body)
        let asked = try #require(origins[1].requests.first)
        #expect(asked.field("Range")?.hasPrefix("bytes=") == true && asked.field("Range") != "bytes=0-49999")
        #expect(asked.field("If-None-Match") == nil)
    }

    @Test("another length is another picture")
    func otherLength() async throws {
        let first = try breaking("Last-Modified: \(Self.modified)\r\n")
        let second = try serving([("Last-Modified", Self.modified)], body: pattern(50_001))
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

    @Test("a rest that does not begin where the body broke off is not used")
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
