// Scenarios. What of a query tells pictures apart, what an answer must be where pictures are expected, and the key
// shown.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Query rules and keys for pictures")
struct KeyTests {
    @Test(
        "cache.query and cache.sort_query: what makes one picture, and what the origin is asked for",
        arguments: [
            (.ignore, false, "/a?x=1", "/a", ["/a?", "/a?y=2", "/a?%79"]),
            (
                .names(["w", "h"]), false, "/a?w=1&utm=x&h=2", "/a?w=1&h=2",
                ["/a?w=1&h=2&utm=y", "/a?%77=1&&h=2", "/a?z&w=1&h=2"]
            ),
            (.names(["w"]), false, "/a?utm=x", "/a", ["/a", "/a?W=1"]),
            (.names(["w", "h"]), true, "/a?w=2&h=1&w=1", "/a?h=1&w=2&w=1", ["/a?h=1&w=2&w=1", "/a?w=2&x&w=1&h=1"]),
            (.keep, true, "/a?b&a=2&a=1", "/a?a=2&a=1&b", ["/a?a=2&b&a=1"]),
            (.keep, false, "/a?b&a", "/a?b&a", ["/a?b&%61"]),
            (.names(["größe"]), false, "/a?gr%C3%B6%C3%9Fe=1&x", "/a?gr%C3%B6%C3%9Fe=1", ["/a?gr%c3%b6%c3%9fe=1"]),
        ] as [(QueryParameters, Bool, String, String, [String])]
    )
    func query(rule: QueryParameters, isSorted: Bool, first: String, asked: String, same: [String]) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("x", fields: fresh)] }
        let setup = try Setup(origin) { setup in
            setup.configuration.cache.query = rule
            setup.configuration.cache.sortsQuery = isSorted
        }
        try await withLarder(setup) { larder in
            try await larder.fill(first)
            #expect(origin.requests.map(\.target) == [asked])
            for target in same { #expect(try await larder.get(target).isHit, "\(target)") }
            #expect(larder.proxy.key(path: same[0], host: "") == Array(asked.utf8), "purges find it")
        }
    }

    @Test("a plain query makes pictures of its own, as it stands")
    func plainQuery() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("x", fields: fresh)] }
        try await withLarder(origin) { larder in
            for target in ["/a?b&a", "/a?a&b", "/a?", "/a", "/a?a&&b"] {
                let response = try await larder.fill(target)
                #expect(!response.isHit, "\(target)")
            }
        }
    }

    @Test(
        "cache.expect_images: what is no picture is passed on and not stored",
        arguments: [
            ("/a.jpg", "image/jpeg", "x", true), ("/a.JPG", "text/html", "x", false),
            ("/a.jpg", "image/jpeg", "", false),
            ("/a.jpg?x=.txt", "text/html; charset=utf-8", "x", false), ("/a.txt", "text/html", "x", true),
            ("/a.txt", "text/plain", "", true), ("/a.jpg", "application/octet-stream", "x", true),
            ("/a.jpg", "", "x", true),
        ],
        [true, false]
    )
    func images(_ answer: (path: String, type: String, body: String, isStored: Bool), isLengthTold: Bool) async throws {
        let origin = try ScriptedOrigin()
        let type = answer.type.isEmpty ? "" : "Content-Type: \(answer.type)\r\n"
        let framing = isLengthTold ? "Content-Length: \(answer.body.utf8.count)" : "Transfer-Encoding: chunked"
        let head = ScriptedOrigin.Step.head("HTTP/1.1 200 OK\r\n\(type)\(framing)\r\nCache-Control: max-age=60\r\n\r\n")
        let body = Array(answer.body.utf8)
        origin.respond { _ in
            if isLengthTold { return [head, .raw(body)] }
            return [head] + (body.isEmpty ? [] : [.chunk(body)]) + [.lastChunk]
        }
        let setup = try Setup(origin) { $0.configuration.cache.expectImages = .extensions([".jpg", ".png"]) }
        try await withLarder(setup) { larder in
            let first = try await larder.fill(answer.path)
            #expect(first.status == 200 && first.text == answer.body)
            #expect(try await larder.get(answer.path).isHit == answer.isStored)
        }
    }

    @Test("cache.picture_types: browsers' many Accepts come to the variants there are")
    func pictureTypes() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            let accept = request.field("Accept") ?? ""
            let type = ["image/avif", "image/webp"].first { accept.contains($0) } ?? "image/jpeg"
            return [.text(type, fields: fields("max-age=60", ("Vary", "Accept"), ("Content-Type", type)))]
        }
        let browsers = [
            "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
            "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
            "image/webp,image/apng,image/*,*/*;q=0.8", "image/webp,*/*",
            "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", "*/*",
        ]
        try await withLarder(origin) { larder in
            for accept in browsers { _ = try await larder.fill("/a", [("Accept", accept)]) }
            #expect(origin.requestCount() == 3)
            for (accept, type) in zip(browsers, ["image/avif", "image/avif", "image/webp", "image/webp", "image/jpeg"])
            {
                let hit = try await larder.get("/a", [("Accept", accept)])
                #expect(hit.isHit && hit.text == type, "\(accept)")
            }
            // What takes PNG alone is not given what takes anything.
            #expect(try await larder.fill("/a", [("Accept", "image/png")]).isHit == false)
            #expect(try await larder.fill("/a", [("Accept", "image/avif;q=0, */*")]).isHit == false)
        }
        let exact = try ScriptedOrigin()
        exact.respond { _ in
            [.text("x", fields: fields("max-age=60", ("Vary", "Accept"), ("Content-Type", "image/png")))]
        }
        try await withLarder(Setup(exact) { $0.configuration.cache.pictureTypes = [] }) { larder in
            for accept in browsers { _ = try await larder.fill("/a", [("Accept", accept)]) }
            #expect(exact.requestCount() == browsers.count)
        }
    }

    @Test("RFC 9211 §2.7: Cache-Status tells the key where that is wanted", arguments: [true, false])
    func shownKey(isShown: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("x", fields: fresh)] }
        let setup = try Setup(origin) { setup in
            setup.configuration.cache.showsKey = isShown
            setup.configuration.origins[0].hostHeader = .client
        }
        try await withLarder(setup) { larder in
            let key = isShown ? "; key=\"//larder.test/a%22b\"" : ""
            let first = try await larder.fill("/a%22b")
            #expect(first.cacheStatus == "larder; fwd=uri-miss; fwd-status=200; stored\(key)")
            #expect(try await larder.get("/a%22b").cacheStatus == "larder; hit\(key)")
        }
    }
}
