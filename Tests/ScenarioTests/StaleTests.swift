// Scenarios. Stale responses. Where the clock is the machine's, origins send old answers: an Age of 120 with a max-age
// of 60 is stale the moment it is stored.

import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9111 §4.2.4, RFC 5861: stale responses")
struct StaleScenarios {
    @Test("RFC 5861 §3: stale-while-revalidate answers at once and validates once behind")
    func whileRevalidate() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on(
            "/a",
            times: [
                [.text("x", fields: fields("max-age=60, stale-while-revalidate=600", ("ETag", "\"1\"")))],
                [.hold(gate), .respond(status: 304, fields: fields("max-age=600", ("ETag", "\"1\"")))],
            ]
        )
        let clock = ManualClock()
        try await withLarder(origin, clock) { larder in
            try await larder.fill("/a")
            clock.advance(by: .seconds(180))
            for _ in 0..<5 {
                let response = try await larder.get("/a")
                #expect(response.cacheStatus == "larder; hit; detail=stale-while-revalidate")
                #expect(response.ttl == -120)
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

    @Test("a stale response is served when every origin fails, and says so", arguments: Outage.allCases)
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
        try await withLarder(Setup(origin) { $0.configuration.origins[0].firstByteTimeout = .milliseconds(300) }) {
            larder in
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

    @Test("the followers of a failed validation are served the stale response too")
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
