// Whose word counts: 404s and older copies of origins that are not authoritative, and who is asked first.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("The authoritative origin's 404 is final, the others may lag") struct AuthorityTests {
    private func list(_ origins: [ScriptedOrigin], authoritative: Int = 0) -> [OriginSettings] {
        origins.enumerated().map { .test($1.url, authoritative: $0 == authoritative) }
    }

    @Test(
        "a 404 is definitive from the authoritative origin, and where every origin of the list has said so",
        arguments: [
            ([404, 404], 0, true), ([503, 404], 0, false), ([404, 503], 1, false), ([404, 404], 1, true),
            ([503, 410], 0, false), ([404, 404], 9, true), ([404, 503], 9, false),
        ] as [([Int], Int, Bool)]
    )
    func definitive(statuses: [Int], authoritative: Int, expected: Bool) async throws {
        let origins = try statuses.map { status in
            let origin = try ScriptedOrigin()
            origin.respond { _ in [.text("none", status: status)] }
            return origin
        }
        let got = try await Running(list(origins, authoritative: authoritative)).get("/a.jpg")
        #expect([404, 410].contains(got.response?.status))
        #expect(got.response?.isDefinitive == expected)
    }

    @Test("an origin whose circuit breaker is open might know better: the others' 404 is not final")
    func skipped() async throws {
        let (main, copy) = (try ScriptedOrigin(), try ScriptedOrigin())
        main.respond { _ in [.reset] }
        let running = try Running(list([main, copy]))
        for _ in 0..<6 { #expect(try await running.get("/a.jpg").response?.isDefinitive == false) }
    }

    @Test("lag: from a copy's first 404 to its first 200 for the same picture, and its share of 404s")
    func lag() async throws {
        let (copy, main) = (try ScriptedOrigin(), try ScriptedOrigin())
        copy.on("/a.jpg", times: [[.text("none", status: 404)], [.text("none", status: 404)], [.text("here")]])
        main.respond { _ in [.text("main")] }
        let running = try Running(list([copy, main], authoritative: 1))
        for expected in ["main", "main", "here"] {
            #expect(try await running.get("/a.jpg").body == Array(expected.utf8))
        }
        let figures = running.origins.statistics()[0]
        #expect(figures.lag.count == 1)
        #expect(figures.lag.sum > 0 && figures.lag.sum < 60)
        #expect((figures.notFound, figures.firstByte.count) == (2, 3))
        #expect(running.origins.statistics()[1].lag.count == 0)
    }

    @Test("the origin that gave what is stored is asked first, while it is well")
    func preferred() async throws {
        let origins = try (0..<2).map { number in
            let origin = try ScriptedOrigin()
            origin.respond { _ in [.text("\(number)")] }
            return origin
        }
        let running = try Running(list(origins))
        for _ in 0..<2 {
            let collector = Collector()
            running.origins.send(OriginRequest(target: "/a.jpg", preferred: 1), to: collector)
            #expect(try await collector.ended().body == Array("1".utf8))
        }
        origins[1].stop()
        let collector = Collector()
        running.origins.send(OriginRequest(target: "/a.jpg", preferred: 1), to: collector)
        #expect(try await collector.ended().body == Array("0".utf8))
    }

    @Test(
        "a copy older than what is stored is taken only from the authoritative origin",
        arguments: [
            (["Mon, 02 Nov 2026 10:00:00 GMT", "Tue, 03 Nov 2026 10:00:00 GMT"], 1, 1, true),
            (["Mon, 02 Nov 2026 10:00:00 GMT", "Mon, 02 Nov 2026 10:00:00 GMT"], 1, 1, true),
            (["Mon, 02 Nov 2026 10:00:00 GMT", ""], 0, 0, true),
            (["Mon, 02 Nov 2026 10:00:00 GMT", ""], 1, 0, false),
            (["Tue, 03 Nov 2026 10:00:00 GMT", ""], 1, 0, true), (["yesterday", ""], 1, 0, true),
        ] as [([String], Int, Int, Bool)]
    )
    func older(dates: [String], authoritative: Int, from: Int, isDefinitive: Bool) async throws {
        let origins = try dates.map { date in
            let origin = try ScriptedOrigin()
            origin.respond { _ in
                date.isEmpty ? [.reset] : [.respond(fields: [("Last-Modified", date)], body: Array("x".utf8))]
            }
            return origin
        }
        let running = try Running(list(origins, authoritative: authoritative))
        let collector = Collector()
        let newest = HTTPDate.parse("Tue, 03 Nov 2026 10:00:00 GMT")
        running.origins.send(OriginRequest(target: "/a.jpg", notOlderThan: newest), to: collector)
        let got = try await collector.ended()
        #expect(got.response?.origin == from)
        #expect(got.response?.isDefinitive == isDefinitive)
        #expect(got.isFinished)
    }

    @Test("an origin's number is its URL's, not its place's")
    func identity() throws {
        let (one, two) = (OriginSettings.test("http://one.invalid"), OriginSettings.test("http://two.invalid"))
        let (here, there) = (try Running([one, two]).origins, try Running([two, one]).origins)
        #expect(here.identity(of: 0) == there.identity(of: 1))
        #expect(here.identity(of: 0) != here.identity(of: 1))
        #expect(there.index(of: here.identity(of: 0), in: 0) == 1)
        #expect(there.index(of: 12345, in: 0) == nil)
    }
}
