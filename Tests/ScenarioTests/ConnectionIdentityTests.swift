// Scenarios. Connections that NTLM or Negotiate make one person's. Nothing answered over them is stored, and nobody
// else uses them.

import LarderHarness
import Origins
import Proxy
import Store
import TestSupport
import Testing

private let challenges = [
    "NTLM", "negotiate", "Basic realm=\"a\", Negotiate", "NTLM TlRMTVNTUAACAAAA", "Digest nonce=\"x\",NTLM",
]

@Suite("Connections that carry an identity")
struct ConnectionIdentityTests {
    @Test(
        "what is answered with such a challenge is not stored, whatever it allows, and its connection is closed",
        arguments: challenges
    )
    func challenged(challenge: String) async throws {
        let origin = try ScriptedOrigin()
        let fields = fields("public, max-age=60", ("WWW-Authenticate", challenge))
        origin.on("/a", .text("hello", fields: fields))
        origin.on("/b", .text("hello", fields: fresh))
        try await withLarder(origin) { larder in
            for _ in 0..<2 {
                let response = try await larder.fill("/a")
                #expect(response.text == "hello")
                #expect(response["WWW-Authenticate"] == challenge)
                #expect(response.cacheStatus == "larder; fwd=uri-miss; fwd-status=200; detail=connection-identity")
            }
            try await larder.fill("/b")
            #expect(larder.store.statistics.responses == 1)
            // Each request has a connection of its own; only that of the last is kept.
            #expect(origin.requests.map(\.connection) == [1, 2, 3])
            #expect(larder.origins.statistics()[0].connections == 1)
        }
    }

    @Test(
        "a request with such credentials ends its connection, whatever is answered",
        arguments: [
            ("GET", "NTLM TlRMTVNTUAABAAAA"), ("GET", "negotiate YII="), ("HEAD", "NTLM x"), ("POST", "Negotiate x"),
        ]
    )
    func authorized(method: String, credentials: String) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [
                request.method == "HEAD"
                    ? .head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                    : .text("hello", fields: fields("public, max-age=60"))
            ]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/warm")
            let mine = try await larder.request(
                method,
                "/a",
                [("Authorization", credentials)],
                body: method == "POST" ? [1] : nil
            )
            #expect(mine.status == 200)
            await larder.settle()
            #expect(larder.store.statistics.responses == 1)
            try await larder.fill("/b")
            let connections = origin.requests.map(\.connection)
            #expect(origin.requests.map(\.path) == ["/warm", "/a", "/b"])
            #expect(connections[2] != connections[1])
            try await eventually { larder.origins.statistics()[0].connections == 1 }
        }
    }

    @Test("Basic credentials and challenges leave the connection as it is")
    func basic() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in
            [.text("hello", fields: fields("public, max-age=60", ("WWW-Authenticate", "Basic realm=\"NTLM\"")))]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Authorization", "Basic YTpi")])
            try await larder.fill("/b")
            #expect(origin.connectionCount == 1)
            #expect(larder.store.statistics.responses == 2)
        }
    }

    @Test(
        "a validation over such a connection leaves what is stored as it was",
        arguments: [304, 200, 401],
        ["WWW-Authenticate", "Proxy-Authenticate"]
    )
    func validation(status: Int, field: String) async throws {
        let origin = try ScriptedOrigin()
        let (stale, fresh) = (stale("", ("ETag", "\"1\"")), fields("max-age=60", ("ETag", "\"1\""), ("X-New", "1")))
        let negotiated = fresh + [(field, "Negotiate oYG2")]
        origin.on(
            "/a",
            times: [
                [.text("hello", fields: stale)],
                [
                    status == 304
                        ? .respond(status: 304, fields: negotiated) : .text("other", status: status, fields: negotiated)
                ],
                [.respond(status: 304, fields: fresh)],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let mine = try await larder.fill("/a")
            #expect(mine.text == (status == 304 ? "hello" : "other"))
            #expect(mine.cacheStatus.contains("detail=connection-identity"))
            #expect(larder.store.statistics.responses == 1)
            let next = try await larder.fill("/a")
            #expect(next.text == "hello")
            #expect(origin.requests.last?.field("If-None-Match") == "\"1\"")
            #expect(origin.requests.map(\.connection) == [1, 1, 2])
        }
    }

    @Test("a rest of a stored part that comes over such a connection is not joined to it")
    func rest() async throws {
        let origin = try ScriptedOrigin()
        let (etag, whole) = (("ETag", "\"1\""), [UInt8]("0123456789".utf8))
        func part(_ range: ClosedRange<Int>, _ more: (String, String)...) -> ScriptedOrigin.Step {
            let contentRange = ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound)/10")
            return .respond(status: 206, fields: fresh + [etag, contentRange] + more, body: Array(whole[range]))
        }
        origin.on(
            "/a",
            times: [
                [part(0...4)], [part(5...9, ("Proxy-Authenticate", "NTLM"))],
                [.respond(fields: fresh + [etag], body: whole)],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a", [("Range", "bytes=0-4")])
            #expect(try await larder.fill("/a").body == whole)
            #expect(origin.requests.map { $0.field("Range") } == [nil, "bytes=5-", nil])
            #expect(try await larder.get("/a").isHit)
        }
    }

    @Test(
        "a HEAD over such a connection neither freshens what is stored nor makes it stale",
        arguments: ["\"1\"", "\"2\""]
    )
    func head(etag: String) async throws {
        let origin = try ScriptedOrigin()
        let stored = fields("max-age=60", ("ETag", "\"1\""))
        origin.respond { request in
            request.method == "HEAD"
                ? [.head("HTTP/1.1 200 OK\r\nWWW-Authenticate: NTLM\r\nETag: \(etag)\r\nContent-Length: 5\r\n\r\n")]
                : [.text("hello", fields: stored)]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.request("HEAD", "/a", [("Cache-Control", "no-cache")]).status == 200)
            await larder.settle()
            #expect(try await larder.get("/a").isHit)
            #expect(origin.requests.map(\.method) == ["GET", "HEAD"])
        }
    }

    @Test("of clients that wait for one fill, those behind ask for themselves")
    func followers() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/a", .hold(gate), .text("hello", fields: fields("public, max-age=60", ("WWW-Authenticate", "NTLM"))))
        try await withLarder(origin) { larder in
            async let leader = larder.get("/a")
            try await origin.waitForRequests(1)
            async let follower = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await leader.text == "hello")
            #expect(try await follower.text == "hello")
            #expect(Set(origin.requests.map(\.connection)).count == 2)
        }
    }
}
