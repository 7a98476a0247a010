// Redirects: passed on, or followed as far as the configuration allows, and never with what is an origin's own
// business. Scripted origins are all on loopback, which is no public address: who is not in the list is a stranger.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("Redirects of origins") struct RedirectTests {
    private func following(_ server: ScriptedOrigin, _ limit: Int = 3) -> OriginSettings {
        var settings = OriginSettings.test(server.url)
        settings.maximumRedirects = limit
        return settings
    }

    private func redirect(_ status: Int = 302, to location: String, body: String = "moved") -> ScriptedOrigin.Step {
        .text(body, status: status, fields: [("Location", location)])
    }

    @Test("are passed on unless they are to be followed", arguments: [301, 302, 303, 307, 308])
    func passedOn(status: Int) async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", redirect(status, to: "/b.jpg"))
        let got = try await Running([.test(server.url)]).get("/a.jpg")
        #expect(got.response?.status == status)
        #expect(got.response?.fields.first("Location") == "/b.jpg")
        #expect(server.requestCount() == 1)
    }

    @Test("are followed on the origin itself, with all that it is sent and over one connection", arguments: [301, 308])
    func sameServer(status: Int) async throws {
        let server = try ScriptedOrigin()
        server.on("/dir/a.jpg", redirect(status, to: "b.jpg?x=1"))
        server.on("/dir/b.jpg", .text("picture"))
        var settings = following(server)
        settings.headers = [("X-Key", "word")]
        let got = try await Running([settings]).get("/dir/a.jpg", fields: [("Authorization", "Basic x")])
        #expect(got.isFinished && got.body == Array("picture".utf8) && got.violations.isEmpty)
        #expect(server.requests.map(\.target) == ["/dir/a.jpg", "/dir/b.jpg?x=1"])
        #expect(server.requests.last?.field("x-key") == "word")
        #expect(server.requests.last?.field("authorization") == "Basic x")
        #expect(server.connectionCount == 1)
    }

    @Test("to another origin of the list are followed without anybody's credentials")
    func namedServer() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", redirect(to: "\(second.url)/b.jpg"))
        second.on("/b.jpg", .text("picture"))
        var settings = following(first)
        settings.headers = [("X-Key", "word")]
        settings.hostHeader = .name("pictures.example")
        let fields = [
            ("Authorization", "Basic x"), ("Cookie", "a=b"), ("Accept", "image/webp"), ("If-None-Match", "\"x\""),
        ]
        let got = try await Running([settings, .test(second.url)]).get("/a.jpg", fields: fields)
        #expect(got.body == Array("picture".utf8))
        #expect(got.response?.origin == 0)
        let request = try #require(second.requests.first)
        #expect(request.fields.map(\.0) == ["Host", "Accept", "If-None-Match"])
        #expect(request.field("host") == "127.0.0.1:\(second.port)")
    }

    @Test("do not bring credentials back to the origin once another server says what to ask it for")
    func thereAndBack() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", redirect(to: "\(second.url)/b.jpg"))
        second.on("/b.jpg", redirect(to: "\(first.url)/secret"))
        first.on("/secret", .text("page"))
        var settings = following(first)
        settings.headers = [("X-Key", "word")]
        let got = try await Running([settings, .test(second.url)]).get("/a.jpg", fields: [("Authorization", "Basic x")])
        #expect(got.isFinished)
        #expect(first.requests.last?.target == "/secret")
        #expect(first.requests.last?.field("x-key") == nil)
        #expect(first.requests.last?.field("authorization") == nil)
    }

    @Test(
        "are refused, and the next origin is asked: a private address, another scheme, a user's name, no URL",
        arguments: [
            "http://127.0.0.1:PORT/b.jpg", "http://localhost:PORT/b.jpg", "//127.1:PORT/b.jpg",
            "http://0x7f.1:PORT/b.jpg", "http://[::ffff:127.0.0.1]:PORT/b.jpg", "https://127.0.0.1:PORT/b.jpg",
            "ftp://127.0.0.1:PORT/b.jpg", "file:///etc/passwd", "http://me:word@127.0.0.1:PORT/", "http://:0/",
        ]
    )
    func refused(location: String) async throws {
        let (first, stranger, copy) = (try ScriptedOrigin(), try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", redirect(to: location.replacing("PORT", with: "\(stranger.port)")))
        stranger.respond { _ in [.text("secret")] }
        copy.on("/a.jpg", .text("copy"))
        let running = try Running([following(first), .test(copy.url)])
        let got = try await running.get("/a.jpg")
        #expect(got.body == Array("copy".utf8))
        #expect(got.response?.tried.first == OriginAttempt(origin: 0, outcome: .failed(.redirect)))
        #expect(stranger.connectionCount == 0)
        #expect(running.origins.statistics()[0].errors == [.redirect: 1])
    }

    @Test("are followed as often as allowed, and no more")
    func limit() async throws {
        let server = try ScriptedOrigin()
        server.respond { request in
            let number = Int(request.target.dropFirst()) ?? 0
            return number == 4 ? [.text("end")] : [self.redirect(to: "/\(number + 1)")]
        }
        #expect(try await Running([following(server, 4)]).get("/0").body == Array("end".utf8))
        let got = try await Running([following(server, 3)]).get("/0")
        #expect(got.error?.kind == .redirect)
        #expect(got.error?.detail == "more than 3 redirects")
        server.on("/loop", redirect(to: "/loop"))
        #expect(try await Running([following(server, 10)]).get("/loop").error?.kind == .redirect)
        #expect(server.requestCount("/loop") == 11)
    }

    @Test("of requests that may not be repeated are passed on, as are those without a Location")
    func notFollowed() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", redirect(307, to: "/b.jpg"))
        server.on("/c.jpg", .text("where?", status: 302))
        let running = try Running([following(server)])
        #expect(try await running.get("/a.jpg", method: "DELETE", onlyFirst: true).response?.status == 307)
        #expect(try await running.get("/c.jpg").response?.status == 302)
        #expect(try await running.get("/a.jpg", method: "HEAD").response?.status == 404)
    }

    @Test("with a body without end do not keep the picture")
    func endlessBody() async throws {
        let server = try ScriptedOrigin()
        server.on(
            "/a.jpg",
            .head("HTTP/1.1 302 Found\r\nLocation: /b.jpg\r\nTransfer-Encoding: chunked\r\n\r\n"),
            .chunk(pattern(100_000)),
            .hang
        )
        server.on("/b.jpg", .text("picture"))
        let got = try await Running([following(server)]).get("/a.jpg")
        #expect(got.body == Array("picture".utf8))
    }
}
