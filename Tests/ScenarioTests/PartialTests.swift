// Scenarios: parts of pictures that an origin sends, stored as parts, completed and put together.

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

    @Test("RFC 9110 §14.4: a part that is not what was asked for is fetched anew for the client")
    func unasked() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", times: [[part(0...4)], [part(6...8)]])
        try await withLarder(origin) { larder in
            let response = try await larder.get("/a", [("Range", "bytes=6-8")])
            #expect(response.status == 206)
            #expect(response.text == "678")
            #expect(origin.requests.last?.field("Range") == "bytes=6-8")
        }
    }

    @Test(
        "RFC 9110 §14.4: a 206 without a range of a known whole is passed on and not stored",
        arguments: ["bytes 0-4/*", "bytes 4-0/10", "chunks 0-4/10", "bytes */10", "x", "bytes 0-5/10"]
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
            for _ in 0..<2 {
                let response = try await larder.fill("/a", [("Range", "bytes=0-4")])
                #expect(response.status == 206)
                #expect(response.text == "01234")
                #expect(!response.isHit)
            }
        }
    }

    @Test(
        "RFC 9110 §14.4: a 206 with fewer bytes than its range has is passed on as it is",
        arguments: ["bytes=-5", "bytes=6-"]
    )
    func short(range: String) async throws {
        let origin = try ScriptedOrigin()
        let fields = fields("max-age=60", ("ETag", "\"1\""), ("Content-Range", "bytes 4-9/10"))
        origin.on("/a", .respond(status: 206, fields: fields, body: Array("45678".utf8)))
        try await withLarder(origin) { larder in
            let response = try await larder.fill("/a", [("Range", range)])
            #expect(response.status == 206)
            #expect(response.isComplete)
            #expect(response.text == "45678")
            #expect(response["Content-Range"] == "bytes 4-9/10")
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
