// Scenarios. Fields that are meant for larder or for caches of its kind.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9213, RFC 9875: fields for caches")
struct TargetedTests {
    @Test(
        "RFC 9213 §2.1: the first valid target in the list decides, in place of Cache-Control and Expires",
        arguments: [
            ([("CDN-Cache-Control", "max-age=100"), ("Cache-Control", "no-store")], 100),
            ([("CDN-Cache-Control", "no-store"), ("Cache-Control", "max-age=60")], nil),
            ([("Larder-Cache-Control", "max-age=7"), ("CDN-Cache-Control", "max-age=100")], 7),
            ([("Larder-Cache-Control", "max-age=200"), ("CDN-Cache-Control", "no-store")], 200),
            ([("CDN-Cache-Control", "max-age=\"x"), ("Cache-Control", "max-age=60")], 60),
            ([("CDN-Cache-Control", ""), ("Cache-Control", "max-age=60")], 60),
            ([("Other-Cache-Control", "no-store"), ("Cache-Control", "max-age=60")], 60),
            ([("Surrogate-Control", "no-store"), ("Cache-Control", "max-age=60")], 60),
            ([("CDN-Cache-Control", "max-age=100"), ("Expires", "0")], 100),
            ([("CDN-Cache-Control", "max-age=100, max-age=50"), ("Cache-Control", "no-store")], 50),
            ([("CDN-Cache-Control", "max-age=100, private"), ("Cache-Control", "max-age=60")], nil),
            ([("CDN-Cache-Control", "MAX-AGE=100"), ("Cache-Control", "max-age=60")], 60),
        ] as [([(String, String)], Int?)]
    )
    func targets(fields: [(String, String)], lifetime: Int?) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("x", fields: fields))
        try await withLarder(origin) { larder in
            let first = try await larder.fill("/a")
            for (name, value) in fields { #expect(first[name] == value, "passed on as sent") }
            let second = try await larder.get("/a")
            #expect(second.isHit == (lifetime != nil))
            if let lifetime { #expect(second.ttl.map { (lifetime - 5...lifetime).contains($0) } == true) }
        }
    }

    @Test("RFC 9213: a 304 may bring another target's word")
    func freshening() async throws {
        let origin = try ScriptedOrigin()
        let tag = ("ETag", "\"a\"")
        origin.on(
            "/a",
            times: [
                [.text("x", fields: [("CDN-Cache-Control", "max-age=0"), tag])],
                [.respond(status: 304, fields: [("CDN-Cache-Control", "max-age=100"), tag])],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try await larder.fill("/a").cacheStatus.contains("fwd-status=304"))
            #expect(try await larder.get("/a").isHit)
        }
    }

    @Test("RFC 9875 §3: an answer to an unsafe method makes groups unusable, before its client has it")
    func groups() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            guard request.method == "POST" else {
                let groups = request.path == "/c" ? "\"other\"" : "\"album\", \"x\""
                return [.text("x", fields: fields("max-age=60", ("Cache-Groups", groups)))]
            }
            let status = request.path == "/bad" ? 500 : 200
            let value = request.path == "/odd" ? "album" : "\"album\";a=1, \"none\""
            return [.text("ok", status: status, fields: [("Cache-Group-Invalidation", value)])]
        }
        try await withLarder(origin) { larder in
            for path in ["/a", "/b", "/c"] { try await larder.fill(path) }
            // A failure, a field that is no list of strings, and a safe method make nothing unusable.
            for path in ["/bad", "/odd"] { _ = try await larder.request("POST", path) }
            _ = try await larder.request("OPTIONS", "/good")
            for path in ["/a", "/b", "/c"] { #expect(try await larder.get(path).isHit, "\(path)") }
            for _ in 0..<3 {
                #expect(try await larder.request("POST", "/good").text == "ok")
                for path in ["/a", "/b"] { #expect(try await larder.get(path).isHit == false, "\(path)") }
                #expect(try await larder.get("/c").isHit)
                await larder.settle()
                for path in ["/a", "/b"] { #expect(try await larder.get(path).isHit, "\(path)") }
            }
        }
    }

    @Test("RFC 9875 §3: only of the same origin")
    func groupsOfHosts() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            let name = request.method == "GET" ? "Cache-Groups" : "Cache-Group-Invalidation"
            return [.text("x", fields: fields("max-age=60", (name, "\"g\"")))]
        }
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = .client }) { larder in
            for host in ["a.example", "b.example"] { try await larder.fill("/x", [("Host", host)]) }
            _ = try await larder.request("DELETE", "/y", [("Host", "a.example")])
            #expect(try await larder.get("/x", [("Host", "b.example")]).isHit)
            #expect(try await larder.get("/x", [("Host", "a.example")]).isHit == false)
        }
    }
}
