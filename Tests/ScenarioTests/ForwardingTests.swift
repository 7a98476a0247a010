// Scenarios. What of a request an origin sees, and what comes back besides the answer.

import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Store
import Synchronization
import TestSupport
import Testing

@Suite("RFC 9110 §7.6: what goes on to an origin")
struct ForwardingTests {
    private func seen(
        by origin: ScriptedOrigin,
        of fields: [(String, String)],
        _ change: (inout Configuration) -> Void
    ) async throws -> ScriptedOrigin.Request {
        origin.respond { _ in [.text("x", fields: fresh)] }
        try await withLarder(Setup(origin) { change(&$0.configuration) }) { larder in
            _ = try await larder.fill("/a", fields)
        }
        return try #require(origin.requests.first)
    }

    private let everything = [
        ("Accept", "image/avif"), ("Accept-Language", "de"), ("Accept-Charset", "x"), ("Authorization", "Basic eDp5"),
        ("Cookie", "a=b"),
        ("User-Agent", "Browser"), ("X-Forwarded-Host", "evil"), ("X-Original-URL", "/admin"), ("Via", "1.1 nginx"),
    ]

    @Test("forward_headers: what is not in the key cannot shape what everyone gets")
    func forwardHeaders() async throws {
        let origin = try ScriptedOrigin()
        let all = try await seen(by: origin, of: everything) { _ in }
        for (name, value) in everything where name != "Via" { #expect(all.field(name) == value, "\(name)") }
        let pictures = try await seen(by: try ScriptedOrigin(), of: everything) { $0.forwardHeaders = .pictures }
        #expect(
            Set(pictures.fields.map { $0.0.lowercased() }) == [
                "host", "accept", "authorization", "user-agent", "via", "cdn-loop",
            ]
        )
        #expect(pictures.field("User-Agent") == "larder")
        #expect(pictures.values(of: "Via") == ["1.1 nginx", "1.1 larder"])
        let language = ["accept-language", "accept-charset"]
        let listed = try await seen(by: try ScriptedOrigin(), of: everything) { $0.forwardHeaders = .names(language) }
        #expect(listed.field("Accept-Language") == "de" && listed.field("Accept-Charset") == "x")
        let named = try await seen(by: try ScriptedOrigin(), of: everything) { $0.forwardHeaders = .names(["cookie"]) }
        #expect(Set(named.fields.map { $0.0.lowercased() }) == ["host", "cookie", "via", "cdn-loop"])
    }

