// Scenarios. Set-Cookie. One visitor's cookie is never handed to another, however the answer comes about.

import LarderHarness
import Proxy
import Settings
import TestSupport
import Testing

@Suite("cache.set_cookie: a cookie is its own client's")
struct CookieScenarios {
    private func withCookies(
        _ origin: ScriptedOrigin,
        _ handling: SetCookieHandling = .strip,
        _ body: (Larder) async throws -> Void
    ) async throws {
        try await withLarder(Setup(origin) { $0.configuration.cache.setCookie = handling }, body)
    }

    private func cookie(_ response: RawResponse) -> [String] { response.values(of: "Set-Cookie") }

    @Test(
        "strip: the client whose request fetched it gets the cookie, nobody after it does",
        arguments: [
            fields("max-age=600"), fields("public, max-age=600"), fields("s-maxage=600"),
            [("Content-Type", "image/png")],
            [("Content-Type", "image/png"), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")],
        ]
    )
    func strip(fields: [(String, String)]) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields + [("Set-Cookie", "id=1"), ("set-cookie", "b=2"), ("X-Other", "y")]))
        try await withCookies(origin) { larder in
            let first = try await larder.fill("/a")
            #expect(cookie(first) == ["id=1", "b=2"])
            #expect(first.cacheStatus == "larder; fwd=uri-miss; fwd-status=200; stored; detail=set-cookie-stripped")
            for request in [[], [("Range", "bytes=0-0")], [("Accept", "*/*")]] as [[(String, String)]] {
                let later = try await larder.get("/a", request)
                #expect(later.isHit && cookie(later).isEmpty && later.values(of: "X-Other") == ["y"])
            }
            #expect(cookie(try await larder.request("HEAD", "/a")).isEmpty)
            try await larder.restart()
            #expect(cookie(try await larder.get("/a")).isEmpty)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("strip: who waits for the same fill gets the picture without the cookie")
    func followers() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/a", .hold(gate), .text("x", fields: fields("max-age=600", ("Set-Cookie", "id=1"))))
        try await withCookies(origin) { larder in
            async let leader = larder.get("/a")
            try await origin.waitForRequests(1)
            async let follower = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(cookie(try await leader) == ["id=1"])
            #expect(cookie(try await follower).isEmpty)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("strip: what a 304 brings is the cookie of the client that asked; the same for a conditional request's 304")
    func notModified() async throws {
        let origin = try ScriptedOrigin()
        let control = stale("", ("ETag", "\"1\""))
        origin.on(
            "/a",
            times: [
                [.text("x", fields: control)],
                [.respond(status: 304, fields: control + [("Set-Cookie", "id=1")])],
                [.respond(status: 304, fields: control + [("Set-Cookie", "id=2")])],
                [.respond(status: 304, fields: fields("max-age=600", ("ETag", "\"1\"")))],
            ]
        )
        try await withCookies(origin) { larder in
            #expect(cookie(try await larder.fill("/a")).isEmpty)
            let second = try await larder.fill("/a")
            #expect(cookie(second) == ["id=1"] && second.text == "x")
            #expect(second.cacheStatus == "larder; fwd=stale; fwd-status=304; stored; detail=set-cookie-stripped")
            let third = try await larder.fill("/a", [("If-None-Match", "\"1\"")])
            #expect(third.status == 304 && cookie(third) == ["id=2"])
            #expect(cookie(try await larder.fill("/a")).isEmpty)
            let hit = try await larder.get("/a")
            #expect(hit.isHit && cookie(hit).isEmpty)
        }
    }

    @Test("strip: the answer to a HEAD that freshens a picture leaves no cookie with it")
    func head() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            let more: [(String, String)] =
                request.method == "HEAD" ? [("Set-Cookie", "id=1"), ("Content-Length", "1")] : []
            let control =
                request.method == "HEAD" ? fields("max-age=600", ("ETag", "\"1\"")) : stale("", ("ETag", "\"1\""))
            return [.respond(fields: control + more, body: request.method == "HEAD" ? [] : [1])]
        }
        try await withCookies(origin) { larder in
            try await larder.fill("/a")
            #expect(cookie(try await larder.request("HEAD", "/a")) == ["id=1"])
            await larder.settle()
            let hit = try await larder.get("/a")
            #expect(hit.isHit && cookie(hit).isEmpty)
        }
    }

    @Test("strip: a 404, a redirect and a part lose their cookie too")
    func others() async throws {
        let origin = try ScriptedOrigin()
        let more = fields("max-age=600", ("Set-Cookie", "id=1"))
        origin.on("/404", .text("no", status: 404, fields: more))
        origin.on("/301", .respond(status: 301, fields: more + [("Location", "/b")]))
        let part = [("ETag", "\"1\""), ("Content-Range", "bytes 0-1/9")]
        origin.on("/206", .respond(status: 206, fields: more + part, body: Array("ab".utf8)))
        try await withCookies(origin) { larder in
            for path in ["/404", "/301"] {
                #expect(cookie(try await larder.fill(path)) == ["id=1"])
                let hit = try await larder.get(path)
                #expect(hit.isHit && cookie(hit).isEmpty, "\(path)")
            }
            let range = [("Range", "bytes=0-1")]
            let first = try await larder.fill("/206", range)
            #expect(first.status == 206 && cookie(first) == ["id=1"])
            let part = try await larder.get("/206", range)
            #expect(part.status == 206 && part.isHit && part.text == "ab" && cookie(part).isEmpty)
        }
    }

    @Test("refuse: a response with a cookie is not stored, and a 304 with one ends what is stored")
    func refuse() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields("public, max-age=600", ("Set-Cookie", "id=1"))))
        origin.on(
            "/b",
            times: [
                [.text("x", fields: stale("", ("ETag", "\"1\"")))],
                [.respond(status: 304, fields: fields("max-age=600", ("ETag", "\"1\""), ("Set-Cookie", "id=2")))],
                [.text("y", fields: fields("max-age=600"))],
            ]
        )
        try await withCookies(origin, .refuse) { larder in
            for _ in 0..<2 {
                let response = try await larder.fill("/a")
                #expect(cookie(response) == ["id=1"])
                #expect(response.cacheStatus == "larder; fwd=uri-miss; fwd-status=200; detail=set-cookie")
            }
            try await larder.fill("/b")
            let second = try await larder.fill("/b")
            #expect(cookie(second) == ["id=2"] && second.text == "x")
            #expect(second.cacheStatus == "larder; fwd=stale; fwd-status=304; detail=set-cookie")
            #expect(try await larder.fill("/b").text == "y")
        }
    }

    @Test("keep: RFC 9111 §7.3 holds; once the rule is another one, what was kept is served without it")
    func keep() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields("max-age=600", ("Set-Cookie", "id=1"))))
        origin.on("/b", .text("x", fields: [("Content-Type", "image/png"), ("Set-Cookie", "id=1")]))
        let directory = try TemporaryDirectory()
        let keeping = try Setup(origin) { $0.configuration.cache.setCookie = .keep }
        try await withLarder(keeping, directory: directory) { larder in
            try await larder.fill("/a")
            let hit = try await larder.get("/a")
            #expect(hit.isHit && cookie(hit) == ["id=1"])
            try await larder.fill("/b")
            #expect(try await larder.get("/b").cacheStatus.hasSuffix("detail=set-cookie"))
        }
        try await withLarder(Setup(origin), directory: directory) { larder in
            let hit = try await larder.get("/a")
            #expect(hit.isHit && cookie(hit).isEmpty)
        }
    }

    @Test("strip: an interim response of a fill carries no cookie to those who share it")
    func interim() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            .head("HTTP/1.1 103 Early Hints\r\nLink: </b>\r\nSet-Cookie: id=1\r\n\r\n"),
            .text("x", fields: fresh)
        )
        try await withCookies(origin) { larder in
            let text = try await larder.client { client in
                try client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return String(decoding: try client.receiveUntilClose(), as: UTF8.self)
            }
            #expect(text.contains("103 Early Hints") && text.contains("Link: </b>") && !text.contains("Set-Cookie"))
        }
    }
}
