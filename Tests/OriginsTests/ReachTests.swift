// Whether an origin can be reached, as the operator is told: a pure machine, and looks at real ports and directories.

import Glibc
import Runtime
import TestSupport
import Testing

@testable import Origins

@Suite("Whether an origin can be reached") struct ReachTests {
    private func failure(_ kind: OriginError.Kind) -> OriginError {
        OriginError(kind: kind, operation: "connect", subject: "http://origin")
    }

    @Test(
        "one failure tells where it was never reached, and where its name does not resolve; else the failures in a row do",
        arguments: [
            (false, OriginError.Kind.connectionRefused, true), (false, .tlsFailure, true), (false, .dnsFailure, true),
            (true, .dnsFailure, true), (true, .connectionRefused, false), (true, .connectTimeout, false),
        ]
    )
    func failures(wasReached: Bool, kind: OriginError.Kind, isLost: Bool) {
        var reach = Reach()
        if wasReached { #expect(reach.recordSuccess() == .none) }
        #expect(reach.recordFailure(failure(kind)) == (isLost ? .lost : .none))
        #expect((reach.failure?.kind == kind) == isLost)
    }

    @Test("the last failure is reported, and a success ends it")
    func recovery() {
        var reach = Reach()
        #expect(reach.recordFailure(failure(.dnsFailure)) == .lost)
        #expect(reach.recordFailure(failure(.connectionRefused)) == .none)
        #expect(reach.failure?.kind == .connectionRefused)
        #expect(reach.recordSuccess() == .found)
        #expect(reach.failure == nil)
        #expect(reach.recordFailure(failure(.connectionRefused)) == .none)
    }

    @Test("it is looked at less and less often, up to a bound, and soon again after a success")
    func pauses() {
        var reach = Reach()
        _ = reach.recordFailure(failure(.connectionRefused))
        let pauses = (0..<6).map { _ in reach.nextPause(chance: 1) }
        #expect(pauses == [0.5, 1, 2, 4, 8, 8].map(Duration.seconds))
        _ = reach.recordSuccess()
        #expect(reach.nextPause(chance: 0) == Reach.firstPause / 2)
    }

    // MARK: Looks

    private func settings(_ url: String) -> OriginSettings {
        var settings = OriginSettings.test(url)
        settings.connectTimeout = .milliseconds(500)
        return settings
    }

    @Test("at the start each origin is looked at once, without a request")
    func start() async throws {
        let origin = try ScriptedOrigin()
        let (refusing, silent) = (try RefusingPort(), try UnansweredPort())
        let tls = "https://127.0.0.1:\(origin.port)"
        let urls = [origin.url, refusing.url, "http://127.0.0.1:\(silent.port)", "http://nowhere.invalid", tls]
        let running = try Running(urls.map(settings), looksAtOrigins: true)
        let expected: [OriginError.Kind?] = [nil, .connectionRefused, .connectTimeout, .dnsFailure]
        try await eventually {
            let failures = running.origins.statistics().map(\.failure?.kind)
            return Array(failures.prefix(4)) == expected && failures[4] != nil && origin.connectionCount >= 2
        }
        let statistics = running.origins.statistics()
        #expect(statistics.allSatisfy { !$0.isBackingOff && $0.requests == 0 && $0.probes == 0 })
        #expect(origin.requestCount() == 0)
        try await eventually("what was connected for a look is closed") {
            running.origins.statistics()[0].connections == 0
        }
    }

    @Test("a failed look opens no circuit breaker, and a later one finds the origin again, without a request")
    func again() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("picture")] }
        origin.stop()
        let running = try Running([settings(origin.url)], looksAtOrigins: true)
        try await eventually { running.origins.statistics()[0].failure != nil }
        #expect(!running.origins.statistics()[0].isBackingOff)
        try origin.restart()
        try await eventually { running.origins.statistics()[0].failure == nil }
        #expect(origin.requestCount() == 0)
        #expect(try await running.get("/a.jpg").body == Array("picture".utf8))
    }

    @Test("a name that stops resolving is reported by the failing request, and looked up again without another request")
    func name() async throws {
        let running = try Running([settings("http://nowhere.invalid")], looksAtOrigins: true)
        #expect(try await running.get("/a.jpg").error?.kind == .dnsFailure)
        #expect(running.origins.statistics()[0].failure?.kind == .dnsFailure)
    }

    @Test("the first answer of an origin that could not be reached ends it")
    func answer() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("no", status: 503)] }
        let port = origin.port
        origin.stop()
        let running = try Running([.test("http://127.0.0.1:\(port)")])
        #expect(try await running.get("/a.jpg").error?.kind == .connectionRefused)
        #expect(running.origins.statistics()[0].failure?.kind == .connectionRefused)
        try origin.restart()
        #expect(try await running.get("/a.jpg").response?.status == 503)
        #expect(running.origins.statistics()[0].failure == nil)
    }

    @Test("a configured probe replaces the look: its first failure is reported, and the next success ends it")
    func probe() async throws {
        let origin = try ScriptedOrigin()
        let bad = Gate()
        origin.respond { _ in [.text("", status: bad.isOpen ? 200 : 500)] }
        var settings = OriginSettings.test(origin.url)
        settings.probe = OriginSettings.Probe(path: "/alive", interval: .milliseconds(100))
        let running = try Running([settings], looksAtOrigins: true)
        try await eventually { running.origins.statistics()[0].failure?.detail == "status 500" }
        bad.open()
        try await eventually { running.origins.statistics()[0].failure == nil }
        #expect(origin.requests.allSatisfy { $0.method == "HEAD" && $0.path == "/alive" })
    }

    @Test("a directory is looked at: a missing, empty or unsearchable one is reported, and found again")
    func directory() async throws {
        let directory = try TemporaryDirectory()
        let (well, empty, missing) = (directory.path("well"), directory.path("empty"), directory.path("missing"))
        makeDirectory(well)
        makeDirectory(empty)
        try directory.write("picture", to: "well/a.jpg")
        let running = try Running([well, empty, missing].map { settings("file://" + $0) }, looksAtOrigins: true)
        try await eventually {
            running.origins.statistics().map(\.failure?.kind) == [nil, .fileSystem, .fileSystem]
        }
        #expect(running.origins.statistics().allSatisfy { !$0.isBackingOff && $0.requests == 0 })
        makeDirectory(missing)
        for name in ["empty", "missing"] { try directory.write("picture", to: name + "/a.jpg") }
        try await eventually { running.origins.statistics().allSatisfy { $0.failure == nil } }
    }

    private func makeDirectory(_ path: String) {
        let code = unsafe mkdir(path, 0o755)  // because the path is copied for the call
        #expect(code == 0)
    }

    @Test("the stop does not wait for looks")
    func stop() throws {
        let silent = try UnansweredPort()
        let urls = ["http://127.0.0.1:\(silent.port)", "http://nowhere.invalid"]
        let running = try Running(urls.map { OriginSettings.test($0) }, looksAtOrigins: true)
        let began = ContinuousClock.now
        running.origins.shutDown()
        #expect(ContinuousClock.now - began < .seconds(30))
    }
}
