// Asking the next origin too, when one is late.

import HTTPMessage
import Origins
import Runtime
import Synchronization
import TestSupport
import Testing

@Suite("A late origin is hedged") struct HedgeTests {
    private func settings(_ origin: ScriptedOrigin, hedge: OriginSettings.Hedge = .never) -> OriginSettings {
        var settings = OriginSettings.test(origin.url)
        settings.hedge = hedge
        return settings
    }

    @Test("the next origin is asked too, the first good answer is taken, the other request is cancelled")
    func late() async throws {
        let (late, quick) = (try ScriptedOrigin(), try ScriptedOrigin())
        late.on("/a.jpg", .hang)
        quick.on("/a.jpg", .text("quick"))
        let running = try Running([settings(late, hedge: .after(.milliseconds(50))), settings(quick)])
        let got = try await running.get("/a.jpg")
        #expect(got.body == Array("quick".utf8))
        #expect(got.violations.isEmpty)
        #expect(
            got.response?.tried == [
                OriginAttempt(origin: 1, outcome: .answered(200)), OriginAttempt(origin: 0, outcome: .overtaken),
            ]
        )
        try await eventually { running.origins.statistics()[0].inProgress == 0 }
        let figures = running.origins.statistics()[0]
        #expect((figures.hedges, figures.overtaken) == (1, 1))
        #expect(figures.errors.isEmpty)
    }

    @Test("an origin that is quick enough is not hedged; the late one may still win")
    func quickEnough() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        let go = Gate()
        first.on("/a.jpg", .hold(go), .text("first"))
        second.on("/a.jpg", .hang)
        let running = try Running([settings(first, hedge: .after(.milliseconds(20))), settings(second)])
        let collector = Collector()
        running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await second.waitForRequests(1)
        go.open()
        #expect(try await collector.ended().body == Array("first".utf8))
        first.on("/b.jpg", .text("first"))
        let calm = try Running([settings(first, hedge: .after(.seconds(60))), settings(second)])
        #expect(try await calm.get("/b.jpg").body == Array("first".utf8))
        #expect(second.requestCount("/b.jpg") == 0)
    }

    @Test("a hedge's 404 is no good answer: the late origin's is waited for")
    func notFound() async throws {
        let (late, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        let go = Gate()
        late.on("/a.jpg", .hold(go), .text("late"))
        copy.on("/a.jpg", .text("none", status: 404))
        var first = settings(late, hedge: .after(.milliseconds(20)))
        first.isAuthoritative = true
        let running = try Running([first, settings(copy)])
        let collector = Collector()
        running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await eventually { running.origins.statistics()[1].notFound == 1 }
        go.open()
        #expect(try await collector.ended().body == Array("late".utf8))
    }

    @Test("p95: after twenty answers, what takes longer than nineteen of them is hedged")
    func percentile() async throws {
        let (late, quick) = (try ScriptedOrigin(), try ScriptedOrigin())
        late.respond { request in request.path == "/late.jpg" ? [.hang] : [.text("ok")] }
        quick.respond { _ in [.text("quick")] }
        let running = try Running([settings(late, hedge: .percentile95), settings(quick)])
        for number in 0..<32 { _ = try await running.get("/\(number).jpg") }
        #expect(try await running.get("/late.jpg").body == Array("quick".utf8))
    }

    @Test("hedges stay within the retry budget: late origins do not double the load")
    func budget() async throws {
        let (late, quick) = (try ScriptedOrigin(), try ScriptedOrigin())
        let go = Gate()
        late.respond { _ in [.hold(go), .text("late")] }
        quick.respond { _ in [.hold(go), .text("quick")] }
        let running = try Running([settings(late, hedge: .after(.milliseconds(1))), settings(quick)])
        let collectors = (0..<60).map { _ in Collector() }
        for (number, collector) in collectors.enumerated() {
            running.origins.send(OriginRequest(target: "/\(number).jpg"), to: collector)
        }
        try await eventually {
            let figures = running.origins.statistics()[0]
            return figures.hedges + figures.hedgesRefused == 60
        }
        go.open()
        for collector in collectors { #expect(try await collector.ended().isFinished) }
        let figures = running.origins.statistics()[0]
        #expect((10...40).contains(figures.hedges))
        #expect(figures.hedgesRefused > 0)
    }

    @Test("unsafe requests are never asked twice")
    func unsafeMethods() async throws {
        let (late, quick) = (try ScriptedOrigin(), try ScriptedOrigin())
        let go = Gate()
        late.on("/a.jpg", .hold(go), .text("late"))
        let running = try Running([settings(late, hedge: .after(.milliseconds(10))), settings(quick)])
        let collector = Collector()
        running.origins.send(OriginRequest(method: "DELETE", target: "/a.jpg", onlyFirst: true), to: collector)
        try await late.waitForRequests(1)
        // Another request's hedge shows that the time for one has come.
        late.on("/b.jpg", .hang)
        quick.on("/b.jpg", .text("b"))
        _ = try await running.get("/b.jpg")
        go.open()
        #expect(try await collector.ended().body == Array("late".utf8))
        #expect(quick.requestCount("/a.jpg") == 0)
    }

    @Test("after being overtaken five times in a row its circuit breaker opens, and waiting requests ask the next")
    func overtaken() async throws {
        let (late, quick) = (try ScriptedOrigin(), try ScriptedOrigin())
        late.respond { _ in [.hang] }
        quick.respond { _ in [.text("quick")] }
        let running = try Running([settings(late, hedge: .after(.milliseconds(300))), settings(quick)])
        // Ten hedges are allowed at once; the rest would wait for a minute.
        let collectors = (0..<40).map { _ in Collector() }
        for (number, collector) in collectors.enumerated() {
            running.origins.send(OriginRequest(target: "/\(number).jpg"), to: collector)
        }
        for collector in collectors { #expect(try await collector.ended().body == Array("quick".utf8)) }
        #expect(running.origins.statistics()[0].isBackingOff)
    }

    @Test("an origin asked as a hedge is not blamed when the one asked before it answers after all")
    func hedgeOvertaken() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        let go = Gate()
        first.respond { _ in [.hold(go), .text("first")] }
        second.respond { _ in [.hang] }
        let running = try Running([settings(first, hedge: .after(.milliseconds(20))), settings(second)])
        let collectors = (0..<8).map { _ in Collector() }
        for (number, collector) in collectors.enumerated() {
            running.origins.send(OriginRequest(target: "/\(number).jpg"), to: collector)
        }
        try await second.waitForRequests(8)
        go.open()
        for collector in collectors { #expect(try await collector.ended().body == Array("first".utf8)) }
        let figures = running.origins.statistics()[1]
        #expect((figures.overtaken, figures.isBackingOff) == (8, false))
    }

    @Test("with a breaker open for lateness it still gets requests that no other can serve, whatever the budget")
    func onlyLate() async throws {
        let (late, quick) = (try ScriptedOrigin(), try ScriptedOrigin())
        let isHeld = Lock(true)
        // Probes get no answer all the time: it stays left alone.
        late.respond { request in request.method == "HEAD" || isHeld.withLock { $0 } ? [.hang] : [.text("late")] }
        quick.respond { request in request.target.hasPrefix("/gone") ? [.reset] : [.text("quick")] }
        var first = settings(late, hedge: .after(.milliseconds(300)))
        first.firstByteTimeout = .seconds(60)
        let running = try Running([first, settings(quick)])
        let early = (0..<40).map { _ in Collector() }
        for (number, collector) in early.enumerated() {
            running.origins.send(OriginRequest(target: "/\(number).jpg"), to: collector)
        }
        for collector in early { #expect(try await collector.ended().body == Array("quick".utf8)) }
        #expect(running.origins.statistics()[0].isBackingOff)
        isHeld.withLock { $0 = false }
        let others = (0..<40).map { _ in Collector() }
        for (number, collector) in others.enumerated() {
            running.origins.send(OriginRequest(target: "/gone/\(number).jpg"), to: collector)
        }
        for collector in others { #expect(try await collector.ended().body == Array("late".utf8)) }
    }
}
