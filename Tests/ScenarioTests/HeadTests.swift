// Scenarios. What a HEAD does to a stored response to GET, and what a POST stores.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9111 §4.3.5: freshening with HEAD")
struct HeadTests {
    private let stale = fields(
        "max-age=60",
        ("Age", "120"),
        ("ETag", "\"1\""),
        ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")
    )

    @Test(
        "§4.3.5: where validators and length agree the stored response is updated",
        arguments: [
            [("ETag", "\"1\""), ("Content-Length", "5")], [("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")],
            [("Content-Length", "5")], [],
        ]
    )
    func agrees(more: [(String, String)]) async throws {
        let origin = try ScriptedOrigin()
        let stale = stale
        origin.respond { request in
            request.method == "HEAD"
                ? [.head(head(fields("max-age=60", ("X-New", "1")) + more))]
                : [.text("hello", fields: stale)]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let answer = try await larder.request("HEAD", "/a")
            #expect(answer.status == 200)
            #expect(answer.cacheStatus.contains("fwd=stale"))
            await larder.settle()
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect(hit.text == "hello")
            #expect(hit["X-New"] == "1")
            #expect(origin.requests.map(\.method) == ["GET", "HEAD"])
        }
    }

    @Test(
        "§4.3.5: where they do not the stored response counts as stale, even if it was fresh",
        arguments: [("ETag", "\"2\""), ("Content-Length", "6"), ("Last-Modified", "Sun, 02 Jan 2022 00:00:00 GMT")]
    )
    func differs(name: String, value: String) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            request.method == "HEAD"
                ? [.head(head(fields("max-age=60", (name, value))))]
                : [
                    .text(
                        "hello",
                        fields: fields(
                            "max-age=60",
                            ("ETag", "\"1\""),
                            ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")
                        )
                    )
                ]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.request("HEAD", "/a").isHit)
            _ = try await larder.request("HEAD", "/a", [("Cache-Control", "no-cache")])
            await larder.settle()
            let again = try await larder.get("/a")
            #expect(!again.isHit)
            #expect(origin.requests.last?.field("If-None-Match") == "\"1\"")
        }
    }

    @Test("§4.3.5: an error to HEAD leaves the stored response as it is")
    func error() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            request.method == "HEAD"
                ? [.head("HTTP/1.1 500 Broken\r\nContent-Length: 9\r\n\r\n")]
                : [.text("hello", fields: fields("max-age=60"))]
        }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.request("HEAD", "/a", [("Cache-Control", "no-cache")]).status == 500)
            await larder.settle()
            #expect(try await larder.get("/a").isHit)
        }
    }

    private func head(_ fields: [(String, String)]) -> String {
        "HTTP/1.1 200 OK\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
    }
}

@Suite("RFC 9110 §9.3.3: POST")
struct PostTests {
    @Test(
        "§9.3.3: with explicit freshness and the target as Content-Location the response answers later GETs",
        arguments: [
            (fields("max-age=60", ("Content-Location", "/a?x=1")), true),
            (fields("max-age=60", ("Content-Location", "http://larder.test/a?x=1")), true),
            (fields("max-age=60", ("Content-Location", "a?x=1")), true),
            ([("Content-Location", "/a?x=1")], false), (fields("max-age=60"), false),
            (fields("max-age=60", ("Content-Location", "/b")), false),
            (fields("max-age=60, no-store", ("Content-Location", "/a?x=1")), false),
            (fields("max-age=60", ("Content-Location", "http://other.test/a?x=1")), false),
        ]
    )
    func stored(answer: [(String, String)], isStored: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.method, fields: answer)] }
        try await withLarder(origin) { larder in
            try await larder.fill("/a?x=1", [("Host", "larder.test")])
            let posted = try await larder.request(
                "POST",
                "/a?x=1",
                [("Host", "larder.test")],
                body: Array("new".utf8)
            )
            #expect(posted.text == "POST")
            #expect(posted.cacheStatus.contains("stored") == isStored)
            await larder.settle()
            let got = try await larder.get("/a?x=1", [("Host", "larder.test")])
            #expect(got.isHit == isStored)
            #expect(got.text == (isStored ? "POST" : "GET"))
        }
    }
}
