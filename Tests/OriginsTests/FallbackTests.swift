// The list at work: which origin's answer the client gets, against real servers.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("The origins are asked in order until one answers for good") struct FallbackTests {
    /// How an origin of a test behaves; its body is its index.
    enum Behaviour: String, CaseIterable {
        case ok, notFound, gone, failing, forbidden, refusing, resetting
    }

    /// An origin that a test keeps for as long as it runs.
    struct Server {
        let url: String
        let scripted: ScriptedOrigin?
        let refusing: RefusingPort?
    }

    private func origin(_ behaviour: Behaviour, _ index: Int) throws -> Server {
        if behaviour == .refusing {
            let port = try RefusingPort()
            return Server(url: port.url, scripted: nil, refusing: port)
        }
        let origin = try ScriptedOrigin()
        let body = "\(index)"
        switch behaviour {
        case .ok: origin.on("/a.jpg", .text(body))
        case .notFound: origin.on("/a.jpg", .text(body, status: 404))
        case .gone: origin.on("/a.jpg", .text(body, status: 410))
        case .failing: origin.on("/a.jpg", .text(body, status: 503))
        case .forbidden: origin.on("/a.jpg", .text(body, status: 403))
        case .refusing, .resetting: origin.on("/a.jpg", .reset)
        }
        return Server(url: origin.url, scripted: origin, refusing: nil)
    }

    @Test(
        "the fallback matrix: behaviours, the authoritative origin, the status and the origin the client gets",
        arguments: [
            ([.ok, .ok], 0, 200, 0), ([.notFound, .ok], 0, 404, 0), ([.gone, .ok], 0, 410, 0),
            ([.notFound, .ok], 1, 200, 1), ([.gone, .ok], 1, 200, 1), ([.failing, .ok], 0, 200, 1),
            ([.forbidden, .ok], 1, 403, 0), ([.refusing, .ok], 0, 200, 1), ([.resetting, .ok], 0, 200, 1),
            ([.refusing, .notFound], 0, 404, 1), ([.notFound, .refusing], 1, 404, 0),
            ([.failing, .refusing], 0, 503, 0), ([.failing, .notFound], 0, 404, 1),
            ([.notFound, .failing], 1, 404, 0), ([.failing, .failing], 0, 503, 1),
            ([.notFound, .notFound, .ok], 2, 200, 2), ([.refusing, .refusing, .ok], 0, 200, 2),
            ([.notFound, .resetting, .refusing], 1, 404, 0), ([.failing, .notFound, .resetting], 0, 404, 1),
            ([.notFound, .notFound, .notFound], 0, 404, 0), ([.notFound, .notFound, .notFound], 2, 404, 2),
            ([.resetting, .failing, .refusing], 0, 503, 1),
        ] as [([Behaviour], Int, Int, Int)]
    )
    func matrix(behaviours: [Behaviour], authoritative: Int, status: Int, from index: Int) async throws {
        let servers = try behaviours.enumerated().map { try origin($1, $0) }
        let settings = servers.enumerated().map { OriginSettings.test($1.url, authoritative: $0 == authoritative) }
        let running = try Running(settings)
        let got = try await running.get("/a.jpg")
        #expect(got.response?.status == status)
        #expect(got.response?.origin == index)
        #expect(got.body == Array("\(index)".utf8))
        #expect(got.isFinished)
        #expect(got.violations.isEmpty)
    }

    @Test("when no origin responds, the last error is reported, with the attempts")
    func nobody() async throws {
        let servers = [try origin(.resetting, 0), try origin(.refusing, 1)]
        let got = try await Running(servers.map { .test($0.url) }).get("/a.jpg")
        #expect(got.response == nil)
        #expect(got.error?.kind == .connectionRefused)
        #expect(
            got.error?.tried == [
                OriginAttempt(origin: 0, outcome: .failed(.reset)),
                OriginAttempt(origin: 1, outcome: .failed(.connectionRefused)),
            ]
        )
    }

    @Test("a response tells which origins were asked before")
    func tried() async throws {
        let servers = [try origin(.notFound, 0), try origin(.refusing, 1), try origin(.ok, 2)]
        let got = try await Running(servers.map { .test($0.url) }).get("/a.jpg")
        #expect(
            got.response?.tried == [
                OriginAttempt(origin: 0, outcome: .answered(404)),
                OriginAttempt(origin: 1, outcome: .failed(.connectionRefused)),
                OriginAttempt(origin: 2, outcome: .answered(200)),
            ]
        )
    }

    @Test("the last real answer comes whole, however large its body", arguments: [0, 1000, 256 * 1024, 1_000_000])
    func heldBody(count: Int) async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", .respond(status: 500, body: pattern(count)))
        second.on("/a.jpg", .reset)
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.response?.status == 500)
        #expect(got.body == pattern(count))
        #expect(got.isFinished)
    }

    @Test("a held answer that is replaced leaves its connection to the next request")
    func heldConnection() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.respond { _ in [.text("no", status: 404)] }
        second.respond { _ in [.text("yes")] }
        let running = try Running([.test(first.url), .test(second.url, authoritative: true)])
        for number in 0..<5 { #expect(try await running.get("/\(number).jpg").body == Array("yes".utf8)) }
        #expect(first.requestCount() == 5)
        #expect(first.connectionCount == 1)
    }

    @Test("a held answer that is replaced before its end is let go of")
    func heldIsReplaced() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", .respond(status: 500, body: pattern(16_000_000)))
        second.on("/a.jpg", .text("yes"))
        let running = try Running([.test(first.url), .test(second.url)])
        #expect(try await running.get("/a.jpg").body == Array("yes".utf8))
        try await eventually { running.origins.statistics()[0].inProgress == 0 }
        #expect(running.origins.statistics()[0].connections == 0)
    }

    @Test("a held answer that breaks off is no answer")
    func heldBreaks() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        let (isAsked, hasBroken) = (Gate(), Gate())
        first.on("/a.jpg", .head("HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\nshort"), .hold(isAsked), .close)
        second.on("/a.jpg", .hold(hasBroken), .reset)
        let collector = Collector()
        let running = try Running([.test(first.url), .test(second.url)])
        running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await second.waitForRequests(1)
        isAsked.open()
        try await eventually { running.origins.statistics()[0].errors[.truncated] == 1 }
        hasBroken.open()
        let got = try await collector.ended()
        #expect(got.response == nil)
        #expect(got.error?.kind == .reset)
    }

    @Test("unsafe methods go to the first authoritative origin only, and are not retried")
    func onlyFirst() async throws {
        let servers = [try origin(.ok, 0), try origin(.failing, 1), try origin(.ok, 2)]
        let settings = servers.enumerated().map { OriginSettings.test($1.url, authoritative: $0 == 1) }
        let got = try await Running(settings).get("/a.jpg", method: "DELETE", onlyFirst: true)
        #expect(got.response?.status == 503)
        #expect(servers.map { $0.scripted?.requestCount() } == [0, 1, 0])
    }

    @Test("an unsafe request that breaks off is not sent again")
    func unsafeIsSentOnce() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", times: [[.text("warm")], [.close], [.text("again")]])
        let running = try Running([.test(server.url)])
        _ = try await running.get("/a.jpg")
        let got = try await running.get("/a.jpg", method: "POST", onlyFirst: true)
        #expect(got.error?.kind == .reset)
        #expect(server.requestCount() == 2)
    }

    @Test("after five failures an origin is passed over, and is asked again when nobody else answers")
    func passedOver() async throws {
        let (dead, well) = (try ScriptedOrigin(), try ScriptedOrigin())
        dead.respond { _ in [.reset] }
        well.respond { _ in [.text("well")] }
        let running = try Running([.test(dead.url), .test(well.url)])
        for _ in 0..<5 { #expect(try await running.get("/a.jpg").response?.origin == 1) }
        let passing = try await running.get("/a.jpg")
        #expect(
            passing.response?.tried == [
                OriginAttempt(origin: 0, outcome: .skipped), OriginAttempt(origin: 1, outcome: .answered(200)),
            ]
        )
        #expect(running.origins.statistics()[0].isBackingOff)
        well.respond { _ in [.reset] }
        dead.respond { _ in [.text("back")] }
        #expect(try await running.get("/a.jpg").body == Array("back".utf8))
        #expect(!running.origins.statistics()[0].isBackingOff)
    }
}
