// Scenarios. Preconditions of clients. The clock is real, so origins send old answers: an Age of 120 with a max-age of
// 60 is stale the moment it is stored.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

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
