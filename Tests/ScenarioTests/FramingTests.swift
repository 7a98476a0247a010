// Scenarios. What the framing rules call ambiguous, over a real socket.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Invariant 10: what the framing rules call ambiguous is never forwarded")
struct FramingTests {
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(
        "RFC 9112 §2–§7: refused with its status and a close; the origin sees nothing",
        arguments: [
            ("GET  /a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET /a\r\n\r\n", 400),
            ("GET /a HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
            ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("G(T /a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET /a HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            ("GET /a HTTP/1.1\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
            ("GET /a HTTP/1.1\nHost: a\n\n", 400),
            ("GET /a HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost : a\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\n X: first\r\nHost: a\r\n\r\n", 400),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", 400),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nx", 400),
            ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
            ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
            (
                "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
            ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
            ("POST /a HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ]
    )
    func refused(bytes: String, status: Int) async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { larder in
            let (response, rest) = try await larder.client { client in
                try client.send(bytes + Self.smuggled)
                return (try client.receive(), try client.receiveUntilClose())
            }
            #expect(response.status == status)
            #expect(response["Connection"] == "close")
            #expect(rest.isEmpty)
            #expect(larder.counter(.refused) == 1)
            #expect(origin.requestCount() == 0)
        }
    }

    @Test(
        "a target without a normal form is refused and never forwarded",
        arguments: ["/a%", "/a%4", "/a%zz", "/a%00", "/../a", "/a/../../b", "/%2e%2e/a", "/a/..%2f..%2f..%2fb"]
    )
    func badTargets(target: String) async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { larder in
            let response = try await larder.get(target)
            #expect(response.status == 400)
            #expect(origin.requestCount() == 0)
        }
    }

    @Test(
        "RFC 9112 §7.1: a chunked body that breaks its framing is refused, and what follows it is no request",
        arguments: [
            "z\r\nx\r\n0\r\n\r\n", "1\nx\n0\n\n", "1\r\nxy\r\n0\r\n\r\n", "-1\r\n\r\n", "fffffffffffffffff\r\n",
        ]
    )
    func brokenChunks(body: String) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .readBody, .text("done"))
        try await withLarder(origin) { larder in
            let received = try await larder.client { client in
                try client.send(
                    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + Self.smuggled
                )
                return String(decoding: try client.receiveUntilClose(), as: UTF8.self)
            }
            #expect(received.hasPrefix("HTTP/1.1 400 "))
            #expect(!received.contains("done"))
            #expect(origin.requestCount("/smuggled") == 0)
        }
    }

    @Test("RFC 9110 §10.1.1: an expectation that nobody knows is answered 417")
    func otherExpectation() async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { (larder) async throws in
            #expect(try await larder.get("/a", [("Expect", "a-cake")]).status == 417)
            #expect(origin.requestCount() == 0)
        }
    }
}
