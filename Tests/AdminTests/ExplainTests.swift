// GET /explain: it tells what a request would get, and leaves no trace.

import Coding
import HTTPMessage
import LarderHarness
import Proxy
import Runtime
import Settings
import Store
import TestSupport
import Testing

@Suite("GET /explain")
struct ExplainTests {
    private func explain(
        _ larder: TestLarder,
        _ url: String,
        _ headers: String...
    ) async throws -> JSON {
        let query = headers.map { "&header=\(encoded($0))" }.joined()
        let response = try await larder.admin("GET", "/explain?url=\(encoded(url))\(query)")
        #expect(response.status == 200, "\(response.text)")
        return try JSON(parsing: response.body)
    }

    /// Waits until every fill is over, written and indexed, and the index is loaded.
    private func settle(_ larder: TestLarder) async throws {
        let store = larder.store
        try await eventually("fills and loading are over") {
            larder.proxy.statistics.fillsInProgress == 0 && store.statistics.isLoaded
        }
        await withCheckedContinuation { done in store.whenSettled { done.resume() } }
    }

    private func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = Character(Unicode.Scalar(byte)).isLetter && byte < 0x80
            return isPlain
                ? String(decoding: [byte], as: UTF8.self) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    @Test("a stored picture: key, route, variant, origin, fills, and what a request would get")
    func stored() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a/~b.jpg")
            let report = try await explain(larder, "/a/%7Eb.jpg")
            #expect(report["key"]?.text == "/a/~b.jpg" && report["target"]?.text == "/a/~b.jpg")
            #expect(report["route"]?["name"]?.text == "default")
            let now = report["now"]
            #expect(now?["action"]?.text == "serve" && now?["reason"] == .null && now?["asks_origins"] == false)
            #expect(now?["cache_status"]?.text?.hasPrefix("larder; hit; ttl=") == true)
            #expect(now?["summary"]?.text?.hasPrefix("served from disk, fresh for ") == true)
            let variant = try #require(report["stored"]?.items.first)
            #expect(variant["is_selected"] == true && variant["status"] == 200 && variant["bytes"] == 9)
            #expect(variant["tier"]?.text == "disk" && variant["origin"]?.text == larder.origin.url)
            #expect((1...60).contains(variant["ttl_seconds"]?.whole ?? 0) && variant["is_fresh"] == true)
            #expect(variant["content_type"]?.text == "image/jpeg" && variant["etag"] == .null)
            #expect(report["origins"]?.items.map { $0["url"]?.text } == [larder.origin.url])
            #expect(report["origins"]?.items.first?["backing_off"] == false)
            let fill = try #require(report["fills"]?.items.first)
            #expect(fill["outcome"]?.text == "stored" && fill["status"] == 200 && fill["is_validation"] == false)
            #expect(
                fill["asked"]?.items == [["origin": .string(larder.origin.url), "result": "answered", "status": 200]]
            )
            // The second request brings it into memory.
            try await larder.fetch("/a/~b.jpg")
            #expect(
                try await explain(larder, "http://any.test/a/~b.jpg")["stored"]?.items.first?["tier"]?.text == "memory"
            )
        }
    }

    @Test("a URL of which nothing is known is a normal answer")
    func nothing() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let report = try await explain(larder, "http://www.test/none.jpg?x")
            #expect(report["key"]?.text == "/none.jpg?x")
            #expect(report["now"]?["action"]?.text == "fill" && report["now"]?["reason"]?.text == "uri-miss")
            #expect(report["stored"]?.items == [] && report["fills"]?.items == [])
            #expect(larder.origin.requestCount() == 0)
        }
    }

    @Test("it changes nothing: no figure of store and picture port, no request to an origin")
    func traces() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a.jpg")
            try await settle(larder)
            try await eventually("the writer has told its figures") { larder.store.statistics.volumeBytes > 0 }
            let store = larder.store.statistics
            let counters = larder.proxy.statistics.counters.map(\.value)
            for headers in [[], ["Cache-Control: no-cache"], ["Range: bytes=0-1"], ["CDN-Loop: x"]] {
                for url in ["/a.jpg", "/none.jpg", "http://x.test//a.jpg"] {
                    let query = headers.map { "&header=\(encoded($0))" }.joined()
                    #expect(try await larder.admin("GET", "/explain?url=\(encoded(url))\(query)").status == 200)
                }
            }
            #expect(larder.store.statistics == store)
            #expect(larder.proxy.statistics.counters.map(\.value) == counters)
            #expect(larder.origin.requestCount() == 1)
        }
    }

    @Test(
        "what it says is what a request then gets",
        arguments: [
            ("/none", []), ("/fresh", []), ("/fresh", ["Cache-Control: no-cache"]), ("/fresh", ["Pragma: no-cache"]),
            ("/fresh", ["Cache-Control: max-age=0"]), ("/fresh", ["Cache-Control: only-if-cached"]),
            ("/none", ["Cache-Control: only-if-cached"]), ("/fresh", ["Range: bytes=0-1"]),
            ("/fresh", ["If-None-Match: *"]), ("/fresh", ["If-Match: \"a\""]), ("/fresh", ["Cache-Control: no-store"]),
            ("/none", ["Cache-Control: no-store"]), ("/stale", []), ("/stale", ["Cache-Control: max-stale=9999"]),
            ("/grace", []), ("/grace", ["Cache-Control: max-age=60"]), ("/vary", ["X: a"]), ("/vary", ["X: b"]),
            ("/vary", []), ("/part", ["Range: bytes=0-1"]), ("/part", []), ("/part", ["Range: bytes=2-5"]),
            ("/error", []), ("/private", []),
        ] as [(String, [String])]
    )
    func plan(path: String, headers: [String]) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            larder.origin.respond { request in [Self.answer(request)] }
            let client = try RawClient(port: larder.picturePort)
            if path == "/part" { _ = try client.get(path, [("Range", "bytes=0-1")]) }
            if path != "/none", path != "/part" { _ = try client.get(path, [("X", "a")]) }
            try await settle(larder)
            let query = headers.map { "&header=\(encoded($0))" }.joined()
            let report = try await JSON(parsing: larder.admin("GET", "/explain?url=\(path)\(query)").body)
            let told = report["now"]?["cache_status"]?.text ?? ""
            let fields = headers.map { header -> (String, String) in
                let parts = header.split(separator: ": ", maxSplits: 1).map(String.init)
                return (parts[0], parts[1])
            }
            let response = try client.get(path, fields)
            let status = response.values(of: "Cache-Status").last ?? ""
            // An origin's answer adds what it was and what became of it; a ttl may be a second older.
            let words = { (text: String) in
                text.split(separator: "; ").filter { !$0.hasPrefix("ttl=") }.map(String.init)
            }
            #expect(!told.isEmpty && words(status).starts(with: words(told)), "\(told), got \(status)")
            let isForwarded = status.contains("fwd=")
            let isBehind = report["now"]?["action"]?.text == "serve-stale-and-validate"
            #expect(report["now"]?["asks_origins"]?.isTrue == (isForwarded || isBehind))
        }
    }

    private static func answer(_ request: ScriptedOrigin.Request) -> ScriptedOrigin.Step {
        let fields: [(String, String)] =
            switch request.path {
            case "/stale": [("Cache-Control", "max-age=60"), ("Age", "99"), ("ETag", "\"a\"")]
            case "/grace":
                [("Cache-Control", "max-age=60, stale-while-revalidate=999"), ("Age", "99"), ("ETag", "\"a\"")]
            case "/vary": [("Cache-Control", "max-age=60"), ("Vary", "X")]
            case "/private": [("Cache-Control", "private")]
            default: [("Cache-Control", "max-age=60"), ("ETag", "\"a\"")]
            }
        if request.path == "/error" { return .text("no", status: 404, fields: [("Cache-Control", "max-age=60")]) }
        if request.path == "/part" {
            // An origin that answers with parts, asked or not.
            let (body, range) = request.field("Range") == nil ? ("ab", "0-1") : ("cdef", "2-5")
            return .text(body, status: 206, fields: fields + [("Content-Range", "bytes \(range)/6")])
        }
        return .text("abcdef", fields: fields)
    }

    @Test("variants: what selects each, and which one a request selects")
    func variants() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            larder.origin.respond { request in
                [.text(request.field("X") ?? "none", fields: [("Cache-Control", "max-age=60"), ("Vary", "X, Y")])]
            }
            let client = try RawClient(port: larder.picturePort)
            for value in ["a", "b"] { _ = try client.get("/v", [("X", value)]) }
            try await eventually("both are stored") { await larder.listed("/v").count == 2 }
            let report = try await explain(larder, "/v", "X: b")
            let stored = report["stored"]?.items ?? []
            let selecting = Set(stored.map { $0["selecting"]?.description })
            #expect(selecting == [#"{"x":"a","y":null}"#, #"{"x":"b","y":null}"#])
            #expect(stored.first { $0["is_selected"] == true }?["selecting"]?["x"]?.text == "b")
            #expect(report["now"]?["action"]?.text == "serve")
            let other = try await explain(larder, "/v", "X: c")
            #expect(other["stored"]?.items.contains { $0["is_selected"] == true } == false)
            #expect(other["now"]?["reason"]?.text == "vary-miss")
        }
    }

    @Test("routes: each has its own key, origins and fills; where only a host tells, a path alone is refused")
    func routes() async throws {
        let other = try ScriptedOrigin()
        let url = other.url
        other.respond { _ in [.text("", status: 500)] }
        let change = { (configuration: inout Configuration) in
            var route = Configuration.RouteSettings()
            route.host = .name("img.test")
            route.path = "/t/"
            route.origins = [Configuration.Origin(url: (try? OriginURL(url)) ?? configuration.origins[0].url)]
            route.cache.ttl = .seconds(60)
            route.ownCacheSettings = ["cache.ttl"]
            configuration.routes = [route]
        }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            let client = try RawClient(port: larder.picturePort)
            #expect(try client.get("/t/a.jpg", [("Host", "img.test:80")]).status == 500)
            try await eventually("the fill is over") { larder.proxy.statistics.fillsInProgress == 0 }
            let report = try await explain(larder, "http://IMG.test:80/t/a.jpg")
            #expect(report["key"]?.text == "//img.test/t/a.jpg" && report["target"]?.text == "/t/a.jpg")
            #expect(report["route"]?["name"]?.text == "routes[0]" && report["route"]?["host"]?.text == "img.test")
            #expect(report["route"]?["settings"] == ["ttl": "1m"])
            #expect(report["origins"]?.items.map { $0["url"]?.text } == [url])
            let fill = try #require(report["fills"]?.items.first)
            #expect(fill["outcome"]?.text == "not-stored" && fill["detail"]?.text == "no_freshness")
            #expect(fill["asked"]?.items == [["origin": .string(url), "result": "answered", "status": 500]])
            let main = try await explain(larder, "http://www.test/t/a.jpg")
            #expect(main["key"]?.text == "/t/a.jpg" && main["fills"]?.items == [])
            #expect(main["origins"]?.items.map { $0["url"]?.text } == [larder.origin.url])
            #expect(try await larder.admin("GET", "/explain?url=/t/a.jpg").status == 400)
            #expect(try await explain(larder, "/a.jpg")["key"]?.text == "/a.jpg")
            other.stop()
            _ = try client.get("/t/a.jpg", [("Host", "img.test:80")])
            let failed = try await explain(larder, "http://img.test:80/t/a.jpg")["fills"]?.items.first
            #expect(failed?["outcome"]?.text == "failed" && failed?["detail"]?.text == "connection_refused")
            #expect(failed?["asked"]?.items.first?["error"]?.text == "connection_refused")
        }
    }

    @Test("where the picture came from is asked first about it, and what a fill in progress means is told")
    func validation() async throws {
        let gate = Gate()
        try await withLarder { (larder: TestLarder) async throws -> Void in
            larder.origin.respond { request in
                request.path == "/slow"
                    ? [.hold(gate), .text("x", fields: [("Cache-Control", "max-age=60")])]
                    : [.text("x", fields: [("Cache-Control", "max-age=0"), ("ETag", "\"a\"")])]
            }
            let client = try RawClient(port: larder.picturePort)
            _ = try client.get("/a")
            try await eventually("it is stored") { await larder.listed("/a") == ["/a"] }
            let report = try await explain(larder, "/a")
            #expect(report["now"]?["action"]?.text == "validate" && report["now"]?["has_fallback"] == true)
            #expect(report["origins"]?.items.first?["is_preferred"] == true)
            async let slow = larder.picture("/slow")
            try await larder.origin.waitForRequests(2)
            #expect(try await explain(larder, "/slow")["now"]?["is_filling"] == true)
            gate.open()
            _ = try await slow
            try await eventually("the fill is over") {
                try await self.explain(larder, "/slow")["now"]?["is_filling"] == false
            }
        }
    }

    @Test(
        "bad input is refused, with the parameter that is wrong",
        arguments: [
            ("", "url"), ("?url=", "url"), ("?url=a.jpg", "url"), ("?url=ftp://a/b", "url"), ("?url=/a%252", "url"),
            ("?url=/%252e%252e/a", "url"), ("?url=/a%2500", "url"), ("?url=/a&url=/b", "url"),
            ("?header=Accept:x", "url"),
            ("?url=/a&header=x", "header[0]"), ("?url=/a&header=", "header[0]"),
            ("?url=/a&header=a%20b:c", "header[0]"),
            ("?url=/a&header=X:%0d%0aY:%20z", "header[0]"), ("?url=/a&header=A:b&header=host:c", "header[1]"),
        ]
    )
    func refusals(query: String, field: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let response = try await larder.admin("GET", "/explain\(query)")
            #expect(response.status == 400, "\(response.text)")
            #expect(response.values(of: "content-type") == ["application/problem+json"])
            #expect(try JSON(parsing: response.body)["field"]?.text == field, "\(response.text)")
        }
    }

    @Test("lengths and numbers are bounded")
    func bounds() async throws {
        let change = { (configuration: inout Configuration) in
            configuration.limits.targetSize = 256
            configuration.limits.fields = 10
            configuration.limits.headSize = 1024
        }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            let path = "/" + String(repeating: "a", count: 255)
            #expect(try await larder.admin("GET", "/explain?url=\(path)").status == 200)
            #expect(try await larder.admin("GET", "/explain?url=\(path)a").status == 400)
            let header = "&header=X:y"
            #expect(
                try await larder.admin("GET", "/explain?url=/a" + String(repeating: header, count: 10)).status == 200
            )
            #expect(
                try await larder.admin("GET", "/explain?url=/a" + String(repeating: header, count: 11)).status == 400
            )
            let long = String(repeating: "y", count: 1023)
            #expect(try await larder.admin("GET", "/explain?url=/a&header=X:\(long)").status == 400)
            #expect(try await larder.admin("POST", "/explain?url=/a").status == 405)
        }
    }

    @Test("the last 1024 fills are remembered")
    func history() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let client = try RawClient(port: larder.picturePort)
            for number in 0...1024 { _ = try client.get("/\(number)") }
            try await eventually("the fills are over") { larder.proxy.statistics.fillsInProgress == 0 }
            #expect(try await explain(larder, "/0")["fills"]?.items == [])
            #expect(try await explain(larder, "/1")["fills"]?.items.count == 1)
            #expect(try await explain(larder, "/1024")["fills"]?.items.count == 1)
        }
    }
}
