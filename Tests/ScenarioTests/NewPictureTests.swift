// Scenarios. Pictures that were written a moment ago, whose origin says nothing but when (heuristic_minimum, grace).

import Glibc
import HTTPMessage
import LarderHarness
import Settings
import TestSupport
import Testing

@Suite("a picture that was just uploaded is one request to the origin")
struct NewPictureScenarios {
    /// A time that a slow test cannot make old: the heuristic takes what lies ahead for now.
    private let now = HTTPDate.format(WallTime(secondsSinceEpoch: Int64(time(nil)) + 3600))

    /// An origin whose pictures were all written now.
    private func newest() throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        let now = now
        origin.respond { request in
            let head = [("Content-Type", "image/jpeg"), ("Last-Modified", now), ("ETag", "\"1\"")]
            return request.field("If-None-Match") == nil
                ? [.text(request.path, fields: head)] : [.respond(status: 304, fields: head)]
        }
        return origin
    }

    @Test("by default: sixty requests are one; a whole tree without its times is one each")
    func minimum() async throws {
        let origin = try newest()
        try await withLarder(origin) { larder in
            for number in 0..<20 {
                let path = "/\(number).jpg"
                let first = try await larder.fill(path)
                #expect((first.ttl ?? 0) > 50)
                for _ in 0..<3 { #expect(try await larder.get(path).isHit) }
                #expect(origin.requestCount(path) == 1)
            }
            for _ in 0..<60 { #expect(try await larder.get("/0.jpg").isHit) }
            #expect(origin.requestCount("/0.jpg") == 1)
        }
    }

    @Test(
        "settings: maximum 0 leaves it to default_ttl, minimum 0 has every request ask; grace answers at once",
        arguments: [
            (60, 86_400, 3600, 0, "larder; hit"), (60, 0, 3600, 0, "larder; hit"), (0, 0, 3600, 0, "larder; hit"),
            (0, 86_400, 3600, 0, "larder; fwd=stale; fwd-status=304; stored"),
            (0, 86_400, 3600, 60, "larder; hit; detail=stale-while-revalidate"),
            (60, 0, 0, 60, "larder; hit; detail=stale-while-revalidate"),
            (60, 0, 0, 0, "larder; fwd=stale; fwd-status=304; stored"),
        ] as [(Int, Int, Int, Int, String)]
    )
    func settings(minimum: Int, maximum: Int, standard: Int, grace: Int, status: String) async throws {
        let origin = try newest()
        let setup = try Setup(origin) {
            $0.configuration.cache.heuristicMinimum = .seconds(minimum)
            $0.configuration.cache.heuristicMaximum = .seconds(maximum)
            $0.configuration.cache.defaultTTL = .seconds(standard)
            $0.configuration.cache.grace = .seconds(grace)
        }
        try await withLarder(setup) { larder in
            try await larder.fill("/a.jpg")
            #expect(try await larder.get("/a.jpg").cacheStatus == status)
        }
    }

    @Test("what is no picture has no least lifetime")
    func noPicture() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("page", fields: [("Content-Type", "text/html"), ("Last-Modified", now)]))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.get("/a").isHit == false)
        }
    }
}
