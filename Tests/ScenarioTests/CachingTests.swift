// Scenarios: freshness, validation and staleness. The clock is real, so origins send old answers: an Age of 120 with a
// max-age of 60 is stale the moment it is stored.

import Origins
import Proxy
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
            ("no-cache", false), ("max-age=0", false), ("max-age=5", false), ("max-age=30", true),
            ("min-fresh=10", true),
            ("min-fresh=100", false), ("only-if-cached", true),
        ]
    )
    func requestDirectives(control: String, isHit: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields("max-age=60", ("Age", "10"))))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
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

@Suite("RFC 9111 §4.3: validation")
struct ValidationScenarios {
    @Test(
        "§4.3.4: a 304 freshens, and the next request is a hit",
        arguments: [
            ("ETag", "\"1\"", "If-None-Match"), ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT", "If-Modified-Since"),
        ],
        [100, 100_000]
    )
    func freshens(validator: (name: String, value: String, condition: String), size: Int) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(size)
        origin.on(
            "/a",
            times: [
                [.respond(fields: stale("", (validator.name, validator.value)), body: picture)],
                [
                    .respond(
                        status: 304,
                        fields: fields("max-age=600", (validator.name, validator.value), ("X-New", "1"))
                    )
                ],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let validated = try await larder.fill("/a", [("Range", "bytes=0-9"), ("If-None-Match", "\"other\"")])
            #expect(validated.status == 206)
            #expect(validated.body.digest == Array(picture[..<10]).digest)
            #expect(validated.cacheStatus == "larder; fwd=stale; fwd-status=304; stored")
            #expect(origin.requests.last?.field(validator.condition) == validator.value)
            #expect(origin.requests.last?.field("Range") == nil)
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect((595...600).contains(hit.ttl ?? 0))
            #expect(hit.body.digest == picture.digest)
            #expect(hit["X-New"] == "1")
            #expect(origin.requestCount() == 2)
            #expect(larder.counter(.validated) == 1)
        }
    }

    @Test("§4.3.3: a 200 replaces what was stored")
    func replaces() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            times: [
                [.text("old", fields: stale("", ("ETag", "\"1\"")))],
                [.text("new", fields: fields("max-age=60", ("ETag", "\"2\"")))],
            ]
        )
        try await withLarder(origin) { larder in
            #expect(try await larder.fill("/a").text == "old")
            let replaced = try await larder.fill("/a")
            #expect(replaced.text == "new")
            #expect(replaced.cacheStatus == "larder; fwd=stale; fwd-status=200; stored")
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect(hit.text == "new")
            #expect(larder.store.statistics.responses == 1)
        }
    }

    @Test("§4.3.3: a 304 about something else is asked again, without conditions")
    func mismatch() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            times: [
                [.text("old", fields: stale("", ("ETag", "\"1\"")))],
                [.respond(status: 304, fields: fields("max-age=60", ("ETag", "\"2\"")))],
                [.text("new", fields: fields("max-age=60", ("ETag", "\"2\"")))],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.fill("/a").text == "new")
            #expect(origin.requests.last?.field("If-None-Match") == nil)
            #expect(try await larder.get("/a").text == "new")
            #expect(origin.requestCount() == 3)
        }
    }

    @Test("invariant 8: a burst for what is stale makes one validation")
    func burst() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on(
            "/a",
            times: [
                [.text("x", fields: stale("", ("ETag", "\"1\"")))],
                [.hold(gate), .respond(status: 304, fields: fields("max-age=600", ("ETag", "\"1\"")))],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for _ in 0..<20 { group.addTask { try await larder.get("/a") } }
                try await larder.reaches(.followers, 19)
                gate.open()
                for try await response in group { #expect(response.text == "x") }
            }
            for _ in 0..<20 { #expect(try await larder.get("/a").text == "x") }
            #expect(origin.requestCount() == 2)
        }
    }

    @Test("§4.3.4: what a 304 makes private is for the one who asked for it, and not stored any more")
    func becomesPrivate() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let control = "private, max-age=60"
        origin.on(
            "/a",
            times: [
                [.text("x", fields: stale("", ("ETag", "\"1\"")))],
                [.hold(gate), .respond(status: 304, fields: fields(control, ("ETag", "\"1\"")))],
                [.text("own", fields: fields(control, ("ETag", "\"1\"")))],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            async let one = larder.get("/a")
            try await origin.waitForRequests(2)
            async let other = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            let answers = try await [one, other]
            #expect(answers.map(\.text) == ["x", "own"])
            #expect(answers[0].cacheStatus == "larder; fwd=stale; fwd-status=304; detail=private")
            #expect(answers[0]["Age"].map { Int($0) ?? .max } ?? 0 < 60)
            await larder.settle()
            #expect(larder.store.statistics.responses == 0)
            #expect(try await larder.get("/a").text == "own")
        }
    }

    @Test("§5.2.2.4: no-cache is stored and validated every time")
    func noCache() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            times: [
                [.text("x", fields: fields("no-cache, max-age=60", ("ETag", "\"1\"")))],
                [.respond(status: 304, fields: fields("no-cache, max-age=60", ("ETag", "\"1\"")))],
            ]
        )
        try await withLarder(origin) { (larder) async throws in
            for _ in 0..<3 { #expect(try await larder.fill("/a").text == "x") }
            #expect(origin.requestCount() == 3)
        }
    }
}

