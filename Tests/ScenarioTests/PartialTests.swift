// Scenarios. Parts of pictures that an origin sends, stored as parts, completed and put together.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

private let picture = Array("0123456789".utf8)

/// A 206 with a part of the picture.
private func part(
    _ range: ClosedRange<Int>,
    etag: String = "\"1\"",
    control: String = "max-age=60",
    _ more: (String, String)...
) -> ScriptedOrigin.Step {
    .respond(
        status: 206,
        fields: [
            ("Cache-Control", control), ("ETag", etag), ("Content-Type", "image/x"),
            ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound)/10"),
        ] + more,
        body: Array(picture[range])
    )
}

@Suite("RFC 9111 §3.3, §3.4: parts")
struct PartialTests {
    @Test(
        "§3.3: a stored part answers what lies wholly within it, as 206",
        arguments: [
            ("bytes=0-4", "01234"), ("bytes=0-0", "0"), ("bytes=2-3", "23"), ("bytes=4-4", "4"), ("bytes=0-1,4-4", ""),
        ]
    )
    func within(field: String, text: String) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", part(0...4))
        try await withLarder(origin) { larder in
            let first = try await larder.fill("/a", [("Range", "bytes=0-4")])
            #expect(first.status == 206)
            #expect(first.text == "01234")
            #expect(first["Content-Range"] == "bytes 0-4/10")
            let second = try await larder.get("/a", [("Range", field)])
            #expect(second.status == 206)
            if !text.isEmpty { #expect(second.text == text) }
            #expect(second.isHit)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("§3.3: a suffix lies within a part at the end")
    func suffix() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", part(5...9))
        try await withLarder(origin) { larder in
            #expect(try await larder.fill("/a", [("Range", "bytes=-5")]).text == "56789")
            let second = try await larder.get("/a", [("Range", "bytes=-2")])
            #expect(second.text == "89")
            #expect(second["Content-Range"] == "bytes 8-9/10")
            #expect(second.isHit)
            let outside = try await larder.get("/a", [("Range", "bytes=10-")])
            #expect(outside.status == 416)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("§3.4: the whole is completed with a range request and then stored", arguments: [true, false])
    func completed(isStart: Bool) async throws {
        let origin = try ScriptedOrigin()
        let (stored, missing) = isStart ? (0...4, 5...9) : (5...9, 0...4)
        origin.on("/a", times: [[part(stored)], [part(missing, ("X-New", "1"))]])
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=\(stored.lowerBound)-\(stored.upperBound)")])
            let whole = try await larder.fill("/a")
            #expect(whole.status == 200)
            #expect(whole.body == picture)
            #expect(whole["Content-Range"] == nil)
            #expect(whole.values(of: "Via") == ["1.1 larder"])
            #expect(whole.cacheStatus.contains("fwd=partial; fwd-status=206; stored"))
            #expect(origin.requests.last?.field("Range") == (isStart ? "bytes=5-" : "bytes=0-4"))
            #expect(origin.requests.last?.field("If-Range") == "\"1\"")
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect(hit.body == picture)
            #expect(hit["X-New"] == "1")
            #expect(origin.requestCount() == 2)
        }
    }

    @Test("§3.4: two parts that touch or overlap combine; the newer's bytes count")
    func combined() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", times: [[part(0...3)], [part(2...6)]])
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=0-3")])
            let second = try await larder.fill("/a", [("Range", "bytes=2-6")])
            #expect(second.status == 206)
            #expect(second.text == "23456")
            let hit = try await larder.get("/a", [("Range", "bytes=1-6")])
            #expect(hit.isHit)
            #expect(hit.text == "123456")
            #expect(hit["Content-Range"] == "bytes 1-6/10")
        }
    }

