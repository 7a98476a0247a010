// Scenarios. Routes by host and path, each with its own origins and rules, before two scripted origins.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Routes") struct RouteTests {
    private static func origin(_ name: String, _ control: String = "max-age=60") throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        origin.respond { request in [.text("\(name) \(request.target)", fields: fields(control))] }
        return origin
    }

    private static func get(_ larder: Larder, _ host: String, _ target: String) async throws -> RawResponse {
        let port = larder.port
        return try await onThread { try RawClient(port: port).request("GET", target, [("Host", host)]) }
    }

    /// What a request stores, and that a second one is answered from it.
    private static func twice(_ larder: Larder, _ host: String, _ target: String) async throws -> String {
        let first = try await get(larder, host, target)
        await larder.settle()
        let second = try await get(larder, host, target)
        #expect(!first.isHit && second.isHit && first.text == second.text, "\(host)\(target)")
        return first.text
    }

    @Test("the same path is another picture on a host with other origins, however a request spells it")
    func hosts() async throws {
        let main = try Self.origin("main")
        let other = try Self.origin("img")
        let setup = try Setup(main) { try $0.route(host: .name("img.test"), origins: other) }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            #expect(try await Self.twice(larder, "www.test", "/a") == "main /a")
            #expect(try await Self.twice(larder, "img.test", "/a") == "img /a")
            #expect(
                try await Self.get(larder, "api.test", "/a").text == "main /a",
                "other hosts share the default route"
            )
            #expect(main.requestCount() == 1)
            // What looks like the other's key is none.
            #expect(try await Self.twice(larder, "www.test", "//img.test/b") == "main //img.test/b")
            #expect(try await Self.twice(larder, "img.test", "/b") == "img /b")
            #expect(try await Self.get(larder, "img.test:8080", "/b").text == "img /b")
            #expect(other.requestCount() == 3)
        }
    }

    @Test("the longest prefix decides, also over spellings and dot segments")
    func paths() async throws {
        let main = try Self.origin("main")
        let thumbs = try Self.origin("thumbs")
        let big = try Self.origin("big")
        let setup = try Setup(main) {
            try $0.route(path: "/t/", origins: thumbs)
            try $0.route(path: "/t/big/", origins: big)
        }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            for (target, expected) in [
                ("/t/a", "thumbs /t/a"), ("/t/big/a", "big /t/big/a"), ("/%74/b", "thumbs /t/b"),
                ("/t/../a", "main /a"),
                ("/x/../t/big/b", "big /t/big/b"), ("/t", "main /t"), ("/T/a", "main /T/a"), ("/?/t/a", "main /?/t/a"),
            ] {
                let response = try await larder.get(target)
                #expect(response.text == expected, "\(target)")
            }
        }
    }

    @Test("a route's own list is asked in its order; its 404 is not the other list's business")
    func lists() async throws {
        let main = try Self.origin("main")
        let first = try ScriptedOrigin()
        let second = try Self.origin("second")
        first.respond { request in [request.target == "/t/none" ? .text("no", status: 404) : .text("", status: 500)] }
        let setup = try Setup(main) { try $0.route(path: "/t/", origins: first, second) }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            #expect(try await larder.get("/t/a").text == "second /t/a")
            #expect(try await larder.get("/t/none").status == 404)
            #expect(main.requestCount() == 0 && second.requestCount() == 1)
            first.stop()
            second.stop()
            #expect(try await larder.get("/t/b").status == 502)
            #expect(try await larder.get("/b").text == "main /b")
            #expect(larder.origins.statistics().map(\.url) == [main.url, first.url, second.url])
        }
    }

    @Test("a route's cache settings are its own: ttl, query, letter case; others are as at the top level")
    func rules() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [.text(request.target, fields: fields("max-age=0", ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")))]
        }
        let setup = try Setup(origin) {
            $0.configuration.cache.negativeTTL = .seconds(7)
            try $0.route(path: "/T/") { route in
                route.cache.ttl = .seconds(500)
                route.cache.query = .ignore
                route.cache.foldCase = true
                route.ownCacheSettings = ["cache.ttl", "cache.query", "cache.key_case"]
            }
        }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            #expect(try await larder.fill("/T/A?x=1").text == "/T/A")
            let hit = try await larder.get("/t/A?y")
            #expect(hit.isHit && (490...500).contains(hit.ttl ?? 0))
            #expect(try await larder.fill("/a?x=1").text == "/a?x=1")
            #expect(try await larder.get("/a?x=1").cacheStatus == "larder; fwd=stale; fwd-status=200; stored")
            #expect(try await larder.get("/A?x=1").text == "/A?x=1")
        }
    }

    @Test("key_host: false: hosts of the same origins share their pictures")
    func shared() async throws {
        let main = try Self.origin("main")
        let other = try Self.origin("img")
        let setup = try Setup(main) {
            try $0.route(host: .name("a.test"), path: "/t/", origins: other) { $0.keyHost = false }
            try $0.route(host: .subdomains(of: "b.test"), path: "/t/", origins: other) { $0.keyHost = false }
            try $0.route(path: "/t/") { $0.keyHost = true }
        }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            #expect(try await Self.twice(larder, "a.test", "/t/a") == "img /t/a")
            #expect(try await Self.get(larder, "x.b.test", "/t/a").isHit)
            #expect(try await Self.twice(larder, "c.test", "/t/a") == "main /t/a")
            #expect(other.requestCount() == 1)
        }
    }

    @Test("RFC 9111 §4.4: an unsafe method invalidates what its target and Location are on their routes")
    func invalidation() async throws {
        let main = try Self.origin("main")
        let other = try Self.origin("img")
        other.respond { request in
            guard request.method == "GET" else {
                return [.text("", status: 201, fields: [("Location", "/t/a?version=2")])]
            }
            return [.text("img \(request.target)", fields: fresh)]
        }
        let setup = try Setup(main) {
            try $0.route(host: .name("img.test"), path: "/up/", origins: other)
            try $0.route(host: .name("img.test"), path: "/t/", origins: other) { route in
                route.cache.query = .ignore
                route.ownCacheSettings = ["cache.query"]
            }
        }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            let port = larder.port
            for (host, target) in [("img.test", "/t/a"), ("www.test", "/t/a"), ("img.test", "/up/x")] {
                _ = try await Self.twice(larder, host, target)
            }
            let posted = try await onThread {
                try RawClient(port: port).request("POST", "/up/x", [("Host", "img.test")], body: [1])
            }
            #expect(posted.status == 201)
            #expect(try await !Self.get(larder, "img.test", "/t/a").isHit, "Location, without its query")
            #expect(try await !Self.get(larder, "img.test", "/up/x").isHit, "the target")
            #expect(try await Self.get(larder, "www.test", "/t/a").isHit, "another host's")
        }
    }

    @Test("a purge of a URL removes what that URL's requests are answered with, and nothing else")
    func purge() async throws {
        let main = try Self.origin("main")
        let other = try Self.origin("img")
        let setup = try Setup(main) { try $0.route(host: .name("img.test"), origins: other) }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            for host in ["www.test", "img.test"] { _ = try await Self.twice(larder, host, "/a") }
            let key = try #require(larder.proxy.key(path: "/a", host: "img.test"))
            #expect(await larder.purge(.key(key)).responses == 1)
            #expect(try await Self.get(larder, "www.test", "/a").isHit)
            #expect(try await !Self.get(larder, "img.test", "/a").isHit)
        }
    }

    @Test("a reload takes a route's times over for what is fetched from then on")
    func reload() async throws {
        let origin = try Self.origin("main")
        let setup = try Setup(origin) {
            try $0.route(path: "/t/") { route in
                route.cache.ttl = .seconds(500)
                route.ownCacheSettings = ["cache.ttl"]
            }
        }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            #expect((490...500).contains(try await larder.fill("/t/a").ttl ?? 0))
            var changed = setup.configuration
            changed.routes[0].cache.ttl = .seconds(900)
            larder.proxy.reload(ProxySettings(changed))
            try await eventually("every loop has it") {
                let responses = [try await larder.get("/t/\(UInt32.random(in: 0...UInt32.max))")]
                return responses.allSatisfy { (890...900).contains($0.ttl ?? 0) }
            }
            let kept = try await larder.get("/t/a")
            #expect(kept.isHit && (kept.ttl ?? 0) <= 500)
        }
    }
}
