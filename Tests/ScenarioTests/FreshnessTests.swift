// Scenarios. Freshness, by a clock that the test sets.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9111 §4.2: freshness")
struct FreshnessScenarios {
    @Test(
        "s-maxage before max-age before Expires, less Age",
        arguments: [
            (fields("max-age=60"), true), (fields("max-age=60", ("Age", "10")), true),
            (fields("max-age=60", ("Age", "61"), ("ETag", "\"1\"")), false),
            (fields("max-age=600, s-maxage=60", ("Age", "61"), ("ETag", "\"1\"")), false),
            (fields("max-age=60, s-maxage=600", ("Age", "61")), true),
            ([("Expires", "Thu, 01 Jan 2099 00:00:00 GMT")], true),
            ([("Expires", "0"), ("ETag", "\"1\"")], false),
        ]
    )
    func lifetime(fields: [(String, String)], isFresh: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.get("/a").isHit == isFresh)
        }
    }

    @Test(
        "a response is a hit until the second in which its lifetime ends, and is validated from then on",
        arguments: [3, 200_000],
        [true, false]
    )
    func becomesStale(length: Int, hasDate: Bool) async throws {
        let origin = try ScriptedOrigin()
        let clock = ManualClock()
        origin.respond { request in
            var head = fields("max-age=60", ("ETag", "\"1\""))
            // Without a Date the response is as old as its arrival (RFC 9110 §6.6.1), a 304 as well.
            if hasDate { head.append(("Date", HTTPDate.format(clock.now))) }
            return request.field("If-None-Match") == nil
                ? [.respond(fields: head, body: pictureBytes(length))] : [.respond(status: 304, fields: head)]
        }
        try await withLarder(origin, clock) { larder in
            try await larder.fill("/a")
            clock.advance(by: .seconds(59))
            let last = try await larder.get("/a")
            #expect(last.isHit && last.ttl == 1 && last["Age"] == "59")
            #expect(origin.requestCount() == 1)
            clock.advance(by: .seconds(1))
            let validated = try await larder.fill("/a")
            #expect(validated.cacheStatus == "larder; fwd=stale; fwd-status=304; stored")
            #expect(validated.body.count == length)
            let young = try await larder.get("/a")
            #expect(young.isHit && young.ttl == 60)
            #expect(origin.requestCount() == 2)
        }
    }

    @Test(
        "decision 17: where nothing is said, pictures are fresh for default_ttl, and nothing else is",
        arguments: [
            ("/a", "image/jpeg", true), ("/a.jpg", nil, true), ("/a.PNG?size=2", "application/octet-stream", true),
            ("/a.jpg", "text/html", false), ("/a", nil, false), ("/a.html", nil, false), ("/jpg", nil, false),
        ] as [(String, String?, Bool)]
    )
    func defaultLifetime(target: String, type: String?, isFresh: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("x", fields: type.map { [("Content-Type", $0)] } ?? [])] }
        try await withLarder(origin) { larder in
            try await larder.fill(target)
            #expect(try await larder.get(target).isHit == isFresh)
        }
    }

    @Test("design: an authoritative 404 is kept for a while, another status not")
    func negative() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("gone", status: 404))
        origin.on("/b", .text("busy", status: 503))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let hit = try await larder.get("/a")
            #expect(hit.status == 404)
            #expect(hit.isHit)
            #expect(hit.text == "gone")
            try await larder.fill("/b")
            #expect(try await larder.get("/b").status == 503)
            #expect(origin.requestCount("/a") == 1)
            #expect(origin.requestCount("/b") == 2)
        }
    }

    @Test(
        "RFC 9111 §5.2.1: what a request says of freshness",
        arguments: [
            ("no-cache", false), ("max-age=0", false), ("max-age=9", false), ("max-age=10", true), ("max-age=30", true),
            ("min-fresh=10", true), ("min-fresh=50", true), ("min-fresh=51", false), ("only-if-cached", true),
        ]
    )
    func requestDirectives(control: String, isHit: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields("max-age=60")))
        let clock = ManualClock()
        try await withLarder(origin, clock) { larder in
            try await larder.fill("/a")
            clock.advance(by: .seconds(10))
            let response = try await larder.get("/a", [("Cache-Control", control)])
            #expect(response.isHit == isHit)
            if !isHit { #expect(response.cacheStatus.hasPrefix("larder; fwd=request;")) }
        }
    }

    @Test("RFC 9111 §5.2.1.7: only-if-cached is answered 504 where nothing is")
    func onlyIfCached() async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { larder in
            let response = try await larder.get("/a", [("Cache-Control", "only-if-cached")])
            #expect(response.status == 504)
            #expect(response.cacheStatus == "larder; detail=only-if-cached")
            #expect(origin.requestCount() == 0)
        }
    }

    @Test("RFC 9111 §4.1: variants by Accept-Encoding are told apart, however the field is spelled")
    func variants() async throws {
        let origin = try ScriptedOrigin()
        origin.respond {
            [.text($0.field("Accept-Encoding") ?? "none", fields: fields("max-age=60", ("Vary", "Accept-Encoding")))]
        }
        try await withLarder(origin) { larder in
            #expect(try await larder.fill("/a", [("Accept-Encoding", "gzip, br")]).text == "gzip, br")
            let other = try await larder.fill("/a")
            #expect(other.text == "none")
            #expect(other.cacheStatus == "larder; fwd=vary-miss; fwd-status=200; stored")
            let first = try await larder.get("/a", [("Accept-Encoding", "br,gzip")])
            #expect(first.isHit)
            #expect(first.text == "gzip, br")
            let second = try await larder.get("/a")
            #expect(second.isHit)
            #expect(second.text == "none")
            #expect(origin.requestCount() == 2)
            #expect(await larder.purge("/a").responses == 2)
        }
    }

    @Test("RFC 9111 §4.1: a follower that selects another variant asks for itself")
    func variantsInFlight() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.respond {
            [.hold(gate), .text($0.field("Accept") ?? "none", fields: fields("max-age=60", ("Vary", "Accept")))]
        }
        try await withLarder(origin) { larder in
            async let webp = larder.get("/a", [("Accept", "image/webp")])
            try await origin.waitForRequests(1)
            async let jpeg = larder.get("/a", [("Accept", "image/jpeg")])
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await webp.text == "image/webp")
            #expect(try await jpeg.text == "image/jpeg")
        }
    }
}
