// Scenarios. What is not answered from the store: other methods, and what a request or an answer keeps to itself.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Other methods are passed with their body, and a success invalidates")
struct PassTests {
    @Test(
        "the first authoritative origin gets the body, by its length or in chunks",
        arguments: ["POST", "PUT", "PATCH"],
        [true, false]
    )
    func upload(method: String, isLengthTold: Bool) async throws {
        let mirror = try ScriptedOrigin()
        let origin = try ScriptedOrigin()
        let upload = pictureBytes(700_000)
        origin.on("/a", .text("thanks", status: 201))
        try await withLarder(
            Setup(mirror, origin) { setup in
                setup.configuration.origins[0].isAuthoritative = false
                setup.configuration.origins[1].isAuthoritative = true
            }
        ) { larder in
            let response = try await larder.client { client in
                if isLengthTold { return try client.request(method, "/a?x=1", body: upload) }
                try client.send("\(method) /a?x=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                for start in stride(from: 0, to: upload.count, by: 50_000) {
                    try client.send(Array("c350\r\n".utf8) + upload[start..<start + 50_000] + Array("\r\n".utf8))
                }
                try client.send("0\r\n\r\n")
                return try client.receive()
            }
            #expect(response.status == 201)
            #expect(response.text == "thanks")
            #expect(response.cacheStatus == "larder; fwd=method; fwd-status=201")
            #expect(origin.requests.map(\.method) == [method])
            #expect(origin.requests.first?.target == "/a?x=1")
            #expect(origin.requests.first?.body.digest == upload.digest)
            #expect(mirror.requestCount() == 0)
            #expect(larder.counter(.passesMethod) == 1)
        }
    }

