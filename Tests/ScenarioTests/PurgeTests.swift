// Scenarios. Purges, also while fills are under way.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Purges")
struct PurgeTests {
    @Test("a key, a prefix, a glob, everything: the next request asks the origin, the others are hits")
    func rules() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        let paths = ["/a/1", "/a/2", "/b/1.jpg", "/b/1.png"]
        let rules: [(PurgeRule, Set<String>)] = [
            (.key(Array("/a/1".utf8)), ["/a/1"]), (.prefix(Array("/a/".utf8)), ["/a/1", "/a/2"]),
            (.glob(Array("/b/*.jpg".utf8)), ["/b/1.jpg"]), (.all, Set(paths)),
        ]
        try await withLarder(origin) { larder in
            for (rule, purged) in rules {
                for path in paths { _ = try await larder.get(path) }
                await larder.settle()
                let report = await larder.purge(rule)
                #expect(report.responses == purged.count)
                #expect(report.bytes == Int64(purged.map(\.count).reduce(0, +)))
                for path in paths {
                    let response = try await larder.get(path)
                    #expect(response.isHit != purged.contains(path))
                    #expect(response.text == path)
                }
            }
        }
    }

    @Test(
        "a larger picture that is asked for again and again is gone with its purge at once, and the new one is served"
    )
    func purgeOfRecent() async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { larder in
            for round in 0..<3 {
                let picture = pictureBytes(100_000 + round)
                origin.on("/a.jpg", .respond(fields: fresh, body: picture))
                try await larder.fill("/a.jpg")
                for _ in 0..<4 {
                    let hit = try await larder.get("/a.jpg")
                    #expect(hit.isHit)
                    #expect(hit.body.digest == picture.digest)
                    let part = try await larder.get("/a.jpg", [("Range", "bytes=50000-50999")])
                    #expect(part.status == 206)
                    #expect(part.body == Array(picture[50_000..<51_000]))
                    let large = try await larder.get("/a.jpg", [("Range", "bytes=100-")])
                    #expect(large.body == Array(picture[100...]))
                }
                #expect(await larder.purge(.key(Array("/a.jpg".utf8))).responses == 1)
            }
            #expect(origin.requestCount() == 3)
        }
    }

    @Test("invariant 4: what was purged before it was stored stays purged", arguments: [true, false], [100, 300_000])
    func fence(isKnown: Bool, size: Int) async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let old = pictureBytes(size, seed: 1)
        let new = pictureBytes(size, seed: 2)
        // The purge comes before the head, or between head and body.
        let steps: [ScriptedOrigin.Step] =
            isKnown ? [head(length: size), .hold(gate), .raw(old)] : [.hold(gate), head(length: size), .raw(old)]
        origin.on("/a", times: [steps, [.respond(fields: fresh, body: new)]])
        try await withLarder(origin) { larder in
            async let early = larder.get("/a")
            try await origin.waitForRequests(1)
            if isKnown { try await eventually { larder.proxy.statistics.fillsInProgress == 1 } }
            _ = await larder.purge("/a")
            let after = try await larder.get("/a")
            #expect(after.body.digest == new.digest, "a request after the purge does not join the fill from before it")
            gate.open()
            #expect(try await early.body.digest == old.digest)
            await larder.settle()
            let next = try await larder.get("/a")
            #expect(next.body.digest == new.digest)
            #expect(next.isHit)
        }
    }

    @Test("invariant 4: a validation from before a purge brings nothing back")
    func fenceOfValidation() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let aged = [("Cache-Control", "max-age=60"), ("Age", "120"), ("ETag", "\"1\"")]
        origin.on(
            "/a",
            times: [
                [.text("old", fields: aged)],
                [.hold(gate), .respond(status: 304, fields: fields("max-age=600", ("ETag", "\"1\"")))],
                [.text("new", fields: fresh)],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            async let validated = larder.get("/a")
            try await origin.waitForRequests(2)
            _ = await larder.purge("/a")
            gate.open()
            #expect(try await validated.text == "old")
            await larder.settle()
            #expect(try await larder.get("/a").text == "new")
        }
    }

    @Test("an unrelated purge parts no follower from its leader")
    func unrelated() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/a", .hold(gate), .text("x", fields: fresh))
        try await withLarder(origin) { larder in
            async let leader = larder.get("/a")
            try await origin.waitForRequests(1)
            _ = await larder.purge("/b")
            async let follower = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await leader.text == "x")
            #expect(try await follower.text == "x")
            await larder.settle()
            #expect(try await larder.get("/a").isHit)
            #expect(origin.requestCount() == 1)
        }
    }
}