    @Test(
        "§3.4: parts without a common strong validator are not combined",
        arguments: [("W/\"1\"", "W/\"1\""), ("\"1\"", "\"2\"")]
    )
    func different(old: String, new: String) async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            times: [[part(0...4, etag: old)], [.respond(fields: fields("max-age=60", ("ETag", new)), body: picture)]]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=0-4")])
            let whole = try await larder.fill("/a")
            #expect(whole.status == 200)
            #expect(whole.body == picture)
            #expect(try await larder.get("/a").isHit)
        }
    }

    @Test("§3.3: what is stale of a part is validated before it answers")
    func stalePart() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            times: [[part(0...4, control: "max-age=0")], [.respond(status: 304, fields: [("ETag", "\"1\"")])]]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=0-4")])
            let second = try await larder.get("/a", [("Range", "bytes=0-1")])
            #expect(second.status == 206)
            #expect(second.text == "01")
            #expect(origin.requests.last?.field("If-None-Match") == "\"1\"")
        }
    }

    @Test(
        "RFC 9110 §14.4: a part that nobody asked for is no answer, to a request for the whole or for another part",
        arguments: [nil, "bytes=6-8", "bytes=0-5", "bytes=5-", "bytes=-5", "items=0-4"] as [String?]
    )
    func unasked(range: String?) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", part(0...4))
        try await withLarder(origin) { larder in
            for _ in 0..<2 {
                let response = try await larder.fill("/a", range.map { [("Range", $0)] } ?? [])
                #expect(response.status == 502)
                #expect(response["Proxy-Status"]?.contains("http_protocol_error") == true)
                #expect(larder.store.statistics.responses == 0)
            }
        }
    }

    @Test("RFC 9110 §14.4: where one origin sends a part that nobody asked for, the next one is asked")
    func unaskedOfOne() async throws {
        let origins = [try ScriptedOrigin(), try ScriptedOrigin()]
        origins[0].on("/a", part(0...4))
        origins[1].on("/a", .respond(fields: fresh, body: picture))
        try await withLarder(Setup(origins[0], origins[1])) { larder in
            let response = try await larder.fill("/a")
            #expect(response.status == 200)
            #expect(response.body == picture)
            #expect(try await larder.get("/a").isHit)
        }
    }

    @Test("§3.3: a part that one client asked for is nobody else's answer")
    func followers() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on(
            "/a",
            times: [[.hold(gate), part(0...4)], [.respond(fields: [("Cache-Control", "no-store")], body: picture)]]
        )
        try await withLarder(origin) { larder in
            async let leader = larder.get("/a", [("Range", "bytes=0-4")])
            try await origin.waitForRequests(1)
            async let follower = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await leader.text == "01234")
            let whole = try await follower
            #expect(whole.status == 200)
            #expect(whole.body == picture)
        }
    }

    @Test(
        "§3.4: a rest of another version, or none that was asked for, is not joined: the whole is asked for",
        arguments: [
            part(5...9, etag: "\"2\""), part(5...9, etag: "W/\"1\""), part(6...9), part(5...8),
            .respond(status: 206, body: Array("56789".utf8)),
            .respond(
                status: 206,
                fields: [("ETag", "\"1\""), ("Content-Range", "bytes 5-10/11")],
                body: Array("56789a".utf8)
            ),
        ]
    )
    func otherVersion(rest: ScriptedOrigin.Step) async throws {
        let origin = try ScriptedOrigin()
        let whole = ScriptedOrigin.Step.respond(
            fields: fields("max-age=60", ("ETag", "\"2\"")),
            body: Array("abcdefghij".utf8)
        )
        origin.on("/a", times: [[part(0...4)], [rest], [whole]])
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=0-4")])
            let response = try await larder.fill("/a")
            #expect(response.status == 200)
            #expect(response.text == "abcdefghij")
            #expect(origin.requests.map { $0.field("Range") } == [nil, "bytes=5-", nil])
            #expect(try await larder.get("/a").text == "abcdefghij")
            #expect(origin.requestCount() == 3)
        }
    }

    @Test("RFC 9110 §14.4: a part of an unknown whole is passed on to who asked for it and not stored")
    func unknownWhole() async throws {
        let origin = try ScriptedOrigin()
        let range = ("Content-Range", "bytes 0-4/*")
        origin.on(
            "/a",
            .respond(status: 206, fields: fields("max-age=60", ("ETag", "\"1\""), range), body: Array("01234".utf8))
        )
        try await withLarder(origin) { larder in
            for _ in 0..<2 {
                let response = try await larder.fill("/a", [("Range", "bytes=0-4")])
                #expect(response.status == 206)
                #expect(response.text == "01234")
                #expect(!response.isHit)
            }
        }
    }

    @Test(
        "RFC 9110 §14.4: a Content-Range that is none, or is not its body's, makes an answer malformed",
        arguments: ["bytes 4-0/10", "chunks 0-4/10", "bytes */10", "x", "bytes 0-5/10", "bytes 0-4/4"]
    )
    func malformed(contentRange: String) async throws {
        let origin = try ScriptedOrigin()
        let answer = ScriptedOrigin.Step.respond(
            status: 206,
            fields: fields("max-age=60", ("ETag", "\"1\""), ("Content-Range", contentRange)),
            body: Array("01234".utf8)
        )
        origin.on("/a", answer)
        try await withLarder(origin) { larder in
            // A fill, which sends no Range, and a request that goes on as it is.
            for more in [[], [("Cache-Control", "no-store")]] {
                let response = try await larder.fill("/a", [("Range", "bytes=0-4")] + more)
                #expect(response.status == 502)
            }
            #expect(larder.store.statistics.responses == 0)
        }
    }

    @Test("RFC 9110 §14.4: a 206 in a unit that the client asked for and larder does not know is passed on")
    func foreignUnit() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            .respond(status: 206, fields: fields("max-age=60", ("Content-Range", "items 0-4/10")), body: picture)
        )
        try await withLarder(origin) { larder in
            let response = try await larder.fill("/a", [("Range", "items=0-4"), ("Cache-Control", "no-store")])
            #expect(response.status == 206)
            #expect(response.body == picture)
            #expect(larder.store.statistics.responses == 0)
        }
    }

    @Test("a stored part is still one after a restart")
    func restart() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", times: [[part(0...4)], [part(5...9)]])
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=0-4")])
            try await larder.restart()
            #expect(try await larder.get("/a", [("Range", "bytes=1-2")]).text == "12")
            #expect(origin.requestCount() == 1)
            #expect(try await larder.fill("/a").body == picture)
        }
    }
}
