// The routes of the admin interface: what they answer, who may ask, and how they refuse.

import Admin
import Coding
import HTTPMessage
import LarderHarness
import Proxy
import Settings
import TestSupport
import Testing

@Suite("admin routes")
struct RouteTests {
    @Test("figures follow what happens")
    func stats() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a.jpg")
            try await larder.fetch("/a.jpg", "/a.jpg")
            let stats = try await larder.stats()
            #expect(stats["requests"] == 3)
            #expect(stats["hits"]?["total"] == 2)
            #expect(stats["misses"]?["uri"] == 1)
            #expect(abs((stats["hit_ratio"]?.double ?? 0) - 2.0 / 3) < 1e-9)
            #expect(stats["bytes_served"] == 18)
            #expect(stats["bytes_fetched"] == 6)
            let origin = stats["origins"]?.items.first
            #expect(origin?["url"]?.text == larder.origin.url)
            #expect(origin?["requests"] == 1)
            #expect(origin?["first_byte_seconds"]?["count"] == 1)
            #expect(stats["store"]?["responses"] == 1)
            #expect(stats["is_ready"]?.isTrue == true)
        }
    }

    @Test("metrics are what Prometheus reads")
    func metrics() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a.jpg")
            let response = try await larder.admin("GET", "/metrics")
            #expect(response.values(of: "content-type") == ["text/plain; version=0.0.4; charset=utf-8"])
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.contains("\nlarder_misses_total{reason=\"uri\"} 1\n"))
            #expect(
                text.contains(
                    "\nlarder_origin_first_byte_seconds_bucket{origin=\"\(larder.origin.url)\",le=\"+Inf\"} 1\n"
                )
            )
            let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
                $0.split(separator: " ")[2]
            }
            #expect(Set(names).count == names.count)
            guard let check = try? await run(["promtool", "check", "metrics"], input: response.body) else { return }
            #expect(check.status == 0, "\(check.output)\(check.errorOutput)")
        }
    }

    @Test("objects are listed by prefix, up to a limit")
    func objects() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a/1", "/a/2", "/a/3", "/b/1")
            let report = try await JSON(parsing: larder.admin("GET", "/objects?prefix=/a/&limit=2").body)
            #expect(report["responses"]?.items.map { $0["key"]?.text } == ["/a/1", "/a/2"])
            #expect(report["is_truncated"]?.isTrue == true)
            let first = report["responses"]?.items.first
            #expect(first?["bytes"] == 4)
            #expect((1...60).contains(first?["ttl_seconds"]?.whole ?? 0))
            let all = try await JSON(parsing: larder.admin("GET", "/objects").body)
            #expect(all["responses"]?.items.count == 4)
            #expect(all["is_truncated"]?.isTrue == false)
            #expect(first?["status"] == 200 && first?["type"]?.text == "image/jpeg")
            let next = report["next"]?.text ?? ""
            let rest = try await JSON(parsing: larder.admin("GET", "/objects?prefix=/a/&limit=2&cursor=\(next)").body)
            #expect(rest["responses"]?.items.map { $0["key"]?.text } == ["/a/3"])
            #expect(rest["next"] == .null && all["next"] == .null)
            for cursor in ["x", "2F", "2-2F", "2F-2G"] {
                #expect(try await larder.admin("GET", "/objects?cursor=\(cursor)").status == 400)
            }
            for limit in ["0", "1001", "x"] {
                #expect(try await larder.admin("GET", "/objects?limit=\(limit)").status == 400)
            }
        }
    }

    @Test("health is reported, and readiness ends with the drain")
    func health() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            #expect(try await JSON(parsing: larder.admin("GET", "/healthz").body)["status"]?.text == "ok")
            #expect(try await larder.admin("GET", "/readyz").status == 200)
            await larder.proxy.drain(within: .zero)
            #expect(try await larder.admin("GET", "/readyz").status == 503)
            #expect(try await larder.admin("GET", "/healthz").status == 200)
        }
    }

    @Test("health names what is wrong")
    func troubles() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            larder.origin.stop()
            let client = try RawClient(port: larder.picturePort)
            try await eventually("the origin counts as failing") {
                _ = try client.get("/a.jpg")
                let health = try await JSON(parsing: larder.admin("GET", "/healthz").body)
                return health["status"]?.text == "degraded" && health["reasons"]?.items.count == 1
            }
        }
    }

    @Test("a name that does not resolve degrades health before it is needed; ?strict is then 503")
    func look() async throws {
        let change = { (configuration: inout Configuration) in
            // The name is reserved (RFC 6761 §6.4): it resolves nowhere.
            guard let nowhere = try? OriginURL("http://nowhere.invalid") else { return }
            var second = configuration.origins[0]
            (second.url, second.isAuthoritative) = (nowhere, false)
            configuration.origins.append(second)
        }
        try await withLarder(change, looksAtOrigins: true) { (larder: TestLarder) async throws -> Void in
            try await eventually("a name that does not resolve is told") {
                let health = try await JSON(parsing: larder.admin("GET", "/healthz").body)
                return health["reasons"]?.items.first?.text?.contains("origin http://nowhere.invalid") == true
            }
            #expect(try await larder.admin("GET", "/healthz").status == 200)
            let strict = try await larder.admin("GET", "/healthz?strict")
            #expect(strict.status == 503)
            #expect(try JSON(parsing: strict.body)["status"]?.text == "degraded")
            #expect(try await larder.admin("HEAD", "/healthz?strict=1").status == 503)
            #expect(try await larder.picture("/a.jpg").status == 200)
            let stats = try await larder.stats()
            #expect(stats["origins"]?.items.map { $0["failure"]?.text } == [nil, "dns_failure"])
            #expect(stats["origins"]?.items.map { $0["authoritative"]?.isTrue } == [true, false])
        }
    }

    @Test("?strict is 200 while all is well")
    func strictAndWell() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            #expect(try await larder.admin("GET", "/healthz?strict").status == 200)
        }
    }

    @Test("one URL in two lists of origins has figures of its own in each, and a list that fails is named")
    func lists() async throws {
        let change = { (configuration: inout Configuration) in
            var route = Configuration.RouteSettings()
            route.path = "/t/"
            route.origins = configuration.origins
            route.origins[0].queue = 7
            configuration.routes = [route]
        }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a.jpg", "/t/a.jpg", "/t/b.jpg")
            let origins = try await larder.stats()["origins"]?.items ?? []
            #expect(origins.map { $0["list"]?.text } == ["default", "routes[0]"])
            #expect(origins.map { $0["requests"]?.whole } == [1, 2])
            let text = String(decoding: try await larder.admin("GET", "/metrics").body, as: UTF8.self)
            let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " } }
            #expect(Set(samples).count == samples.count, "no sample twice")
            let url = larder.origin.url
            #expect(text.contains("\nlarder_origin_requests_total{origin=\"\(url)\",list=\"routes[0]\"} 2\n"))
            larder.origin.stop()
            let client = try RawClient(port: larder.picturePort)
            try await eventually("the route's origin counts as failing") {
                _ = try client.get("/t/c.jpg")
                let health = try await JSON(parsing: larder.admin("GET", "/healthz").body)
                let reasons = health["reasons"]?.items.compactMap(\.text) ?? []
                let sentence = "every origin of routes[0] fails: only stored pictures are served (\(url): "
                return reasons.count == 1 && reasons[0].hasPrefix(sentence)
            }
        }
    }

    @Test("the page has the figures in it, and nothing from elsewhere")
    func page() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a.jpg")
            let response = try await larder.admin("GET", "/")
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.contains("<td>\(larder.origin.url)</td>"))
            #expect(!text.contains("src=") && !text.contains("<link"))
            #expect(text.contains("<form action=\"/explain\">") && text.contains("<input name=\"url\""))
            #expect(response.values(of: "content-security-policy").first?.contains("default-src 'none'") == true)
            #expect(response.values(of: "content-security-policy").first?.contains("form-action 'self'") == true)
        }
    }

    @Test(
        "a refusal is problem details (RFC 9457)",
        arguments: [
            ("GET", "/nothing", 404, nil), ("POST", "/stats", 405, "GET, HEAD"), ("GET", "/purge", 405, "POST"),
            ("DELETE", "/", 405, "GET, HEAD"), ("POST", "/purge", 415, nil),
        ] as [(String, String, Int, String?)]
    )
    func refusals(method: String, target: String, status: Int, allow: String?) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let response = try await larder.admin(method, target)
            #expect(response.status == status)
            #expect(response.values(of: "content-type") == ["application/problem+json"])
            #expect(response.values(of: "allow").first == allow)
            #expect(try JSON(parsing: response.body)["status"] == .integer(status))
        }
    }

    @Test("HEAD is answered without a body")
    func head() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let response = try await larder.admin("HEAD", "/stats")
            #expect(response.status == 200)
            #expect(response.body.isEmpty)
        }
    }
}

