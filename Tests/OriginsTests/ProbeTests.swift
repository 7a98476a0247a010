// Origins that are left alone: who finds out that they are well again, and what requests get meanwhile.

import HTTPMessage
import Origins
import Runtime
import TestSupport
import Testing

@Suite("An origin that is down costs requests nothing, and is used again as soon as it works")
struct ProbeTests {
    private func fail(_ running: Running, times: Int = 5) async throws {
        for number in 0..<times { _ = try await running.get("/\(number).jpg") }
    }

    @Test("a probe of larder's own finds out, without a client's request")
    func probe() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/known.jpg", .text("known"))
        second.respond { _ in [.text("second")] }
        let running = try Running([.test(first.url), .test(second.url)])
        _ = try await running.get("/known.jpg")
        first.respond { _ in [.reset] }
        first.on("/known.jpg", .reset)
        // Prompt failures count once it has answered nothing for a second.
        let deadline = ContinuousClock.now + .seconds(30)
        while !running.origins.statistics()[0].isBackingOff, ContinuousClock.now < deadline { try await fail(running) }
        #expect(running.origins.statistics()[0].isBackingOff)
        #expect(try await running.get("/a.jpg").response?.tried.first?.outcome == .skipped)
        first.on("/known.jpg", .text("known"))
        try await eventually(within: .seconds(30)) { !running.origins.statistics()[0].isBackingOff }
        let probe = try #require(first.requests.last)
        #expect((probe.method, probe.path) == ("HEAD", "/known.jpg"))
        first.respond { _ in [.text("first")] }
        #expect(try await running.get("/b.jpg").body == Array("first".utf8))
    }

    @Test(
        "502, 503, 504 and 429 in a row are an outage; 500, 404 and 403 are not",
        arguments: [
            (502, true), (503, true), (504, true), (429, true), (500, false), (404, false), (403, false),
        ]
    )
    func statuses(status: Int, isOutage: Bool) async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.respond { _ in [.text("no", status: status)] }
        second.respond { _ in [.text("yes")] }
        let running = try Running([.test(first.url), .test(second.url)])
        try await fail(running)
        #expect(running.origins.statistics()[0].isBackingOff == isOutage)
    }

    @Test("RFC 9110 §10.2.3: Retry-After is heeded at once, also as a date", arguments: [429, 503])
    func retryAfter(status: Int) async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.respond { _ in [.respond(status: status, fields: [("Retry-After", "30")])] }
        second.respond { _ in [.text("yes")] }
        let running = try Running([.test(first.url), .test(second.url)])
        #expect(try await running.get("/a.jpg").body == Array("yes".utf8))
        #expect(try await running.get("/b.jpg").body == Array("yes".utf8))
        #expect(first.requestCount() == 1)
        // Nobody else is left: it is not asked even then, and the client is told when.
        second.respond { _ in [.reset] }
        _ = try await running.get("/c.jpg")
        let got = try await running.get("/d.jpg")
        #expect(first.requestCount() == 1)
        #expect(got.error?.retryAfter != nil)
    }

    @Test("an only origin that asks for a pause gets it; requests fail at once and say until when")
    func pauseOfTheOnly() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(status: 503, fields: [("Retry-After", "30")])] }
        let running = try Running([.test(origin.url)])
        #expect(try await running.get("/a.jpg").response?.status == 503)
        let got = try await running.get("/b.jpg")
        #expect(got.error?.kind == .overloaded)
        #expect((got.error?.retryAfter).map { $0 > .zero && $0 <= .seconds(30) } == true)
        #expect(origin.requestCount() == 1)
    }

    @Test(
        "while all circuit breakers are open, few requests a second are sent, and the rest fail at once",
        .timeLimit(.minutes(1))
    )
    func lastResort() async throws {
        let began = ContinuousClock.now
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.reset] }
        let running = try Running([.test(origin.url)])
        try await fail(running)
        let before = origin.requestCount()
        for number in 0..<200 {
            let got = try await running.get("/x\(number).jpg")
            #expect(got.error?.kind == .reset)
            #expect(got.error?.retryAfter != nil)
        }
        // Ten at once, ten a second and a tenth of the requests; some probes beside them.
        let seconds = Double((ContinuousClock.now - began).components.seconds + 1)
        #expect(Double(origin.requestCount() - before) <= 10 + 10 * seconds + 20 + 2 * seconds)
        #expect(running.origins.statistics()[0].skipped >= 200)
    }

    @Test("with a fallback, origins whose circuit breaker is open are not asked as a last resort")
    func fallback() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.reset] }
        let running = try Running([.test(origin.url)])
        try await fail(running)
        let before = origin.requests.filter { $0.method == "GET" }.count
        let collector = Collector()
        running.origins.send(OriginRequest(target: "/a.jpg", hasFallback: true), to: collector)
        #expect(try await collector.ended().error?.kind == .reset)
        #expect(origin.requests.filter { $0.method == "GET" }.count == before)
    }

    @Test("a configured probe finds an outage before requests do, and the end of it; 404 is not well")
    func check() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/alive", .text("no", status: 404))
        first.respond { _ in [.text("first")] }
        second.respond { _ in [.text("second")] }
        var settings = OriginSettings.test(first.url)
        settings.probe = OriginSettings.Probe(path: "/alive", interval: .milliseconds(20))
        let running = try Running([settings, .test(second.url)])
        try await eventually(within: .seconds(30)) { running.origins.statistics()[0].isBackingOff }
        #expect(try await running.get("/a.jpg").body == Array("second".utf8))
        first.on("/alive", .text("yes"))
        try await eventually(within: .seconds(30)) { !running.origins.statistics()[0].isBackingOff }
        #expect(try await running.get("/a.jpg").body == Array("first".utf8))
        #expect(first.requests.filter { $0.path == "/alive" }.allSatisfy { $0.method == "HEAD" })
    }

    @Test("a probe gets through though every place is held by requests that hang")
    func probeBesideHanging() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/slow.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .hang)
        origin.respond { _ in [.text("ok")] }
        var settings = OriginSettings.test(origin.url)
        settings.maximumConnections = 1
        settings.probe = OriginSettings.Probe(path: "/alive", interval: .milliseconds(20))
        let running = try Running([settings])
        let slow = Collector()
        running.origins.send(OriginRequest(target: "/slow.jpg"), to: slow)
        try await origin.waitForRequests(2, path: "/alive")
        #expect(!slow.now.hasEnded)
    }
}
