// Scenarios. Validation. The clock is real, so origins send old answers: an Age of 120 with a max-age of 60 is stale
// the moment it is stored.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

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
