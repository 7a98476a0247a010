// What an origin is sent: head, Host, fields, content.

import HTTPMessage
import NIOCore
import Origins
import Runtime
import Synchronization
import TestSupport
import Testing

@Suite("What an origin is sent") struct SendingTests {
    private func sent(
        _ request: OriginRequest,
        _ change: (inout OriginSettings) -> Void = { _ in }
    ) async throws -> ScriptedOrigin.Request {
        let server = try ScriptedOrigin()
        server.respond { _ in [.text("ok")] }
        var settings = OriginSettings.test(server.url)
        change(&settings)
        let collector = Collector()
        let running = try Running([settings])
        running.origins.send(request, to: collector)
        let got = try await collector.ended()
        #expect(got.isFinished, "\(String(describing: got.error))")
        return try #require(server.requests.first)
    }

    @Test("only the fields given, and Host, over our own connection and through libcurl", arguments: [false, true])
    func plain(throughLibcurl: Bool) async throws {
        let fields = Fields([("X-One", "1"), ("X-Empty", ""), ("X-Odd", "a: "), ("X-Latin", "caf\u{E9}")])
        let request = try await sent(OriginRequest(target: "/a.jpg?w=1", fields: fields, onlyFirst: throughLibcurl))
        #expect(request.method == "GET")
        #expect(request.target == "/a.jpg?w=1")
        #expect(request.version == "HTTP/1.1")
        #expect(request.fields.map(\.0) == ["Host", "X-One", "X-Empty", "X-Odd", "X-Latin"])
        #expect((request.field("x-empty"), request.field("x-odd")) == ("", "a:"))
    }

    @Test("fields of the connection and of the framing are not passed on; Accept and User-Agent are")
    func ownFields() async throws {
        let fields = Fields([
            ("Connection", "close"), ("Transfer-Encoding", "chunked"), ("Content-Length", "7"), ("Host", "evil"),
            ("TE", "gzip"), ("Accept", "image/webp"), ("User-Agent", "Browser"), ("Range", "bytes=0-1"),
            ("If-None-Match", "\"a\""), ("If-None-Match", "\"b\""),
        ])
        let request = try await sent(OriginRequest(target: "/a.jpg", fields: fields))
        #expect(
            request.fields.map(\.0) == ["Host", "Accept", "User-Agent", "Range", "If-None-Match", "If-None-Match"]
        )
        #expect(request.field("host") != "evil")
    }

    @Test("RFC 9110 §10.1.4: TE: trailers where a trailer section is welcome, and the trailers come before the end")
    func trailers() async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in
            [
                .head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest\r\n\r\n"),
                .chunk([1, 2]), .head("0\r\nDigest: x\r\nContent-Type: evil\r\n\r\n"),
            ]
        }
        let running = try Running([.test(server.url)])
        let collector = Collector()
        running.origins.send(OriginRequest(target: "/a", acceptsTrailers: true), to: collector)
        let got = try await collector.ended()
        #expect(got.isFinished && got.body == [1, 2] && got.violations.isEmpty)
        #expect(got.trailers == Fields([("Digest", "x")]))
        #expect(server.requests.first?.field("te") == "trailers")
        #expect(server.requests.first?.field("connection") == "TE")
    }

    @Test("RFC 9110 §15.2: interim responses come in order, before the head")
    func interims() async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in
            [
                .head("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n"),
                .text("ok"),
            ]
        }
        let running = try Running([.test(server.url)])
        let got = try await running.get("/a")
        #expect(got.interims == [103, 103])
        #expect(got.response?.fields.first("Link") == nil && got.violations.isEmpty)
    }

    @Test("RFC 9110 §10.1.1: with an expectation the content waits for 100 (Continue)")
    func expectation() async throws {
        let server = try ScriptedOrigin()
        let gate = Gate()
        server.on("/a", .hold(gate), .head("HTTP/1.1 100 Continue\r\n\r\n"), .readBody, .text("ok"))
        let running = try Running([.test(server.url)])
        let collector = Collector()
        let body = OriginRequestBody(length: 3)
        running.origins.send(
            OriginRequest(method: "POST", target: "/a", body: body, expectsContinue: true),
            to: collector
        )
        try await eventually("the head of the request") { server.requests.count == 1 }
        #expect(server.requests.first?.field("expect") == "100-continue")
        gate.open()
        try await eventually("the interim response") { collector.now.interims == [100] }
        _ = body.append(ByteBuffer(bytes: [1, 2, 3]))
        body.finish()
        let got = try await collector.ended()
        #expect(got.isFinished && got.response?.status == 200 && got.violations.isEmpty)
    }

    @Test("Host is the origin's, the client's or a name")
    func hosts() async throws {
        let request = OriginRequest(target: "/a.jpg", clientHost: "www.example")
        let own = try await sent(request)
        #expect(own.field("host")?.hasPrefix("127.0.0.1:") == true)
        #expect(try await sent(request) { $0.hostHeader = .client }.values(of: "host") == ["www.example"])
        #expect(try await sent(request) { $0.hostHeader = .name("files") }.values(of: "host") == ["files"])
        let withoutHost = try await sent(OriginRequest(target: "/a.jpg")) { $0.hostHeader = .client }
        #expect(withoutHost.field("host")?.hasPrefix("127.0.0.1:") == true)
    }

    @Test("the origin's prefix goes before the target; nothing is resolved or decoded")
    func targets() async throws {
        let prefixed = try await sent(OriginRequest(target: "/a%2Fb/%2e./c.jpg?x=/../y")) {
            $0.url = OriginURL(test: "\($0.url)/pictures/")
        }
        #expect(prefixed.target == "/pictures/a%2Fb/%2e./c.jpg?x=/../y")
        #expect(try await sent(OriginRequest(target: "/../a.jpg")).target == "/../a.jpg")
    }

    @Test("configured fields replace the client's")
    func configuredFields() async throws {
        let fields = Fields([("authorization", "client's"), ("X-A", "a")])
        let request = try await sent(OriginRequest(target: "/a.jpg", fields: fields)) {
            $0.headers = [("Authorization", "ours"), ("Accept", "*/*")]
        }
        #expect(request.values(of: "authorization") == ["ours"])
        #expect(request.field("accept") == "*/*")
    }

    @Test("a method with content but without any says so", arguments: [("POST", "0"), ("DELETE", nil)])
    func withoutContent(method: String, length: String?) async throws {
        let request = try await sent(OriginRequest(method: method, target: "/a.jpg", onlyFirst: true))
        #expect(request.method == method)
        #expect(request.field("content-length") == length)
        #expect(request.field("expect") == nil)
    }
}

