// How transfers flow: pausing, caps, kept-alive connections, cancelling, shutting down.

import HTTPMessage
import NIOCore
import Origins
import TestSupport
import Testing

@Suite("Transfers flow at the receiver's pace") struct FlowTests {
    @Test("a receiver that pauses after every piece gets the whole body, and the origin is held back")
    func pausing() async throws {
        let server = try ScriptedOrigin()
        let body = pattern(16_000_000)
        server.on("/a.jpg", .respond(body: body))
        let running = try Running([.test(server.url)])
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        for piece in 1...10 {
            try await eventually { collector.now.pieces == piece && collector.now.isPaused }
            collector.unpause(transfer)
        }
        try await eventually { collector.now.isPaused }
        #expect(server.bytesSent < body.count)
        collector.unpause(transfer, forGood: true)
        let got = try await collector.ended()
        #expect(got.body == body)
        #expect(got.isFinished)
        #expect(got.violations.isEmpty)
    }

    @Test("a pause is not a stall, however long")
    func pauseIsNoStall() async throws {
        let server = try ScriptedOrigin()
        server.on("/slow.jpg", .respond(body: pattern(4_000_000)))
        server.on("/timer.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .hang)
        var settings = OriginSettings.test(server.url)
        settings.stallTimeout = .milliseconds(100)
        let running = try Running([settings])
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/slow.jpg"), to: collector)
        try await eventually { collector.now.isPaused }
        // Three transfers that stall one after the other tell that three stall timeouts have passed.
        for _ in 0..<3 { #expect(try await running.get("/timer.jpg").error?.kind == .stalled) }
        #expect(!collector.now.hasEnded)
        collector.unpause(transfer, forGood: true)
        #expect(try await collector.ended().isFinished)
    }

    @Test("a held answer is delivered at the receiver's pace too")
    func pausingHeld() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", .respond(status: 500, body: pattern(1_000_000)))
        second.on("/a.jpg", .reset)
        let running = try Running([.test(first.url), .test(second.url)])
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        for piece in 1...10 {
            try await eventually { collector.now.pieces == piece && collector.now.isPaused }
            collector.unpause(transfer)
        }
        collector.unpause(transfer, forGood: true)
        let got = try await collector.ended()
        #expect(got.body == pattern(1_000_000))
        #expect(got.violations.isEmpty)
    }

    @Test("a connection is used again after a body whose last bytes had to wait")
    func keepAliveAfterPause() async throws {
        let server = try ScriptedOrigin()
        let body = pattern(100_000)
        server.respond { _ in [.respond(body: body)] }
        let running = try Running([.test(server.url)])
        for _ in 0..<5 {
            let collector = Collector(pausing: true)
            let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
            while !collector.now.hasEnded {
                try await eventually { collector.now.isPaused || collector.now.hasEnded }
                collector.unpause(transfer)
            }
            #expect(try await collector.ended().body == body)
        }
        #expect(server.connectionCount == 1)
    }

    @Test("requests one after the other share a connection")
    func keepAlive() async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.text("hello")] }
        let running = try Running([.test(server.url)])
        for method in ["GET", "HEAD", "GET", "GET"] {
            let got = try await running.get("/a.jpg", method: method)
            #expect(got.isFinished)
            #expect(got.body.count == (method == "HEAD" ? 0 : 5))
            #expect(got.response?.contentLength == 5)
        }
        #expect(server.connectionCount == 1)
        #expect(running.origins.statistics()[0].connections == 1)
    }

    @Test("a kept-alive connection that the origin has closed costs no failure")
    func staleConnection() async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.text("hello"), .close] }
        let running = try Running([.test(server.url)])
        for _ in 0..<10 { #expect(try await running.get("/a.jpg").isFinished) }
        #expect(server.connectionCount == 10)
    }

    @Test(
        "RFC 9112 §9.3.1: a request that meets the end of a kept connection is sent once more, on a new one, and not a third time",
        arguments: [true, false]
    )
    func endOfConnection(isAnsweredThen: Bool) async throws {
        let server = try ScriptedOrigin()
        server.respond { request in
            request.target == "/first.jpg" || isAnsweredThen && request.connection == 2 ? [.text("hello")] : [.close]
        }
        let running = try Running([.test(server.url)])
        #expect(try await running.get("/first.jpg").isFinished)
        let got = try await running.get("/a.jpg")
        #expect(got.isFinished == isAnsweredThen)
        #expect(got.error?.kind == (isAnsweredThen ? nil : .reset))
        #expect(server.requestCount("/a.jpg") == 2)
    }

    @Test("no more connections than allowed; the others wait their turn")
    func cap() async throws {
        let server = try ScriptedOrigin()
        let go = Gate()
        server.respond { _ in [.hold(go), .text("hello")] }
        var settings = OriginSettings.test(server.url)
        settings.maximumConnections = 3
        let running = try Running([settings])
        let collectors = (0..<12).map { _ in Collector() }
        for collector in collectors { running.origins.send(OriginRequest(target: "/a.jpg"), to: collector) }
        try await server.waitForRequests(3)
        try await eventually { running.origins.statistics()[0].queued == 9 }
        #expect(running.origins.statistics()[0].inProgress == 3)
        #expect(server.connectionCount == 3)
        go.open()
        for collector in collectors { #expect(try await collector.ended().isFinished) }
        #expect(server.connectionCount == 3)
        let figures = running.origins.statistics()[0]
        #expect((figures.inProgress, figures.queued) == (0, 0))
        #expect(figures.requests == 12)
        #expect(figures.bytes == 60)
        #expect(figures.firstByte.count == 12)
    }

    @Test("waiting for a connection has an end, and the next origin answers")
    func queueTimeout() async throws {
        let (full, other) = (try ScriptedOrigin(), try ScriptedOrigin())
        full.on("/slow.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .hang)
        other.respond { _ in [.text("hello")] }
        var settings = OriginSettings.test(full.url)
        (settings.maximumConnections, settings.queueTimeout) = (1, .milliseconds(200))
        let running = try Running([settings, .test(other.url)])
        let slow = Collector()
        running.origins.send(OriginRequest(target: "/slow.jpg"), to: slow)
        try await eventually { slow.now.response != nil }
        let got = try await running.get("/a.jpg")
        #expect(got.response?.origin == 1)
        #expect(got.response?.tried.first == OriginAttempt(origin: 0, outcome: .failed(.queueTimeout)))
        #expect(!slow.now.hasEnded)
    }

    @Test("many at a time, each gets its own body")
    func many() async throws {
        let server = try ScriptedOrigin()
        server.respond { request in [.respond(body: pattern(Int(request.target.dropFirst()) ?? 0))] }
        let running = try Running([.test(server.url)])
        let collectors = (0..<300).map { _ in Collector() }
        for (number, collector) in collectors.enumerated() {
            running.origins.send(OriginRequest(target: "/\(number * 100)"), to: collector)
        }
        for (number, collector) in collectors.enumerated() {
            let got = try await collector.ended()
            #expect(got.body.count == number * 100 && got.body == pattern(number * 100))
            #expect(got.violations.isEmpty)
        }
    }
}

@Suite("A transfer can be ended at any time") struct EndingTests {
    @Test("cancelled while waiting for the head, in the body, in the queue: told once, and the place is free")
    func cancelling() async throws {
        let server = try ScriptedOrigin()
        server.on("/head.jpg", .hang)
        server.on("/body.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome"), .hang)
        server.on("/well.jpg", .text("well"))
        var settings = OriginSettings.test(server.url)
        settings.maximumConnections = 2
        let running = try Running([settings])
        let (head, body, queued) = (Collector(), Collector(), Collector())
        let transfers = [("/head.jpg", head), ("/body.jpg", body), ("/well.jpg", queued)].map { target, collector in
            running.origins.send(OriginRequest(target: target), to: collector)
        }
        try await server.waitForRequests(2)
        try await eventually { body.now.body.count == 4 }
        for transfer in transfers.reversed() {
            transfer.cancel()
            transfer.cancel()
            transfer.resume()
        }
        for collector in [head, body, queued] {
            let got = try await collector.ended()
            #expect(got.error?.kind == .cancelled)
        }
        #expect(try await running.get("/well.jpg").isFinished)
        for collector in [head, body, queued] { #expect(collector.now.violations.isEmpty) }
        #expect(running.origins.statistics()[0].inProgress == 0)
        #expect(server.requestCount("/well.jpg") == 1)
        #expect(running.origins.statistics()[0].errors.isEmpty)
    }

    @Test("however requests that wait are cancelled, places are given back")
    func cancellingTheQueue() async throws {
        let server = try ScriptedOrigin()
        server.on("/hang.jpg", .hang)
        server.on("/well.jpg", .text("well"))
        var settings = OriginSettings.test(server.url)
        settings.maximumConnections = 1
        let running = try Running([settings])
        for _ in 0..<20 {
            let collectors = (0..<10).map { _ in Collector() }
            let transfers = collectors.map { running.origins.send(OriginRequest(target: "/hang.jpg"), to: $0) }
            for transfer in transfers { transfer.cancel() }
            for collector in collectors { #expect(try await collector.ended().error?.kind == .cancelled) }
        }
        #expect(try await running.get("/well.jpg").isFinished)
        #expect(running.origins.statistics()[0].inProgress == 0)
        #expect(running.origins.statistics()[0].queued == 0)
    }

    @Test("cancelled while an answer is held")
    func cancellingHeld() async throws {
        let (first, second) = (try ScriptedOrigin(), try ScriptedOrigin())
        first.on("/a.jpg", .respond(status: 500, body: pattern(1_000_000)))
        second.on("/a.jpg", .hang)
        let running = try Running([.test(first.url), .test(second.url)])
        let collector = Collector()
        let transfer = running.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await second.waitForRequests(1)
        transfer.cancel()
        #expect(try await collector.ended().error?.kind == .cancelled)
        try await eventually { running.origins.statistics().allSatisfy { $0.inProgress == 0 && $0.connections == 0 } }
    }

    @Test("shut down with transfers in every state: each is failed, the threads end, later requests fail at once")
    func shutDown() async throws {
        let server = try ScriptedOrigin()
        server.on("/head.jpg", .hang)
        server.on("/body.jpg", .head("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome"), .hang)
        var settings = OriginSettings.test(server.url)
        settings.maximumConnections = 3
        let running = try Running([settings, .test(try TemporaryDirectory().fileURL)])
        let collectors = ["/head.jpg", "/body.jpg", "/head.jpg", "/body.jpg"].map { target in
            let collector = Collector()
            running.origins.send(OriginRequest(target: target), to: collector)
            return collector
        }
        try await server.waitForRequests(3)
        running.origins.shutDown()
        for collector in collectors {
            #expect(collector.now.error?.kind == .cancelled)
            #expect(collector.now.violations.isEmpty)
        }
        let late = Collector()
        let transfer = running.origins.send(OriginRequest(target: "/body.jpg"), to: late)
        #expect(late.now.error?.kind == .cancelled)
        transfer.cancel()
        running.origins.shutDown()
    }

    @Test("letting go of the origins without shutting down ends their transfers")
    func lettingGo() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .hang)
        let collector = Collector()
        var running: Running? = try Running([.test(server.url)])
        running?.origins.send(OriginRequest(target: "/a.jpg"), to: collector)
        try await server.waitForRequests(1)
        running = nil
        #expect(try await collector.ended().error?.kind == .cancelled)
    }
}

extension TemporaryDirectory {
    /// The URL of this directory as an origin.
    var fileURL: String { "file://\(path)" }
}