    @Test("the connection goes on behind a body, with what was sent ahead")
    func pipelinedBehindBody() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text("\($0.method) \($0.body.count)", fields: fresh)] }
        try await withLarder(origin) { larder in
            let texts = try await larder.client { client in
                try client.send(
                    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyzGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
                        + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n"
                        + "GET /d HTTP/1.1\r\nHost: a\r\n\r\n"
                )
                return try (0..<4).map { _ in try client.receive().text }
            }
            #expect(texts == ["POST 3", "GET 0", "POST 2", "GET 0"])
        }
    }

    @Test("RFC 9110 §10.1.1: a client that waits for 100 (Continue) gets it before it sends")
    func expectContinue() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("thanks"))
        try await withLarder(origin) { larder in
            let (interim, response) = try await larder.client { client in
                try client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                let interim = String(decoding: try client.receive(bytes: 25), as: UTF8.self)
                try client.send("hello")
                return (interim, try client.receive())
            }
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(response.text == "thanks")
            #expect(origin.requests.first?.body == Array("hello".utf8))
        }
    }

    @Test("an early answer is passed on, and the connection ends: the rest of the body is nobody's request")
    func earlyAnswer() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("no", status: 403, fields: [("Connection", "close")]), .readBody)
        try await withLarder(origin) { larder in
            let (response, rest) = try await larder.client { client in
                try client.send(
                    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"
                )
                return (try client.receive(), try client.receiveUntilClose())
            }
            #expect(response.status == 403)
            #expect(response["Connection"] == "close")
            #expect(rest.isEmpty)
            #expect(origin.requestCount("/x") == 0)
        }
    }

    @Test(
        "a client that leaves in the middle of its upload leaves the origin with an incomplete one",
        arguments: [true, false]
    )
    func clientAborts(isReset: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .readBody, .text("thanks"))
        try await withLarder(origin) { larder in
            let port = larder.port
            let client = try await onThread {
                let client = try RawClient(port: port)
                try client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
                return client
            }
            try await origin.waitForRequests(1)
            if isReset { client.reset() } else { client.shutdownWrite() }
            try await eventually { larder.proxy.statistics.openConnections == 0 }
            try await eventually { larder.origins.statistics().allSatisfy { $0.inProgress == 0 } }
            #expect(origin.requests.first?.isBodyComplete == false)
            #expect(origin.requestCount() == 1, "an upload is never sent twice")
        }
    }

    @Test(
        "RFC 9111 §4.4: a success invalidates what is stored, an error does not",
        arguments: [
            ("POST", 200, true), ("DELETE", 204, true), ("PUT", 301, true), ("POST", 404, false), ("PUT", 500, false),
        ]
    )
    func invalidation(method: String, status: Int, isInvalidated: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [request.method == "GET" ? .text("picture", fields: fresh) : .text("", status: status)]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.request(method, "/a").status == status)
            let next = try await larder.get("/a")
            #expect(next.isHit != isInvalidated)
            #expect(larder.counter(.invalidations) == (isInvalidated ? 1 : 0))
        }
    }

    @Test(
        "RFC 9111 §4.4: Location and Content-Location are invalidated too, on the same host only",
        arguments: [
            ("/b", true), ("http://larder.test/b", true), ("http://LARDER.test/b?", false),
            ("http://other.test/b", false),
        ]
    )
    func invalidatesLocation(location: String, isInvalidated: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [request.method == "GET" ? .text("picture", fields: fresh) : .text("", fields: [("Location", location)])]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/b")
            _ = try await larder.request("POST", "/a")
            #expect(try await larder.get("/b").isHit != isInvalidated)
        }
    }

    @Test("RFC 9110 §9.2.1: OPTIONS and an unknown method pass; the safe one invalidates nothing")
    func otherMethods() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.method, fields: fresh)] }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.request("OPTIONS", "/a").text == "OPTIONS")
            #expect(try await larder.get("/a").isHit)
            #expect(try await larder.request("BREW", "/a").text == "BREW")
            #expect(try await larder.get("/a").isHit == false)
        }
    }

    @Test("RFC 9110 §7.6.1: hop-by-hop fields end here, in both directions")
    func hopByHop() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("", fields: [("Keep-Alive", "timeout=5"), ("X-End", "1"), ("Proxy-Authenticate", "x")]))
        try await withLarder(origin) { larder in
            let response = try await larder.client { client in
                try client.send(
                    method: "POST",
                    "/a",
                    [("Connection", "X-Hop"), ("X-Hop", "1"), ("TE", "gzip"), ("X-End", "1"), ("Upgrade", "h2c")],
                    body: []
                )
                return try client.receive()
            }
            #expect(response["Keep-Alive"] == nil)
            #expect(response["X-End"] == "1")
            let request = try #require(origin.requests.first)
            for name in ["X-Hop", "TE", "Upgrade"] { #expect(request.field(name) == nil) }
            #expect(request.field("X-End") == "1")
            #expect(request.field("Via") == "1.1 larder")
        }
    }
}

@Suite("RFC 9111 §3: what is kept by nobody")
struct NotStoredTests {
    @Test(
        "answers that forbid it, or are one user's",
        arguments: [
            fields("no-store"), fields("private"), fields("max-age=60", ("Vary", "*")), fields("max-age=0"),
            [("Set-Cookie", "a=b")],
        ]
    )
    func answers(fields: [(String, String)]) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields))
        try await withLarder(origin) { larder in
            for count in 1...3 {
                let response = try await larder.fill("/a")
                #expect(response.status == 200)
                #expect(response.cacheStatus.hasPrefix("larder; fwd=uri-miss; fwd-status=200; detail="))
                #expect(origin.requestCount() == count)
            }
        }
    }

    @Test("§5.2.1.5: what a no-store request brings; what is stored already may answer it")
    func requestNoStore() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fresh))
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Cache-Control", "no-store")])
            #expect(try await larder.fill("/a").isHit == false)
            #expect(try await larder.get("/a").isHit)
        }
    }

    @Test(
        "§3.5: what Authorization brings, unless the origin says that it is everyone's",
        arguments: [("max-age=60", false), ("public, max-age=60", true), ("s-maxage=60", true)]
    )
    func authorization(control: String, isStored: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields(control)))
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Authorization", "Basic eDp5")])
            #expect(origin.requests.first?.field("Authorization") == "Basic eDp5")
            #expect(try await larder.get("/a").isHit == isStored)
        }
    }
}
