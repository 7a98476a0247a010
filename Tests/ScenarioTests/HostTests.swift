// Scenarios. Hosts that are spelled in many ways and mean one have one route, one key, one purge, and one Host at the
// origin.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Spellings of a host share one key")
struct HostScenarios {
    private static let spellings = [
        "img.test", "IMG.Test", "img.test.", "img.test:80", "img.test:443", "img.test:", "img.test:080", "Img.Test.:80",
        "%69mg.test", "img%2Etest",
    ]

    private static func get(_ larder: Larder, _ host: String, _ target: String = "/a") async throws -> RawResponse {
        try await larder.fill(target, [("Host", host)])
    }

    private static func echo() throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.field("Host") ?? "", fields: fresh)] }
        return origin
    }

    @Test("RFC 9110 §4.2.3: whichever spelling comes first, all are answered from it", arguments: spellings)
    func key(first: String) async throws {
        let origin = try Self.echo()
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = .client }) {
            (larder: Larder) async throws -> Void in
            let response = try await Self.get(larder, first)
            #expect(response.text == "img.test", "the origin is asked in one spelling")
            for host in Self.spellings { #expect(try await Self.get(larder, host).isHit, "\(host)") }
            #expect(origin.requestCount() == 1)
        }
    }

    @Test(
        "RFC 9112 §3.2.2: so are targets in absolute form",
        arguments: [
            "http://img.test", "HTTP://IMG.TEST:80", "https://img.test:443", "https://img.test.", "http://img.test:",
        ]
    )
    func absoluteForm(base: String) async throws {
        let origin = try Self.echo()
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = .client }) {
            (larder: Larder) async throws -> Void in
            _ = try await Self.get(larder, "img.test")
            #expect(try await Self.get(larder, "other.test", "\(base)/a").isHit)
            #expect(try await Self.get(larder, "other.test", "\(base)/b").text == "img.test")
            #expect(try await Self.get(larder, "img.test", "/b").isHit)
        }
    }

    @Test("another port, another name and another address are others")
    func others() async throws {
        let origin = try Self.echo()
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = .client }) {
            (larder: Larder) async throws -> Void in
            for host in ["img.test", "img.test:8080", "img.test:8", "img.test:4430", "www.img.test", "[::1]", "[::2]"] {
                let response = try await Self.get(larder, host)
                #expect(!response.isHit && response.text == host)
            }
            for host in ["img.test:08080", "[0:0::1]:80", "[::0:2]"] {
                #expect(try await Self.get(larder, host).isHit, "\(host)")
            }
        }
    }

    @Test("a route's host takes every spelling", arguments: spellings)
    func route(host: String) async throws {
        let (main, own) = (try ScriptedOrigin(), try ScriptedOrigin())
        main.respond { _ in [.text("main", fields: fresh)] }
        own.respond { _ in [.text("own", fields: fresh)] }
        let setup = try Setup(main) { try $0.route(host: .name("img.test"), origins: own) }
        try await withLarder(setup) { (larder: Larder) async throws -> Void in
            #expect(try await Self.get(larder, host).text == "own")
            #expect(try await Self.get(larder, "img.test").isHit)
        }
    }

    @Test("a purge in any spelling reaches what a request in any spelling stored", arguments: spellings, [true, false])
    func purge(host: String, isPrefix: Bool) async throws {
        let origin = try Self.echo()
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = .client }) {
            (larder: Larder) async throws -> Void in
            for stored in Self.spellings {
                _ = try await Self.get(larder, stored)
                let routes = larder.proxy.settings.routes
                let rules =
                    isPrefix
                    ? try routes.prefixes(path: "/", host: host)
                    : try routes.keys(path: "/a", host: host).map(PurgeRule.key)
                var removed = 0
                for rule in rules { removed += await larder.purge(rule).responses }
                #expect(removed == 1, "\(stored)")
            }
        }
    }

    @Test("RFC 9111 §4.4: an unsafe method invalidates what other spellings stored, and what Location names")
    func invalidation() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            request.method == "GET"
                ? [.text("x", fields: fresh)]
                : [.text("", status: 201, fields: [("Location", "HTTPS://IMG.test.:443/b")])]
        }
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = .client }) {
            (larder: Larder) async throws -> Void in
            for target in ["/a", "/b"] { _ = try await Self.get(larder, "img.test", target) }
            _ = try await larder.request("POST", "/a", [("Host", "IMG.TEST:80")], body: [1])
            await larder.settle()
            for target in ["/a", "/b"] { #expect(try await !Self.get(larder, "img.test.", target).isHit, "\(target)") }
        }
    }
}