    @Test("forward_headers: what is not stored keeps its fields, and a dropped field makes no variants")
    func droppedFields() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("x", fields: fields("max-age=60", ("Vary", "Cookie, Accept")))] }
        try await withLarder(Setup(origin) { $0.configuration.forwardHeaders = .pictures }) { larder in
            try await larder.fill("/a", [("Cookie", "a=1"), ("Accept", "image/png")])
            #expect(try await larder.get("/a", [("Cookie", "a=2"), ("Accept", "image/png")]).isHit)
            #expect(try await larder.get("/a", [("Cookie", "a=1"), ("Accept", "image/gif")]).isHit == false)
            _ = try await larder.request("POST", "/b", [("Cookie", "a=3")], body: [1])
            #expect(origin.requests.last?.field("Cookie") == "a=3")
        }
    }

    @Test(
        "forwarded: as received, with the client's address, or not at all",
        arguments: [
            (ForwardedHandling.keep, "for=1.2.3.4", "1.2.3.4"),
            (.add, "for=1.2.3.4, for=127.0.0.1", "1.2.3.4, 127.0.0.1"), (.remove, nil, nil),
        ] as [(ForwardedHandling, String?, String?)]
    )
    func forwarded(handling: ForwardedHandling, standard: String?, old: String?) async throws {
        let received = [("Forwarded", "for=1.2.3.4"), ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https")]
        let request = try await seen(by: try ScriptedOrigin(), of: received) { $0.forwarded = handling }
        #expect(request.field("Forwarded") == standard)
        #expect(request.field("X-Forwarded-For") == old)
        #expect(request.field("X-Forwarded-Proto") == (handling == .remove ? nil : "https"))
    }

    @Test("RFC 8586 §2: larder adds its name to CDN-Loop, and refuses what it finds it in")
    func loops() async throws {
        let origin = try ScriptedOrigin()
        let request = try await seen(by: origin, of: [("CDN-Loop", "cdn.example; a=\"x, y\"")]) { $0.loopID = "me" }
        #expect(request.values(of: "CDN-Loop") == ["cdn.example; a=\"x, y\"", "me"])
        try await withLarder(Setup(origin) { $0.configuration.loopID = "me" }) { larder in
            for value in ["me", "a.example:80, ME;b=1", "a , me ; c"] {
                for method in ["GET", "POST"] {
                    let refused = try await larder.request(method, "/b", [("CDN-Loop", value)])
                    #expect(refused.status == 508)
                    #expect(refused["Proxy-Status"] == "larder; error=proxy_loop_detected")
                    #expect(refused.cacheStatus == "larder; detail=loop")
                }
            }
            #expect(larder.counter(.loops) == 6)
            #expect(origin.requestCount("/b") == 0)
            for value in ["you", "a; b=\"me\"", "mee", ""] {
                #expect(try await larder.get("/b", [("CDN-Loop", value), ("Cache-Control", "no-cache")]).status == 200)
            }
            #expect(try await larder.get("/b", [("CDN-Loop", "me")]).isHit, "what is stored needs no origin")
        }
    }

    @Test("RFC 9110 §7.6.3: Via tells the version that a response came in, once, and after what a 304 has of it")
    func via() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .head("HTTP/1.0 200 OK\r\nCache-Control: max-age=60\r\n\r\nx"), .close)
        let tag = ("ETag", "\"1\"")
        origin.on(
            "/b",
            times: [
                [.text("x", fields: fields("max-age=0", tag, ("Via", "1.0 far")))],
                [.respond(status: 304, fields: fields("max-age=60", tag, ("Via", "1.1 near")))],
            ]
        )
        try await withLarder(origin) { (larder) async throws in
            #expect(try await larder.get("/a").values(of: "Via") == ["1.0 larder"])
            #expect(try await larder.fill("/b").values(of: "Via") == ["1.0 far", "1.1 larder"])
            #expect(try await larder.fill("/b").values(of: "Via") == ["1.1 near", "1.1 larder"])
            #expect(try await larder.get("/b").values(of: "Via") == ["1.1 near", "1.1 larder"])
        }
    }

    @Test("a request that an origin leads back to larder is refused there, and nobody waits for himself")
    func circle() async throws {
        let origin = try ScriptedOrigin()
        let port = Lock(0)
        origin.respond { request in
            let fields = request.values(of: "CDN-Loop").map { ("CDN-Loop", $0) }
            let answer = try? RawClient(port: port.withLock { $0 }).request("GET", request.target, fields)
            return [.text("led back", status: answer?.status ?? 0)]
        }
        try await withLarder(origin) { larder in
            port.withLock { $0 = larder.port }
            let response = try await larder.get("/a")
            #expect(response.status == 508)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("RFC 9110 §7.6.2: TRACE and OPTIONS end here at Max-Forwards: 0, and lose one on the way on")
    func maxForwards() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("from the origin")] }
        try await withLarder(origin) { larder in
            let fields = [("Max-Forwards", "0"), ("X-A", "b"), ("Cookie", "secret"), ("Authorization", "secret")]
            let trace = try await larder.request("TRACE", "/a?b", fields)
            #expect(trace.status == 200 && trace["Content-Type"] == "message/http")
            #expect(trace.text.hasPrefix("TRACE /a?b HTTP/1.1\r\n") && trace.text.contains("X-A: b\r\n"))
            #expect(!trace.text.contains("secret"))
            let options = try await larder.request("OPTIONS", "/a", fields)
            #expect(options.status == 200 && options.body.isEmpty && options["Allow"]?.contains("GET") == true)
            #expect(origin.requestCount() == 0)
            for method in ["TRACE", "OPTIONS"] {
                let response = try await larder.request(method, "/a", [("Max-Forwards", "3")])
                #expect(response.text == "from the origin")
                #expect(origin.requests.last?.field("Max-Forwards") == "2")
            }
            _ = try await larder.request("GET", "/a", [("Max-Forwards", "0")])
            #expect(origin.requests.last?.field("Max-Forwards") == "0", "other methods do not know it")
            #expect(try await larder.request("TRACE", "/a", body: [1]).status == 400)
            _ = try await larder.request("OPTIONS", "/a", [("Max-Forwards", "-1")])
            #expect(origin.requests.last?.field("Max-Forwards") == "-1")
        }
    }

    @Test("RFC 9110 §15.2: interim responses are passed on in order, with their fields; HTTP/1.0 gets none")
    func interims() async throws {
        let origin = try ScriptedOrigin()
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: y\r\n\r\n"
        origin.respond { _ in
            [.head("HTTP/1.1 100 Continue\r\n\r\n" + hints + hints), .text("x", fields: fresh)]
        }
        try await withLarder(origin) { larder in
            let text = try await larder.client { client in
                try client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                return String(decoding: try client.receiveUntilClose(), as: UTF8.self)
            }
            let expected = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            #expect(text.hasPrefix(expected + expected + "HTTP/1.1 200 "))
            #expect(text.components(by: "Link:") == 3)
            await larder.settle()
            let hit = try await larder.get("/a")
            #expect(hit.isHit && hit["Link"] == nil)
            let old = try await larder.client { client in
                try client.send("GET /b HTTP/1.0\r\nHost: a\r\n\r\n")
                return String(decoding: try client.receiveUntilClose(), as: UTF8.self)
            }
            #expect(old.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("RFC 9110 §6.5: a trailer section goes to who takes one, and is not stored")
    func trailers() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in
            [chunkedHead, .chunk([1, 2]), .head("0\r\nDigest: x\r\nContent-Length: 9\r\n\r\n")]
        }
        try await withLarder(origin) { larder in
            for (fields, isTaken) in [
                ("TE: trailers\r\nConnection: close, TE\r\n", true), ("Connection: close\r\n", false),
            ] {
                let text = try await larder.client { client in
                    try client.send("GET /\(isTaken) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
                    return String(decoding: try client.receiveUntilClose(), as: UTF8.self)
                }
                #expect(text.hasSuffix(isTaken ? "0\r\nDigest: x\r\n\r\n" : "0\r\n\r\n"))
                #expect(origin.requests.last?.field("TE") == (isTaken ? "trailers" : nil))
                await larder.settle()
                let hit = try await larder.get("/\(isTaken)")
                #expect(hit.isHit && hit["Digest"] == nil && hit.body == [1, 2])
            }
        }
    }

    @Test("RFC 9110 §10.1.1: the origin's word on an expectation is what the client gets")
    func expectations() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/no", .text("not you", status: 401), .readBody)
        origin.on("/yes", .head("HTTP/1.1 100 Continue\r\nX-Why: yes\r\n\r\n"), .readBody, .text("thanks"))
        try await withLarder(origin) { larder in
            let refused = try await larder.client { client in
                try client.send("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                return try client.receive()
            }
            #expect(refused.status == 401)
            let (interim, response) = try await larder.client { client in
                try client.send("POST /yes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                let expected = "HTTP/1.1 100 Continue\r\nX-Why: yes\r\n\r\n"
                let interim = String(decoding: try client.receive(bytes: expected.utf8.count), as: UTF8.self)
                try client.send("hello")
                return (interim == expected, try client.receive())
            }
            #expect(interim && response.text == "thanks")
            #expect(origin.requests.last?.body == Array("hello".utf8))
        }
    }
}

extension String {
    fileprivate func components(by separator: String) -> Int {
        var count = 1
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
