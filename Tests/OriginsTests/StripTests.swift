// Origins that know paths by other names than clients: what they are asked, and what they are not asked.

import Origins
import TestSupport
import Testing

@Suite("Stripped prefixes") struct StripTests {
    @Test("an origin is asked for paths under its stripped prefix alone, as if it were not in the list else")
    func stripped() async throws {
        let (images, rest) = (try ScriptedOrigin(), try ScriptedOrigin())
        images.respond { _ in [.text("not here", status: 404)] }
        images.on("/base/a.jpg", .text("image"))
        rest.on("/other/a.jpg", .text("rest"))
        var settings = OriginSettings.test(images.url + "/base", authoritative: true)
        settings.strippedPrefix = StrippedPrefix("/images")
        let running = try Running([settings, .test(rest.url)])
        #expect(try await running.get("/images/a.jpg").body == Array("image".utf8))
        #expect(try await running.get("/other/a.jpg").body == Array("rest".utf8))
        let missing = try await running.get("/images-old/a.jpg")
        #expect(missing.response?.status == 404)
        #expect(missing.response?.tried.map(\.origin) == [1])
        #expect(images.requests.map(\.target) == ["/base/a.jpg"])
        #expect(running.origins.statistics()[0].requests == 1)
    }

    @Test("where no origin has such paths, or none that may be written to, the answer is 404 and nobody is asked")
    func stripsAll() async throws {
        let server = try ScriptedOrigin()
        var settings = OriginSettings.test(server.url)
        settings.strippedPrefix = StrippedPrefix("/images")
        let running = try Running([settings])
        for method in ["GET", "DELETE"] {
            let got = try await running.get("/a.jpg", method: method, onlyFirst: method == "DELETE")
            #expect(got.response?.status == 404)
            #expect(got.isFinished && got.violations.isEmpty)
            #expect(got.response?.tried.isEmpty == true)
        }
        #expect(server.requestCount() == 0)
    }

    @Test("a directory's paths are stripped as well")
    func strippedDirectory() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("picture", to: "root/a.jpg")
        var settings = OriginSettings.test("file://\(directory.path("root"))", authoritative: true)
        settings.strippedPrefix = StrippedPrefix("/images")
        let running = try Running([settings])
        #expect(try await running.get("/images/a.jpg").body == Array("picture".utf8))
        #expect(try await running.get("/images").response?.status == 404)
        #expect(try await running.get("/a.jpg").response?.status == 404)
    }

    @Test(
        "what a probe asks for need not begin as clients' requests do",
        arguments: ["/alive.txt", "/images/alive.txt"]
    )
    func probe(path: String) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.text("ok")] }
        var settings = OriginSettings.test(server.url + "/base")
        settings.strippedPrefix = StrippedPrefix("/images")
        settings.probe = OriginSettings.Probe(path: path, interval: .milliseconds(100))
        let running = try Running([settings])
        try await server.waitForRequests(1)
        #expect(server.requests.first?.target == "/base/alive.txt")
        #expect(!running.origins.statistics()[0].isBackingOff)
    }
}
