// Scenarios. Key_case: insensitive before an origin that tells letter case apart. The key is folded, never what is
// asked for.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Spellings of a path share one key")
struct SpellingScenarios {
    private typealias Answer = CaseSensitiveServer.Answer

    private static func insensitive(
        _ server: CaseSensitiveServer,
        _ change: (inout Setup) throws -> Void = { _ in }
    ) throws -> Setup {
        try Setup(server.origin) { setup in
            setup.configuration.cache.foldCase = true
            setup.configuration.cache.negativeTTL = .seconds(6000)
            try change(&setup)
        }
    }

    private static let long = fields("max-age=6000")
    private static let old = stale("", ("ETag", "\"1\""))

    // MARK: What is shared, and what is not

    @Test(
        "a success is everybody's, and the first spelling that brought it is asked for again",
        arguments: [200, 203]
    )
    func shared(status: Int) async throws {
        let server = try CaseSensitiveServer(["/A.jpg": Answer(status: status)])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg")
            for target in ["/a.jpg", "/A.JPG", "/A.jpg", "/%41.jpg", "/%61.jpg", "/x/../a.jpg"] {
                let response = try await larder.get(target)
                #expect(response.isHit && response.status == status, "\(target)")
                #expect(response.values(of: "Larder-Target").isEmpty)
            }
            #expect(server.asked == ["GET /A.jpg"])
        }
    }

    @Test(
        "what else an origin says of one spelling is not the answer for another",
        arguments: [404, 410, 403, 451, 301, 302, 308, 300, 500, 503, 202]
    )
    func unshared(status: Int) async throws {
        let location = fields("max-age=6000", ("Location", "/A.jpg"))
        let server = try CaseSensitiveServer([
            "/a.jpg": Answer(status: status, body: "no", fields: location),
            "/A.JPG": Answer(status: status, body: "no", fields: location), "/A.jpg": Answer(),
        ])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            for target in ["/a.jpg", "/A.JPG"] {
                #expect(try await larder.fill(target).status == status)
                let again = try await larder.get(target)
                #expect(again.status == status && again.isHit, "each spelling is asked for once: \(target)")
            }
            #expect(try await larder.fill("/A.jpg").status == 200)
            for target in ["/a.jpg", "/A.JPG", "/A.jpg"] { #expect(try await larder.get(target).status == 200) }
            #expect(server.asked == ["GET /a.jpg", "GET /A.JPG", "GET /A.jpg"])
        }
    }

    @Test("RFC 9211 §2.2: of a spelling that was never asked for nothing is stored")
    func reason() async throws {
        let server = try CaseSensitiveServer()
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            for target in ["/a", "/A"] {
                let status = try await larder.fill(target).cacheStatus
                #expect(status == "larder; fwd=uri-miss; fwd-status=404; stored")
            }
            #expect(server.asked == ["GET /a", "GET /A"])
        }
    }

    @Test("letters of the query and letters beyond ASCII are told apart; digits of triplets are not")
    func folded() async throws {
        let server = try CaseSensitiveServer()
        server.origin.respond { [.text($0.target, fields: fields("max-age=6000"))] }
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A?x=A")
            #expect(try await larder.get("/a?x=A").text == "/A?x=A")
            #expect(try await larder.get("/a?x=a").text == "/a?x=a")
            try await larder.fill("/%C3%84")
            #expect(try await larder.get("/%c3%84").isHit)
            #expect(try await !larder.get("/%C3%A4").isHit)
        }
    }

    @Test("query rules hold for what is asked for")
    func queries() async throws {
        let server = try CaseSensitiveServer(["/A.jpg?w=B": Answer()])
        let setup = try Self.insensitive(server) { $0.configuration.cache.query = .names(["w"]) }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg?utm=x&w=B")
            #expect(try await larder.get("/a.JPG?w=B").isHit)
            #expect(server.asked == ["GET /A.jpg?w=B"])
        }
    }

    // MARK: Validation

    @Test("whichever spelling a client uses, the one that was answered is validated", arguments: [false, true])
    func validation(restarts: Bool) async throws {
        let server = try CaseSensitiveServer(["/A.jpg": Answer(fields: Self.old)])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg")
            for target in ["/a.jpg", "/A.JPG", "/A.jpg", "/a.jpg"] {
                if restarts { try await larder.restart() }
                let response = try await larder.fill(target)
                #expect(response.status == 200 && response.cacheStatus.contains("fwd-status=304"), "\(target)")
            }
            #expect(server.asked == Array(repeating: "GET /A.jpg", count: 5))
        }
    }

    @Test("without a validator the spelling that was answered is asked for anew")
    func unvalidatable() async throws {
        let server = try CaseSensitiveServer(["/A.jpg": Answer(fields: stale("stale-if-error=6000"))])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            for target in ["/A.jpg", "/a.jpg", "/A.JPG"] { #expect(try await larder.fill(target).status == 200) }
            #expect(server.asked == Array(repeating: "GET /A.jpg", count: 3))
        }
    }

    @Test(
        "where the origin has none there any more, the client's own spelling is asked for",
        arguments: [("/a.jpg", 200), ("/A.JPG", 404), ("/A.jpg", 404)],
        [true, false]
    )
    func moved(_ client: (target: String, status: Int), hasTag: Bool) async throws {
        let server = try CaseSensitiveServer([
            "/A.jpg": Answer(fields: hasTag ? Self.old : stale("stale-if-error=6000"))
        ])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg")
            server["/A.jpg"] = nil
            server["/a.jpg"] = Answer(body: "new")
            let response = try await larder.fill(client.target)
            #expect(response.status == client.status)
            let asked = client.target == "/A.jpg" ? [] : ["GET \(client.target)"]
            #expect(server.asked == ["GET /A.jpg", "GET /A.jpg"] + asked)
            let again = try await larder.get(client.target)
            #expect(again.isHit && again.status == client.status, "what the origin said is stored")
            let other = try await larder.fill("/a.jpg")
            #expect(other.text == "new", "the picture is found where it is now")
            #expect(try await larder.get("/A.jpg").text == "new", "and is everybody's")
        }
    }

    @Test("an error of the origin is not taken for the picture's end while it may be served stale")
    func failing() async throws {
        let server = try CaseSensitiveServer(["/A.jpg": Answer(fields: Self.old)])
        let setup = try Self.insensitive(server) { $0.configuration.cache.staleIfError = .seconds(6000) }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg")
            server["/A.jpg"] = Answer(status: 503)
            let response = try await larder.fill("/a.jpg")
            #expect(response.text == "x" && response.cacheStatus.contains("fwd-status=503"))
            server["/A.jpg"] = Answer(fields: Self.old)
            #expect(try await larder.fill("/a.jpg").cacheStatus.contains("fwd-status=304"))
            #expect(Set(server.asked) == ["GET /A.jpg"])
        }
    }

    @Test("behind what is served stale, the spelling that was answered is validated")
    func grace() async throws {
        let server = try CaseSensitiveServer([
            "/A.jpg": Answer(fields: stale("stale-while-revalidate=6000", ("ETag", "\"1\"")))
        ])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg")
            #expect(try await larder.fill("/a.jpg").status == 200)
            try await server.origin.waitForRequests(2)
            #expect(server.asked == ["GET /A.jpg", "GET /A.jpg"])
        }
    }

    @Test("a 404 with a validator is validated for its spelling alone")
    func negativeValidation() async throws {
        let server = try CaseSensitiveServer(["/a": Answer(status: 404, body: "none", fields: Self.old)])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/a")
            #expect(try await larder.fill("/a").status == 404)
            server["/A"] = Answer(body: "picture")
            #expect(try await larder.fill("/A").text == "picture")
            #expect(server.asked == ["GET /a", "GET /a", "GET /A"])
        }
    }

    // MARK: Side by side

    @Test(
        "a follower of another spelling takes the leader's success, and asks for itself after anything else",
        arguments: [200, 404]
    )
    func collapsed(status: Int) async throws {
        let gate = Gate()
        let server = try CaseSensitiveServer([
            "/a": Answer(status: status, body: "first", gate: gate), "/A": Answer(body: "second"),
        ])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            async let first = larder.get("/a")
            try await server.origin.waitForRequests(1)
            async let second = larder.get("/A")
            async let third = larder.get("/A")
            async let same = larder.get("/a")
            try await larder.reaches(.followers, 3)
            gate.open()
            let texts = try await [first, second, third, same].map(\.text)
            #expect(
                texts
                    == (status == 200 ? ["first", "first", "first", "first"] : ["first", "second", "second", "first"])
            )
            #expect(server.asked == (status == 200 ? ["GET /a"] : ["GET /a", "GET /A"]))
        }
    }

    @Test("so it does where the leader's answer is not stored")
    func collapsedUnstorable() async throws {
        let gate = Gate()
        let none = Answer(status: 404, body: "none", fields: [("Cache-Control", "no-store")], gate: gate)
        let server = try CaseSensitiveServer(["/a": none, "/A": Answer(body: "picture")])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            async let first = larder.get("/a")
            try await server.origin.waitForRequests(1)
            async let second = larder.get("/A")
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await first.text == "none")
            #expect(try await second.text == "picture")
        }
    }

    @Test("a 404 of one spelling does not take the place of a success that another brought meanwhile")
    func overtaken() async throws {
        let gate = Gate()
        let server = try CaseSensitiveServer(["/B": Answer(body: "picture")])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/bb/../b")
            server["/b"] = Answer(status: 404, body: "none", gate: gate)
            async let late = larder.get("/b", [("Cache-Control", "no-cache")])
            try await server.origin.waitForRequests(2)
            #expect(try await larder.get("/B").text == "picture")
            try await eventually("the picture is stored") { try await larder.get("/B").isHit }
            gate.open()
            #expect(try await late.text == "none")
            await larder.settle()
            for target in ["/b", "/B"] { #expect(try await larder.get(target).isHit) }
            await larder.settle()
            #expect(larder.store.statistics.responses == 1, "what was said of single spellings is forgotten")
        }
    }

    // MARK: Other methods, parts and variants

    @Test("methods that change something, and what is not stored, are asked for in the client's spelling")
    func passes() async throws {
        let server = try CaseSensitiveServer(["/A.jpg": Answer(), "/a.JPG": Answer(body: "posted")])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            _ = try await larder.request("HEAD", "/A.jpg")
            try await larder.fill("/A.jpg")
            _ = try await larder.request("POST", "/a.JPG", body: [1])
            await larder.settle()
            #expect(try await !larder.fill("/A.jpg").isHit, "it invalidates the picture")
            #expect(server.asked == ["HEAD /A.jpg", "GET /A.jpg", "POST /a.JPG", "GET /A.jpg"])
        }
    }

    @Test("HEAD asks about what is stored, and in its own spelling where that is gone", arguments: [true, false])
    func head(isGone: Bool) async throws {
        let server = try CaseSensitiveServer(["/A.jpg": Answer(fields: Self.old)])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A.jpg")
            if isGone { (server["/A.jpg"], server["/a.jpg"]) = (nil, Answer()) }
            #expect(try await larder.request("HEAD", "/a.jpg").status == 200)
            #expect(server.asked == ["GET /A.jpg", "HEAD /A.jpg"] + (isGone ? ["HEAD /a.jpg"] : []))
        }
    }

    @Test("a variant that is missing is asked for in the spelling that brought another one")
    func variants() async throws {
        let server = try CaseSensitiveServer(["/A": Answer(fields: fields("max-age=6000", ("Vary", "X-Size")))])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A", [("X-Size", "1")])
            #expect(try await larder.fill("/a", [("X-Size", "2")]).status == 200)
            #expect(try await larder.get("/a", [("X-Size", "1")]).isHit)
            #expect(server.asked == ["GET /A", "GET /A"])
        }
    }

    @Test("ranges and conditions of what is stored", arguments: [1 << 10, 100 << 10])
    func shapes(size: Int) async throws {
        let body = String(repeating: "x", count: size)
        let server = try CaseSensitiveServer([
            "/A": Answer(body: body, fields: fields("max-age=6000", ("ETag", "\"1\"")))
        ]
        )
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/A")
            for _ in 0..<3 {
                let whole = try await larder.get("/a")
                let part = try await larder.get("/a", [("Range", "bytes=0-1")])
                let unchanged = try await larder.get("/a", [("If-None-Match", "\"1\"")])
                #expect([whole, part, unchanged].map(\.status) == [200, 206, 304])
                #expect(whole.text == body)
                for response in [whole, part, unchanged] { #expect(response.values(of: "Larder-Target").isEmpty) }
            }
        }
    }

    // MARK: Purges

    @Test(
        "a purge in any spelling removes the success and what was said of single spellings",
        arguments: ["/i/a.jpg", "/I/A.JPG", "/I/", "/i/", "/I/*.JPG", "*.jpg"],
        [200, 404]
    )
    func purge(text: String, status: Int) async throws {
        let server = try CaseSensitiveServer()
        if status == 200 { server["/I/A.jpg"] = Answer() }
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            for target in ["/I/A.jpg", "/i/a.jpg"] { try await larder.fill(target) }
            let routes = larder.proxy.settings.routes
            let rules =
                text.hasPrefix("*")
                ? try routes.patterns(of: text).map(PurgeRule.glob)
                : text.contains("*")
                    ? try routes.patterns(path: text, host: nil).map(PurgeRule.glob)
                    : text.hasSuffix("/")
                        ? try routes.prefixes(path: text, host: nil)
                        : try routes.keys(path: text, host: nil).map(PurgeRule.key)
            var removed = 0
            for rule in rules { removed += await larder.purge(rule).responses }
            #expect(removed == (status == 200 ? 1 : 2))
            for target in ["/I/A.jpg", "/i/a.jpg"] where status == 404 {
                #expect(try await !larder.get(target).isHit)
            }
        }
    }

    @Test("explain tells the spelling that is asked for")
    func explain() async throws {
        let server = try CaseSensitiveServer(["/A": Answer()])
        try await withLarder(Self.insensitive(server)) { (larder: Larder) async throws -> Void in
            let before = try #require(try await larder.proxy.explain(path: "/a", host: "", fields: .init()))
            #expect(before.key == "/a" && before.target == "/a")
            try await larder.fill("/a")
            try await larder.fill("/A")
            let after = try #require(try await larder.proxy.explain(path: "/a", host: "", fields: .init()))
            #expect(after.key == "/a" && after.target == "/A")
        }
    }

    @Test("with the host in the key, and on a route of its own")
    func routes() async throws {
        let server = try CaseSensitiveServer(["/T/A": Answer(fields: Self.old)])
        let setup = try Setup(server.origin) { setup in
            try setup.route(host: .name("img.test"), path: "/t/") { route in
                route.cache.foldCase = true
                route.ownCacheSettings = ["cache.key_case"]
            }
        }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            let host = [("Host", "IMG.test:80")]
            #expect(try await larder.fill("/t/a", host).status == 404)
            #expect(try await larder.fill("/T/A", host).status == 200)
            #expect(try await larder.fill("/t/a", host).status == 200)
            #expect(server.asked == ["GET /t/a", "GET /T/A", "GET /T/A"])
        }
    }
}
