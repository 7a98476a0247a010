// Scenarios. A miss, then hits from memory and from disk, as clients see them.

import Glibc
import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Store
import TestSupport
import Testing

@Suite("A miss is fetched and stored, a hit is served from the store")
struct HitTests {
    @Test(
        "RFC 9211: a miss says uri-miss and stored, the next is a hit",
        arguments: [5, 5_000, 60_000, 100_000, 900_000]
    )
    func missThenHit(size: Int) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(size)
        origin.on(
            "/a.jpg",
            .respond(fields: fresh + [("Content-Type", "image/jpeg"), ("ETag", "\"1\"")], body: picture)
        )
        let clock = ManualClock()
        try await withLarder(origin, clock) { larder in
            let miss = try await larder.fill("/a.jpg")
            #expect(miss.status == 200)
            #expect(miss.body.digest == picture.digest)
            #expect(miss.cacheStatus == "larder; fwd=uri-miss; fwd-status=200; stored")
            #expect(miss.ttl == 60)
            for age in 1...3 {
                clock.advance(by: .seconds(1))
                let hit = try await larder.get("/a.jpg")
                #expect(hit.status == 200)
                #expect(hit.body.digest == picture.digest)
                #expect(hit.isComplete)
                #expect(hit.isHit)
                #expect(hit.ttl == 60 - age && hit["Age"] == "\(age)")
                #expect(hit["Content-Type"] == "image/jpeg")
                #expect(hit["ETag"] == "\"1\"")
                #expect(hit.values(of: "Content-Length") == ["\(size)"])
            }
            #expect(origin.requestCount() == 1)
            #expect(larder.counter(.hitsMemory) + larder.counter(.hitsDisk) == 3)
            if size <= 5_000 { #expect(larder.counter(.hitsMemory) == 2) }
            #expect(larder.counter(.missesURI) == 1)
        }
    }

    @Test("RFC 9111 §5.1, RFC 9110 §6.6.1, §7.6.3: a hit has Age, the origin's Date, and Via once")
    func metadata() async throws {
        let origin = try ScriptedOrigin()
        let date = HTTPDate.format(WallTime(secondsSinceEpoch: Int64(time(nil)) - 2_000_000))
        origin.on(
            "/a",
            .respond(
                fields: fields("max-age=20000000", ("Date", date), ("Via", "1.0 far"), ("Connection", "x"), ("X", "y"))
            )
        )
        try await withLarder(origin) { larder in
            let miss = try await larder.fill("/a")
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            for response in [miss, hit] {
                #expect(response.values(of: "Date") == [date])
                #expect(response.values(of: "Age").count == 1)
                #expect(Int(response["Age"] ?? "") ?? 0 > 1_000_000)
                #expect(response.values(of: "Via") == ["1.0 far", "1.1 larder"])
                #expect(response["X"] == nil, "named by Connection, it ends at the next hop")
            }
        }
    }

    @Test("RFC 9110 §9.3.2: HEAD of what is stored has a GET's head and no body", arguments: [500, 200_000])
    func head(size: Int) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .respond(fields: fresh, body: pictureBytes(size)))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let response = try await larder.client { client in
                let head = try client.request("HEAD", "/a")
                let next = try client.get("/a")
                return [head, next]
            }
            #expect(response[0].isHit)
            #expect(response[0]["Content-Length"] == "\(size)")
            #expect(response[1].body.count == size, "the connection goes on right behind the head")
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("RFC 9110 §9.3.2: HEAD of what is not stored asks the origin with HEAD and stores nothing")
    func headMiss() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .respond(fields: fresh, body: pictureBytes(77)))
        try await withLarder(origin) { larder in
            let head = try await larder.request("HEAD", "/a")
            #expect(head.status == 200)
            #expect(head["Content-Length"] == "77")
            await larder.settle()
            #expect(origin.requests.map(\.method) == ["HEAD"])
            #expect(try await larder.get("/a").cacheStatus == "larder; fwd=uri-miss; fwd-status=200; stored")
        }
    }

    @Test(
        "RFC 3986 §6.2: spellings of one target are one key",
        arguments: [
            ("/a%7Eb.jpg", "/a~b.jpg"), ("/a/./b/../c.jpg", "/a/c.jpg"), ("/%61.jpg", "/a.jpg"),
            ("/x%2f.jpg", "/x%2F.jpg"),
        ]
    )
    func spellings(one: String, other: String) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { .init(arrayLiteral: .text($0.target, fields: fresh)) }
        try await withLarder(origin) { larder in
            let first = try await larder.fill(one)
            let second = try await larder.get(other)
            #expect(second.isHit)
            #expect(first.text == other)
            #expect(second.text == other)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("the query is part of the key")
    func query() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        try await withLarder(origin) { larder in
            for target in ["/a", "/a?", "/a?w=1", "/a?w=2", "/a?w=1&h=2"] {
                #expect(try await larder.fill(target).text == target)
            }
            for target in ["/a?w=1", "/a?w=2"] {
                let hit = try await larder.get(target)
                #expect(hit.isHit)
                #expect(hit.text == target)
            }
        }
    }

    @Test("invariant 1: a path that begins with two slashes is no host and a path")
    func doubleSlash() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        try await withLarder(origin) { (larder) async throws in
            #expect(try await larder.fill("/b").text == "/b")
            #expect(try await larder.fill("//a/b").text == "//a/b")
            #expect(try await larder.get("//a/b").text == "//a/b")
            #expect(try await larder.get("/b").text == "/b")
        }
    }

    @Test(
        "the Host is part of the key exactly where origins receive it",
        arguments: [true, false]
    )
    func host(passesHost: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.field("Host") ?? "", fields: fresh)] }
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = passesHost ? .client : .origin })
        { larder in
            let one = try await larder.fill("/a", [("Host", "one.test")])
            let two = try await larder.fill("/a", [("Host", "two.test")])
            let same = try await larder.get("/a", [("Host", "ONE.test")])
            #expect(same.isHit)
            #expect(same.text == one.text)
            if passesHost {
                #expect(one.text == "one.test")
                #expect(two.text == "two.test")
            } else {
                #expect(two.isHit)
                #expect(origin.requestCount() == 1)
            }
        }
    }

    @Test("invariant 11: the picture port knows no admin paths; PURGE is passed on like any other method")
    func adminPaths() async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { (larder) async throws in
            for path in ["/stats", "/metrics", "/healthz", "/purge"] {
                #expect(try await larder.get(path).status == 404)
                #expect(origin.requestCount(path) == 1, "it is a picture's path like any other")
            }
            #expect(try await larder.request("PURGE", "/a").status == 404)
            #expect(origin.requests.last?.method == "PURGE")
        }
    }
}
