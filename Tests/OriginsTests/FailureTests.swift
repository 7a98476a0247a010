// One origin that misbehaves, in every way but the file system's: what the receiver is told.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("A failing origin") struct FailureTests {
    @Test(
        "before a head: the kind of the failure",
        arguments: [
            ([.reset], .reset), ([.close], .reset), ([.head("HTTP/1.1 200 OK\r\nA: b\r\n"), .close], .reset),
            ([.head("garbage\r\n\r\n"), .close], .malformed),
            ([.head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef")], .malformed),
            ([.head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")], .malformed),
            ([.head("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n")], .malformed),
            ([.head("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")], .malformed),
            ([.head("HTTP/1.1 200 OK\r\nA: b\u{1}c\r\n\r\n")], .malformed),
            ([.head("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n")], .malformed),
            ([.head("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")], .malformed),
            ([.head("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 300))], .tooLarge),
            ([.head("HTTP/1.1 200 OK\r\nA: " + String(repeating: "b", count: 200_000))], .tooLarge),
            ([.head(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 10_000))], .tooLarge),
        ] as [([ScriptedOrigin.Step], OriginError.Kind)]
    )
    func beforeHead(steps: [ScriptedOrigin.Step], kind: OriginError.Kind) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in steps }
        let got = try await Running([.test(server.url)]).get("/a.jpg")
        #expect(got.response == nil)
        #expect(got.error?.kind == kind, "\(String(describing: got.error))")
        #expect(got.error?.subject == server.url)
    }

    @Test(
        "in the body: what was received is passed on, and then it fails",
        arguments: [
            ([.head("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), .close], .truncated, "short"),
            (
                [.head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"), .close], .truncated,
                "short"
            ),
            (
                [.head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nxyz\r\n")], .malformed,
                "short"
            ),
            ([.head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshortXX5\r\n")], .malformed, "short"),
        ] as [([ScriptedOrigin.Step], OriginError.Kind, String)]
    )
    func inBody(steps: [ScriptedOrigin.Step], kind: OriginError.Kind, body: String) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in steps }
        let got = try await Running([.test(server.url)]).get("/a.jpg")
        #expect(got.response?.status == 200)
        #expect(got.body == Array(body.utf8))
        #expect(got.error?.kind == kind, "\(String(describing: got.error))")
        #expect(!got.isFinished)
    }

    @Test("a reset in the body")
    func resetInBody() async throws {
        let server = try ScriptedOrigin()
        let isRead = Gate()
        server.on("/a.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), .hold(isRead), .reset)
        let collector = Collector()
        let running = try Running([.test(server.url)])
        running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await eventually { collector.now.body.count == 5 }
        isRead.open()
        #expect(try await collector.ended().error?.kind == .reset)
    }

    @Test("a broken body is not mended by another origin: its head is out")
    func noSecondHead() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), .close)
        let got = try await Running([.test(first.url), .test(second.url)]).get("/a.jpg")
        #expect(got.error?.kind == .truncated)
        #expect(second.requestCount() == 0)
        #expect(got.violations.isEmpty)
    }

    @Test("bytes after the declared length are not part of the body, nor of the next response")
    func tooLong() async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nshort and more")] }
        let running = try Running([.test(server.url)])
        for number in 1...2 {
            let got = try await running.get("/a.jpg")
            #expect(got.isFinished)
            #expect(got.body == Array("short".utf8))
            #expect(server.connectionCount == number)
        }
    }

    @Test("gzip that was not asked for is passed on unmodified")
    func codedBody() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .respond(fields: [("Content-Encoding", "gzip")], body: pattern(100)))
        let got = try await Running([.test(server.url)]).get("/a.jpg")
        #expect(got.body == pattern(100))
        #expect(got.response?.fields.first("Content-Encoding") == "gzip")
    }

    @Test("refused, unknown name, connect timeout")
    func connecting() async throws {
        let refusing = try RefusingPort()
        let silent = try UnansweredPort()
        for (url, kind) in [
            (refusing.url, OriginError.Kind.connectionRefused), ("http://no-such-host.invalid", .dnsFailure),
            ("http://127.0.0.1:\(silent.port)", .connectTimeout),
        ] {
            var settings = OriginSettings.test(url)
            if kind == .connectTimeout { settings.connectTimeout = .milliseconds(100) }
            let running = try Running([settings])
            let got = try await running.get("/a.jpg")
            #expect(got.error?.kind == kind, "\(String(describing: got.error))")
            #expect(running.origins.statistics()[0].errors == [kind: 1])
        }
    }

    @Test("a connection that breaks while TLS is agreed on")
    func tlsFailure() async throws {
        let server = try ScriptedOrigin()
        let running = try Running([.test("https://127.0.0.1:\(server.port)")])
        let collector = Collector()
        running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await eventually { server.connectionCount == 1 }
        server.stop()
        #expect(try await collector.ended().error?.kind == .tlsFailure)
    }

    @Test("no head in time")
    func firstByteTimeout() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .hang)
        server.on("/b.jpg", .head("HTTP/1.1 103 Early Hints\r\n\r\n"), .hang)
        var settings = OriginSettings.test(server.url)
        settings.firstByteTimeout = .milliseconds(100)
        let running = try Running([settings])
        for path in ["/a.jpg", "/b.jpg"] {
            let got = try await running.get(path)
            #expect(got.error?.kind == .firstByteTimeout)
        }
    }

    @Test("a body that stops, and one that drips")
    func stall() async throws {
        let server = try ScriptedOrigin()
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
        server.on("/stops.jpg", .head(head + "some"), .hang)
        server.on("/drips.jpg", .head(head), .drip(pattern(5000), bytes: 1, everyMilliseconds: 50))
        var settings = OriginSettings.test(server.url)
        settings.stallTimeout = .milliseconds(300)
        let running = try Running([settings])
        for path in ["/stops.jpg", "/drips.jpg"] {
            let got = try await running.get(path)
            #expect(got.response?.status == 200)
            #expect(got.error?.kind == .stalled)
        }
    }

    @Test("a slow but steady body is no stall")
    func steady() async throws {
        let server = try ScriptedOrigin()
        let body = pattern(2000)
        server.on(
            "/a.jpg",
            .head("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"),
            .drip(body, bytes: 200, everyMilliseconds: 60)
        )
        var settings = OriginSettings.test(server.url)
        settings.stallTimeout = .milliseconds(300)
        let got = try await Running([settings]).get("/a.jpg")
        #expect(got.isFinished)
        #expect(got.body == body)
    }

    @Test(
        "a request that cannot be sent",
        arguments: [
            ("GET", "a.jpg", "x", "y"), ("GET", "/a b", "x", "y"), ("GET", "/a\r\nHost: x", "x", "y"),
            ("G T", "/a", "x", "y"), ("GET", "/a", "x y", "y"), ("GET", "/ä", "x", "y"),
        ]
    )
    func badRequest(method: String, target: String, name: String, value: String) async throws {
        let server = try ScriptedOrigin()
        let got = try await Running([.test(server.url)]).get(target, method: method, fields: [(name, value)])
        #expect(got.error?.kind == .badRequest)
        #expect(server.requestCount() == 0)
    }

    @Test("a value never becomes more than one line")
    func oneLine() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .respond(body: [1]))
        let got = try await Running([.test(server.url)]).get("/a.jpg", fields: [("x", "y\r\nz: 1")])
        #expect(got.isFinished)
        let request = try #require(server.requests.first)
        #expect(request.values(of: "x") == ["y  z: 1"])
        #expect(request.values(of: "z").isEmpty)
    }
}