@Suite("Content is streamed to the origin with back-pressure") struct UploadTests {
    @Test("of known and of unknown length, larger than what is queued", arguments: [true, false])
    func upload(isLengthKnown: Bool) async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .text("taken", status: 201))
        let content = pattern(3_000_000)
        let writable = Lock(0)
        let body = OriginRequestBody(length: isLengthKnown ? Int64(content.count) : nil) {
            writable.withLock { $0 += 1 }
        }
        let collector = Collector()
        let running = try Running([.test(server.url)])
        var pauses = 0
        for start in stride(from: 0, to: content.count, by: 100_000) {
            let piece = ByteBuffer(bytes: content[start..<min(start + 100_000, content.count)])
            guard body.append(piece) == .pause else { continue }
            // Nothing is read before it is sent, so that there is a first pause.
            if pauses == 0 {
                let request = OriginRequest(method: "PUT", target: "/a.jpg", body: body, onlyFirst: true)
                running.origins.send(request, to: collector)
            }
            pauses += 1
            try await eventually { writable.withLock { $0 } == pauses }
        }
        body.finish()
        let got = try await collector.ended()
        #expect(got.response?.status == 201, "\(String(describing: got.error))")
        #expect(server.requests.first?.body == content)
        #expect(pauses > 0)
    }

    @Test("content that breaks off, is too short or too long fails the request, and the origin never sees its end")
    func broken() async throws {
        for (length, sends, finishes) in [(10, 4, false), (10, 4, true), (3, 4, true), (nil, 4, false)] {
            let server = try ScriptedOrigin()
            server.on("/a.jpg", .text("taken", status: 201))
            let body = OriginRequestBody(length: length.map(Int64.init))
            let collector = Collector()
            let running = try Running([.test(server.url)])
            running.origins.send(
                OriginRequest(method: "PUT", target: "/a.jpg", body: body, onlyFirst: true),
                to: collector
            )
            try await eventually { running.origins.statistics()[0].connections == 1 }
            _ = body.append(ByteBuffer(bytes: pattern(sends)))
            if finishes { body.finish() } else { body.fail() }
            let got = try await collector.ended()
            #expect(got.error?.kind == .requestBody)
            #expect(server.requests.allSatisfy { !$0.isBodyComplete })
        }
    }

    @Test("an answer before the content's end is passed on, and the writer is let go on")
    func earlyAnswer() async throws {
        let server = try ScriptedOrigin()
        server.on("/a.jpg", .head("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), .close)
        let wasWritable = Lock(false)
        let body = OriginRequestBody(length: 10_000_000, mark: 1000) { wasWritable.withLock { $0 = true } }
        let collector = Collector()
        let running = try Running([.test(server.url)])
        running.origins.send(OriginRequest(method: "PUT", target: "/a.jpg", body: body, onlyFirst: true), to: collector)
        #expect(body.append(ByteBuffer(bytes: pattern(2000))) == .pause)
        try await eventually { wasWritable.withLock { $0 } }
    }

    @Test("a writer that does not heed the pause is stopped")
    func overflow() {
        let body = OriginRequestBody(length: nil, mark: 10)
        #expect(body.append(ByteBuffer(bytes: pattern(9))) == .proceed)
        #expect(body.append(ByteBuffer(bytes: pattern(9))) == .pause)
        #expect(body.append(ByteBuffer(bytes: pattern(90))) == .proceed)
    }
}
