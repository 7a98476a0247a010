// Scenarios. Origins that know less than others, and what is stored of their word.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Which origin's 404 is final, and which origins are asked")
struct AuthorityScenarios {
    private static let long: [(String, String)] = [("Cache-Control", "max-age=6000")]

    @Test("§1: an authoritative 404 is stored as long as its origin says")
    func authoritative() async throws {
        let main = try ScriptedOrigin()
        main.respond { _ in [.text("none", status: 404, fields: Self.long)] }
        try await withLarder(main) { larder in
            let response = try await larder.fill("/a")
            #expect(response.cacheStatus == "larder; fwd=uri-miss; fwd-status=404; stored")
            #expect((5990...6000).contains(response.ttl ?? 0))
        }
    }

    @Test("§1: while the authoritative origin is down, a 404 of the rest is kept for negative_ttl at most, and says so")
    func notAuthoritative() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        main.respond { _ in [.text("busy", status: 503)] }
        copy.respond { _ in [.text("none", status: 404, fields: Self.long)] }
        try await withLarder(Setup(main, copy) { $0.configuration.cache.negativeTTL = .seconds(7) }) { larder in
            let response = try await larder.fill("/a")
            #expect(response.status == 404)
            #expect(
                response.cacheStatus
                    == "larder; fwd=uri-miss; fwd-status=404; stored; detail=not-authoritative"
            )
            #expect((1...7).contains(response.ttl ?? 0))
            #expect(try await larder.get("/a").isHit)
        }
    }

    @Test("§1: with a negative_ttl of 0 it is not stored at all")
    func notStored() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        main.respond { _ in [.reset] }
        copy.respond { _ in [.text("none", status: 404, fields: Self.long)] }
        try await withLarder(Setup(main, copy) { $0.configuration.cache.negativeTTL = .zero }) { larder in
            let response = try await larder.get("/a")
            #expect(response.cacheStatus == "larder; fwd=uri-miss; fwd-status=404; detail=not-authoritative")
            await larder.settle()
            #expect(larder.store.statistics.responses == 0)
        }
    }

    @Test("§8: a 404 of a copy does not take the place of what is stored while the authoritative origin is down")
    func staysStored() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        main.on("/a", times: [[.text("x", fields: stale("", ("ETag", "\"1\"")))], [.reset]])
        copy.respond { _ in [.text("none", status: 404)] }
        try await withLarder(Setup(main, copy)) { larder in
            try await larder.fill("/a")
            for _ in 0..<2 {
                let response = try await larder.get("/a")
                #expect(response.text == "x")
                #expect(response.cacheStatus == "larder; fwd=stale; fwd-status=404; detail=stale-if-error")
            }
        }
    }

    @Test("§8: what must be validated is not served stale: the copy's 404 is passed on, and not stored")
    func mustRevalidate() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        let fields = [("Cache-Control", "max-age=0, must-revalidate"), ("ETag", "\"1\"")]
        main.on("/a", times: [[.text("x", fields: fields)], [.reset]])
        copy.respond { _ in [.text("none", status: 404)] }
        try await withLarder(Setup(main, copy)) { larder in
            try await larder.fill("/a")
            let response = try await larder.get("/a")
            #expect(response.status == 404)
            #expect(response.cacheStatus.hasSuffix("detail=not-authoritative"))
            await larder.settle()
            #expect(larder.store.statistics.responses == 1)
        }
    }

    @Test("§8: validation goes to the origin that gave what is stored, also after a restart, while it is well")
    func preferred() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        let fields = stale("", ("ETag", "\"copy\""))
        main.on("/a", times: [[.reset], [.text("main", fields: stale("", ("ETag", "\"main\"")))]])
        copy.respond { request in
            request.field("If-None-Match") == nil
                ? [.text("copy", fields: fields)] : [.respond(status: 304, fields: fields)]
        }
        try await withLarder(Setup(main, copy)) { larder in
            #expect(try await larder.fill("/a").text == "copy")
            #expect(try await larder.fill("/a").text == "copy")
            try await larder.restart()
            #expect(try await larder.fill("/a").text == "copy")
            #expect(main.requestCount() == 1)
            #expect(copy.requests.map { $0.field("If-None-Match") } == [nil, "\"copy\"", "\"copy\""])
            copy.stop()
            #expect(try await larder.fill("/a").text == "main")
        }
    }

    @Test(
        "§8: a copy older than what is stored does not replace it, unless the authoritative origin says so",
        arguments: [false, true]
    )
    func older(isAuthoritative: Bool) async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        let new = stale("", ("Last-Modified", "Tue, 03 Nov 2026 10:00:00 GMT"))
        let old = stale("", ("Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"))
        main.on("/a", times: [[.text("new", fields: new)], [.reset]])
        copy.respond { _ in [.text("old", fields: old)] }
        try await withLarder(Setup(main, copy) { $0.configuration.origins[1].isAuthoritative = isAuthoritative }) {
            larder in
            try await larder.fill("/a")
            let response = try await larder.fill("/a")
            #expect(response.text == (isAuthoritative ? "old" : "new"))
            let outcome = "larder; fwd=stale; fwd-status=200; detail=stale-if-error"
            if !isAuthoritative { #expect(response.cacheStatus == outcome) }
        }
    }

    @Test("§3: while all are down, stale is served at once, and validated again when one is back")
    func outage() async throws {
        let origin = try ScriptedOrigin()
        let fields = stale("", ("ETag", "\"1\""))
        origin.on("/a", .text("x", fields: fields))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            origin.stop()
            for _ in 0..<8 {
                #expect(try await larder.get("/a").cacheStatus == "larder; hit; detail=stale-if-error")
            }
            #expect(larder.origins.statistics()[0].isBackingOff)
            try origin.restart()
            origin.on("/a", .text("y", fields: fresh))
            try await eventually(within: .seconds(30)) { !larder.origins.statistics()[0].isBackingOff }
            #expect(try await larder.get("/a").text == "y")
        }
    }

    @Test("§3: where nothing is stored, 502 with Proxy-Status and Retry-After")
    func retryAfter() async throws {
        let origin = try ScriptedOrigin()
        origin.stop()
        try await withLarder(origin) { larder in
            for _ in 0..<7 {
                let response = try await larder.get("/a")
                #expect(response.status == 502)
                #expect(response["Proxy-Status"] == "larder; error=connection_refused")
                let seconds = try #require(Int(response["Retry-After"] ?? ""))
                #expect((1...10).contains(seconds))
            }
        }
    }

    @Test("§2: a client gets a picture whole though its origin breaks off in the middle; it is stored once, whole")
    func resumed() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        let body = sampleBytes(300_000)
        main.on(
            "/a",
            .head("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\nContent-Length: 300000\r\n\r\n"),
            .raw(Array(body[..<100_000])),
            .pause(milliseconds: 100),
            .close
        )
        copy.respond { request in
            guard let first = request.field("Range").flatMap({ Int($0.dropFirst(6).prefix { $0 != "-" }) }) else {
                return [.text("the whole was asked for", status: 500)]
            }
            let range = ("Content-Range", "bytes \(first)-299999/300000")
            return [.respond(status: 206, fields: [("ETag", "\"1\""), range], body: Array(body[first...]))]
        }
        try await withLarder(Setup(main, copy)) { larder in
            let response = try await larder.fill("/a")
            #expect(response.isComplete && response.body == body)
            let hit = try await larder.get("/a")
            #expect(hit.isHit && hit.body == body)
            #expect(larder.origins.statistics()[1].resumed == 1)
        }
    }

    @Test("§7: writes go to the authoritative origin only, once, whatever its place in the list")
    func writes() async throws {
        let (copy, main) = (try ScriptedOrigin(), try ScriptedOrigin())
        main.on("/a", times: [[.readBody, .text("done")], [.reset]])
        try await withLarder(
            Setup(copy, main) { setup in
                setup.configuration.origins[0].isAuthoritative = false
                setup.configuration.origins[1].isAuthoritative = true
            }
        ) { larder in
            let body = sampleBytes(500_000)
            for method in ["PUT", "POST", "PATCH", "DELETE"] {
                let response = try await larder.request(method, "/a", body: method == "DELETE" ? nil : body)
                #expect(response.status == (method == "PUT" ? 200 : 502))
            }
            #expect(copy.requestCount() == 0)
            #expect(main.requests.map(\.method) == ["PUT", "POST", "PATCH", "DELETE"])
            #expect(main.requests[0].body == body)
        }
    }
}
