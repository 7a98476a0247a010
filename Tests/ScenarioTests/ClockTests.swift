// Scenarios. A wall clock that was ahead and was set right. What was stored then is as if born in the future.

import Glibc
import HTTPCaching
import HTTPMessage
import LarderHarness
import NIOCore
import Store
import TestSupport
import Testing

@Suite("whatever was born in the future is validated")
struct ClockScenarios {
    /// Stores what a larder stored whose clock was ahead.
    private func store(_ larder: Larder, _ path: String, ahead: Int64, length: Int = 3) async throws {
        let birth = WallTime(secondsSinceEpoch: Int64(time(nil)) + ahead)
        let facts = StoredFacts(
            status: 200,
            flags: .hasETag,
            bornAt: birth,
            freshUntil: birth + 86_400,
            staleWhileRevalidate: 3600,
            staleIfError: 3600
        )
        let response = NewResponse(
            key: Array(path.utf8),
            variant: .none,
            head: ByteBuffer(string: "HTTP/1.1 200 OK\r\nETag: \"old\"\r\n"),
            facts: facts,
            bodyLength: Int64(length),
            epoch: larder.store.epoch
        )
        let fill = try larder.store.beginFill(response)
        _ = fill.append(ByteBuffer(repeating: UInt8(ascii: "o"), count: length))
        let refusal = await withCheckedContinuation { done in fill.finish { done.resume(returning: $0) } }
        #expect(refusal == nil)
        await larder.settle()
    }

    @Test(
        "an hour or ten years ahead, small or large, after a restart, by a reload: the origin is asked",
        arguments: [(3, 3600), (3, 315_360_000), (200_000, 3600), (3, 5)] as [(Int, Int64)]
    )
    func validated(length: Int, ahead: Int64) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("new", fields: fields("max-age=600", ("ETag", "\"new\"")))] }
        try await withLarder(origin) { larder in
            for path in ["/a", "/b", "/c"] { try await store(larder, path, ahead: ahead, length: length) }
            let first = try await larder.fill("/a")
            #expect(first.text == "new" && first.cacheStatus == "larder; fwd=stale; fwd-status=200; stored")
            #expect(origin.requests.last?.field("If-None-Match") == "\"old\"")
            #expect(try await larder.get("/a").isHit)
            #expect(try await larder.fill("/b", [("Cache-Control", "max-age=0")]).text == "new")
            try await larder.restart()
            #expect(try await larder.fill("/c").text == "new")
        }
    }

    @Test("a 304 makes it as young as it is, and it is a hit from then on")
    func confirmed() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(status: 304, fields: fields("max-age=600", ("ETag", "\"old\"")))] }
        try await withLarder(origin) { larder in
            try await store(larder, "/a", ahead: 3600)
            #expect(try await larder.fill("/a").text == "ooo")
            let hit = try await larder.get("/a")
            #expect(hit.isHit && hit.text == "ooo" && (hit.ttl ?? 0) > 50)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("while no origin answers it is served, as stale")
    func outage() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("busy", status: 503)] }
        try await withLarder(origin) { larder in
            try await store(larder, "/a", ahead: 3600)
            let response = try await larder.get("/a")
            #expect(response.text == "ooo")
            #expect(response.cacheStatus == "larder; fwd=stale; fwd-status=503; detail=stale-if-error")
            #expect(response.ttl == 0)
        }
    }
}