@Suite("who may use the admin interface")
struct GuardTests {
    @Test(
        "with a token, only who carries it",
        arguments: [
            (nil, 401), ("Bearer secret", 200), ("bearer  secret", 200), ("Bearer secre", 401), ("Bearer secrets", 401),
            ("Bearer", 401), ("Basic OnNlY3JldA==", 200), ("Basic YWRtaW46c2VjcmV0", 200), ("Basic c2VjcmV0", 401),
            ("Basic !", 401),
        ] as [(String?, Int)]
    )
    func token(field: String?, status: Int) async throws {
        try await withLarder {
            $0.admin.token = Secret("secret")
        } _: { (larder: TestLarder) async throws -> Void in
            let fields = [("Host", "name.test")] + (field.map { [("Authorization", $0)] } ?? [])
            for target in ["/", "/stats", "/metrics", "/objects", "/explain?url=/a"] {
                #expect(try await larder.admin("GET", target, fields).status == status)
            }
            #expect(try await larder.admin("GET", "/nothing", fields).status == (status == 200 ? 404 : 401))
            #expect(try await larder.admin("GET", "/healthz", fields).status == 200)
            #expect(try await larder.admin("GET", "/readyz", fields).status == 200)
        }
    }

    @Test("a reload takes a new token over")
    func reload() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            #expect(try await larder.admin("GET", "/stats").status == 200)
            var changed = larder.configuration
            changed.admin.token = Secret("new")
            larder.admin.reload(changed)
            #expect(try await larder.admin("GET", "/stats").status == 401)
        }
    }

    @Test(
        "no page of another site",
        arguments: [
            ("127.0.0.1:81", "http://127.0.0.1:81", 200), ("127.0.0.1:81", "http://evil.test", 403),
            ("127.0.0.1:81", "null", 403), ("127.0.0.1:81", "http://127.0.0.1:82", 403),
            ("localhost:81", nil, 200), ("[::1]:81", nil, 200), ("rebound.test:81", nil, 403),
            ("rebound.test", "http://rebound.test", 403),
        ] as [(String, String?, Int)]
    )
    func sites(host: String, origin: String?, status: Int) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let fields = [("Host", host)] + (origin.map { [("Origin", $0)] } ?? [])
            #expect(try await larder.admin("GET", "/stats", fields).status == status)
        }
    }
}
