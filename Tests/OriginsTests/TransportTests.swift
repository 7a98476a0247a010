// What holds of every way to an origin: over a cleartext connection, through libcurl, from a directory.

import HTTPMessage
import TestSupport
import Testing

@testable import Origins

/// A way to an origin, with an origin that has one picture.
enum TestedTransport: String, CaseIterable {
    case cleartext
    case libcurl
    case file

    static let http: [TestedTransport] = [.cleartext, .libcurl]

    /// The settings of an HTTP origin that is asked in this way.
    func settings(_ server: ScriptedOrigin) -> OriginSettings {
        var settings = OriginSettings.test(server.url)
        settings.forcesLibcurl = self == .libcurl
        return settings
    }

    /// An origin that has a picture as /a.jpg, and what keeps it.
    func origin(of body: [UInt8]) throws -> (OriginSettings, any AnyObject) {
        if self == .file {
            let directory = try TemporaryDirectory()
            try directory.write(body, to: "a.jpg")
            return (.test("file://\(directory.path)"), directory)
        }
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .respond(body: body))
        return (settings(server), server)
    }
}

@Suite("Every transport") struct TransportTests {
    @Test(
        "gives the whole body, and nothing out of order",
        arguments: TestedTransport.allCases,
        [0, 1, 5000, 3_000_000]
    )
    func whole(transport: TestedTransport, length: Int) async throws {
        let body = pattern(length)
        let (settings, keeper) = try transport.origin(of: body)
        let got = try await Running([settings], clock: aMinuteLater()).get("/a.jpg")
        #expect(got.response?.status == 200)
        #expect(got.response?.contentLength == Int64(length))
        #expect(got.body == body && got.isFinished && got.violations.isEmpty)
        withExtendedLifetime(keeper) {}
    }

    @Test("gives a head alone to HEAD, and 404 for what is not there", arguments: TestedTransport.allCases)
    func heads(transport: TestedTransport) async throws {
        let (settings, keeper) = try transport.origin(of: pattern(5000))
        let running = try Running([settings], clock: aMinuteLater())
        let head = try await running.get("/a.jpg", method: "HEAD")
        #expect(head.response?.status == 200 && head.body.isEmpty && head.isFinished)
        let missing = try await running.get("/none.jpg")
        #expect(missing.response?.status == 404 && missing.isFinished)
        withExtendedLifetime(keeper) {}
    }

    @Test("keeps what a receiver refuses until it wants more", arguments: TestedTransport.allCases)
    func pausing(transport: TestedTransport) async throws {
        let body = pattern(4_000_000)
        let (settings, keeper) = try transport.origin(of: body)
        let running = try Running([settings], clock: aMinuteLater())
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        for piece in 1...5 {
            try await eventually { collector.now.pieces == piece && collector.now.isPaused }
            collector.unpause(transfer)
        }
        try await eventually { collector.now.isPaused }
        collector.unpause(transfer, forGood: true)
        let got = try await collector.ended()
        #expect(got.body == body && got.isFinished && got.violations.isEmpty)
        withExtendedLifetime(keeper) {}
    }

    @Test("ends at once when it is cancelled in the body", arguments: TestedTransport.allCases)
    func cancelled(transport: TestedTransport) async throws {
        let (settings, keeper) = try transport.origin(of: pattern(4_000_000))
        let running = try Running([settings], clock: aMinuteLater())
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await eventually { collector.now.isPaused }
        transfer.cancel()
        let got = try await collector.ended()
        #expect(got.error?.kind == .cancelled && got.violations.isEmpty)
        try await eventually { running.origins.statistics()[0].inProgress == 0 }
        withExtendedLifetime(keeper) {}
    }

    private static let cutShort = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"

    @Test(
        "of HTTP: tells what is wrong with a response",
        arguments: TestedTransport.http,
        [
            ("no response", "SSH-2.0\r\n", OriginError.Kind.malformed),
            ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .malformed),
            ("two framings", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", .malformed),
            ("a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", .malformed),
            ("the end before a head", "", .reset),
            ("the end before that of the body", cutShort + "abc", .truncated),
        ]
    )
    func faults(transport: TestedTransport, response: (name: String, text: String, kind: OriginError.Kind)) async throws
    {
        let server = try ScriptedOrigin()
        server.respond { _ in [.raw(Array(response.text.utf8)), .close] }
        let got = try await Running([transport.settings(server)]).get("/a.jpg")
        #expect(got.error?.kind == response.kind, "\(response.name)")
    }

    @Test("of HTTP: tells a silent origin and a stalled body by their timeouts", arguments: TestedTransport.http)
    func timeouts(transport: TestedTransport) async throws {
        let server = try ScriptedOrigin()
        server.on("/silent.jpg", .hang)
        server.on("/stalled.jpg", .head(Self.cutShort), .hang)
        var settings = transport.settings(server)
        settings.firstByteTimeout = .milliseconds(200)
        settings.stallTimeout = .milliseconds(200)
        let running = try Running([settings])
        #expect(try await running.get("/silent.jpg").error?.kind == .firstByteTimeout)
        #expect(try await running.get("/stalled.jpg").error?.kind == .stalled)
    }

    @Test("of HTTP: follows a redirect over the same connection", arguments: TestedTransport.http)
    func redirects(transport: TestedTransport) async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .respond(status: 302, fields: [("Location", "/b.jpg")], body: pattern(1000)))
        server.on("/b.jpg", .text("picture"))
        var settings = transport.settings(server)
        settings.maximumRedirects = 1
        let got = try await Running([settings]).get("/a.jpg")
        #expect(got.body == Array("picture".utf8) && got.isFinished)
        #expect(server.connectionCount == 1)
    }

    @Test("of HTTP: uses its connection again", arguments: TestedTransport.http)
    func reuse(transport: TestedTransport) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.text("ok")] }
        let running = try Running([transport.settings(server)])
        for _ in 0..<3 { #expect(try await running.get("/a.jpg").isFinished) }
        #expect(server.connectionCount == 1)
    }

    @Test("of HTTP: passes trailers on that the receiver may have", arguments: TestedTransport.http)
    func trailers(transport: TestedTransport) async throws {
        let server = try ScriptedOrigin()
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nDigest: y\r\n\r\n"
        server.respond { _ in [.raw(Array(text.utf8))] }
        let got = try await Running([transport.settings(server)]).get("/a.jpg")
        #expect(got.body == [0x78] && got.isFinished && got.violations.isEmpty)
        #expect(got.trailers == Fields([("Digest", "y")]))
    }
}