@Suite("RFC 9111 §4.2.4, RFC 5861: stale responses")
struct StaleScenarios {
    @Test("RFC 5861 §3: stale-while-revalidate answers at once and validates once behind")
    func whileRevalidate() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on(
            "/a",
            times: [
                [.text("x", fields: stale("stale-while-revalidate=600", ("ETag", "\"1\"")))],
                [.hold(gate), .respond(status: 304, fields: fields("max-age=600", ("ETag", "\"1\"")))],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            for _ in 0..<5 {
                let response = try await larder.get("/a")
                #expect(response.cacheStatus == "larder; hit; detail=stale-while-revalidate")
                #expect((response.ttl ?? 0) < 0)
                #expect(response.text == "x")
            }
            try await origin.waitForRequests(2)
            gate.open()
            await larder.settle()
            #expect(try await larder.get("/a").isHit)
            #expect(origin.requestCount() == 2)
            #expect(larder.counter(.hitsStale) == 5)
        }
    }

    enum Outage: CaseIterable {
        case refused, error500, error503, hangs, closes
    }

    @Test("issue 2 §6: stale is served when every origin fails, and says so", arguments: Outage.allCases)
    func ifError(outage: Outage) async throws {
        let origin = try ScriptedOrigin()
        let later: [ScriptedOrigin.Step] =
            switch outage {
            case .error500: [.text("broken", status: 500)]
            case .error503: [.text("busy", status: 503)]
            case .hangs: [.hang]
            case .refused, .closes: [.close]
            }
        origin.on("/a", times: [[.text("x", fields: stale("", ("ETag", "\"1\"")))], later])
        try await withLarder(Setup(origin) { $0.origins[0].firstByteTimeout = .milliseconds(300) }) { larder in
            try await larder.fill("/a")
            if outage == .refused { origin.stop() }
            let response = try await larder.get("/a")
            #expect(response.status == 200)
            #expect(response.text == "x")
            let isAnswered = [.error500, .error503].contains(outage)
            let outcome = isAnswered ? "fwd=stale; fwd-status=\(outage == .error500 ? 500 : 503)" : "hit"
            #expect(response.cacheStatus == "larder; \(outcome); detail=stale-if-error")
            #expect(Int(response["Age"] ?? "") ?? 0 >= 120)
        }
    }

