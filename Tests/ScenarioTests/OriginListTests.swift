// Scenarios. The list of origins in its order, and origins that misbehave.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("The first origin that can respond does")
struct OriginListTests {
    @Test("an origin that is down, closes, fails or hangs: the next one answers, and the picture is stored")
    func next() async throws {
        for fault: [ScriptedOrigin.Step]? in [nil, [.close], [.text("broken", status: 500)], [.hang]] {
            let first = try ScriptedOrigin()
            let second = try ScriptedOrigin()
            if let fault { first.respond { _ in fault } } else { first.stop() }
            second.on("/a", .text("second", fields: fresh))
            try await withLarder(
                Setup(first, second) { $0.configuration.origins[0].firstByteTimeout = .milliseconds(200) }
            ) {
                (larder) async throws in
                #expect(try await larder.fill("/a").text == "second")
                #expect(try await larder.get("/a").isHit)
            }
        }
    }

    @Test(
        "a 404 of an origin that is not authoritative asks the next; an authoritative one is an answer",
        arguments: [true, false]
    )
    func notFound(isAuthoritative: Bool) async throws {
        let first = try ScriptedOrigin()
        let second = try ScriptedOrigin()
        second.on("/a", .text("second", fields: fresh))
        try await withLarder(Setup(first, second) { $0.configuration.origins[0].isAuthoritative = isAuthoritative }) {
            larder in
            let response = try await larder.get("/a")
            #expect(response.status == (isAuthoritative ? 404 : 200))
            #expect(first.requestCount() == 1)
            #expect(second.requestCount() == (isAuthoritative ? 0 : 1))
        }
    }

    @Test("RFC 9209: where all are down, 502 says why")
    func allDown() async throws {
        let first = try ScriptedOrigin()
        let second = try ScriptedOrigin()
        first.stop()
        second.stop()
        try await withLarder(Setup(first, second)) { larder in
            let response = try await larder.get("/a")
            #expect(response.status == 502)
            #expect(response["Proxy-Status"] == "larder; error=connection_refused")
            #expect(response["Cache-Control"] == "no-store")
            #expect(response.cacheStatus == "larder; fwd=uri-miss; detail=connectionRefused")
            #expect(larder.counter(.originErrors) == 1)
            try second.restart()
            second.on("/a", .text("back", fields: fresh))
            #expect(try await larder.get("/a").text == "back")
        }
    }

    @Test("a hanging origin is answered 504 within its time, to the leader and its followers")
    func hangs() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.hang] }
        try await withLarder(Setup(origin) { $0.configuration.origins[0].firstByteTimeout = .milliseconds(500) }) {
            larder in
            async let leader = larder.get("/a")
            try await origin.waitForRequests(1)
            async let follower = larder.get("/a")
            for response in try await [leader, follower] {
                #expect(response.status == 504)
                #expect(response["Proxy-Status"] == "larder; error=http_response_timeout")
            }
        }
    }

    @Test(
        "what is no response of HTTP/1.1 is answered 502",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "no HTTP at all\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
            "HTTP/1.1 200 OK\r\n"
                + String(repeating: "X-Endless: \(String(repeating: "x", count: 1000))\r\n", count: 2000),
        ]
    )
    func malformed(answer: String) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .head(answer), .close)
        try await withLarder(origin) { (larder) async throws in
            #expect(try await larder.get("/a").status == 502)
            await larder.settle()
            #expect(larder.store.statistics.responses == 0)
        }
    }

    @Test(
        "a file:// origin never reads outside its root",
        arguments: ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/%252e%252e/secret", "/link/secret", "/a%00"]
    )
    func traversal(target: String) async throws {
        let files = try TemporaryDirectory()
        try files.write("secret", to: "secret")
        try files.write("picture", to: "root/a.jpg")
        try files.link("root/link", to: files.path)
        try await withLarder(Setup(urls: ["file://\(files.path)/root"])) { larder in
            let response = try await larder.get(target)
            #expect([400, 403, 404].contains(response.status))
            #expect(!response.text.contains("secret\n") && response.text != "secret")
            #expect(try await larder.fill("/a.jpg").text == "picture")
            #expect(larder.store.statistics.responses > 0)
        }
    }
}