    @Test(
        "RFC 5861: what was never fresh and has no validator is stored where its origin gives a window",
        arguments: [true, false]
    )
    func window(isGiven: Bool) async throws {
        let origin = try ScriptedOrigin()
        let control = isGiven ? "max-age=0, stale-if-error=60" : "max-age=0"
        origin.on("/a", times: [[.text("x", fields: fields(control))], [.text("busy", status: 503)]])
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.get("/a").text == (isGiven ? "x" : "busy"))
        }
    }

    @Test(
        "RFC 9111 §4.3.3: an error that may be stored does not take the place of what can stand in for it",
        arguments: [true, false]
    )
    func storableError(hasValidator: Bool) async throws {
        let origin = try ScriptedOrigin()
        let picture = stale("stale-if-error=600", hasValidator ? ("ETag", "\"1\"") : ("X-A", "1"))
        let error = ScriptedOrigin.Step.text("busy", status: 503, fields: fresh)
        origin.on("/a", times: [[.text("x", fields: picture)], [error], [error], [.text("new", fields: fresh)]])
        try await withLarder(origin) { larder in
            var texts: [String] = []
            for _ in 0..<5 { texts.append(try await larder.fill("/a").text) }
            #expect(texts == ["x", "x", "x", "new", "new"])
        }
    }

    @Test("issue 2 §6: the followers of a failed validation are served stale as well")
    func followersOfFailure() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on(
            "/a",
            times: [[.text("x", fields: stale("", ("ETag", "\"1\"")))], [.hold(gate), .text("broken", status: 500)]]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for _ in 0..<10 { group.addTask { try await larder.get("/a") } }
                try await larder.reaches(.followers, 9)
                gate.open()
                for try await response in group { #expect(response.text == "x") }
            }
            #expect(origin.requestCount() == 2)
        }
    }

    @Test("§5.2.2.2: must-revalidate forbids it", arguments: ["must-revalidate", "proxy-revalidate", "no-cache"])
    func mustRevalidate(control: String) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: stale(control, ("ETag", "\"1\""))))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            origin.stop()
            let response = try await larder.get("/a")
            #expect([502, 504].contains(response.status))
            #expect(larder.counter(.originErrors) == 1)
        }
    }
}

@Suite("RFC 9110 §13: preconditions of clients")
struct PreconditionScenarios {
    private static let modified = "Sat, 01 Jan 2022 00:00:00 GMT"

    @Test(
        "§13.2.2: on a hit and on a miss alike",
        arguments: [
            (("If-None-Match", "\"1\""), 304), (("If-None-Match", "W/\"1\""), 304), (("If-None-Match", "\"2\""), 200),
            (("If-None-Match", "*"), 304), (("If-Modified-Since", modified), 304),
            (("If-Modified-Since", "Fri, 31 Dec 2021 00:00:00 GMT"), 200),
        ],
        [true, false]
    )
    func conditions(condition: ((String, String), Int), isStored: Bool) async throws {
        let (field, status) = condition
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields("max-age=60", ("ETag", "\"1\""), ("Last-Modified", Self.modified))))
        try await withLarder(origin) { larder in
            if isStored { try await larder.fill("/a") }
            let (response, next) = try await larder.client { client in
                (try client.get("/a", [field]), try client.get("/a"))
            }
            #expect(response.status == status)
            #expect(next.text == "x")
            if status == 304 {
                #expect(response["ETag"] == "\"1\"")
                #expect(response["Cache-Control"] == "max-age=60")
                #expect(response["Content-Length"] == nil)
            }
            if !isStored {
                #expect(origin.requests.first?.field(field.0) == nil, "a fill asks for the whole")
                await larder.settle()
                #expect(try await larder.get("/a").isHit)
            }
            #expect(origin.requestCount() == 1)
        }
    }

    @Test(
        "§13.2.2: what only an origin evaluates goes to it, and its answer to that one client",
        arguments: [("If-Match", "\"2\""), ("If-Unmodified-Since", "Fri, 31 Dec 2021 00:00:00 GMT")]
    )
    func originConditions(condition: (String, String)) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [request.field(condition.0) == condition.1 ? .text("", status: 412) : .text("x", fields: fresh)]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let response = try await larder.get("/a", [condition])
            #expect(response.status == 412)
            #expect(response.cacheStatus == "larder; fwd=request; fwd-status=412")
            #expect(try await larder.get("/a").isHit)
            origin.stop()
            #expect(try await larder.get("/a", [condition]).status == 502)
        }
    }
}
