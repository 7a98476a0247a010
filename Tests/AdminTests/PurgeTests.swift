// POST /purge: what is removed is what was named, in whatever spelling, and what is wrong is named by its field.

import Coding
import HTTPMessage
import LarderHarness
import Settings
import TestSupport
import Testing

@Suite("POST /purge")
struct PurgeTests {
    @Test("removes the named responses, and reports them")
    func rules() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a~b.jpg", "/images/1.jpg", "/images/2.jpg", "/thumbs/1.png", "/x.jpg")
            let first = try await larder.purge(
                #"{"url": ["/a%7eb.jpg", "http://any.test/none.jpg"], "prefix": ["/images/"]}"#
            )
            #expect(first.status == 200)
            #expect(first.report["responses"] == 3)
            #expect(first.report["bytes"] == .integer("/a~b.jpg/images/1.jpg/images/2.jpg".utf8.count))
            #expect(
                first.report["rules"]?.items.map { "\($0["rule"]?.text ?? ""): \($0["responses"]?.whole ?? -1)" } == [
                    "url /a%7eb.jpg: 1", "url http://any.test/none.jpg: 0", "prefix /images/: 2",
                ]
            )
            #expect(try await larder.purge(#"{"glob": ["/thumbs/?.p*"]}"#).report["responses"] == 1)
            #expect(try await larder.purge(#"{"all": true}"#).report["responses"] == 1)
            #expect(try await larder.stats()["store"]?["responses"] == 0)
            try await larder.fetch("/x.jpg")
            #expect(larder.origin.requestCount("/x.jpg") == 2)
        }
    }

    @Test(
        "a mistake is named by its field, and nothing is removed",
        arguments: [
            (#"{"url": "/a"}"#, "url"), (#"{"url": ["a.jpg"]}"#, "url[0]"), (#"{"url": ["/a", 1]}"#, "url[1]"),
            (#"{"prefix": ["/%zz"]}"#, "prefix[0]"), (#"{"prefix": [""]}"#, "prefix[0]"),
            (#"{"glob": ["x*"]}"#, "glob[0]"), (#"{"all": 1}"#, "all"), (#"{"urls": ["/a"]}"#, "urls"),
            (#"{"all": true, "tag": ["t"]}"#, "tag"), (#"{"url": ["/../../a"]}"#, "url[0]"),
            (#"{"url": ["http://bücher.test/a"]}"#, "url[0]"), (#"{"prefix": ["http://u@a.test/"]}"#, "prefix[0]"),
            (#"{"glob": ["http://ü*.test/*"]}"#, "glob[0]"),
        ]
    )
    func mistakes(body: String, field: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a")
            let (status, report) = try await larder.purge(body)
            #expect(status == 400)
            #expect(report["field"]?.text == field)
            #expect(report["detail"]?.text?.isEmpty == false)
            #expect(try await larder.stats()["store"]?["responses"] == 1)
        }
    }

    @Test(
        "a body that names nothing is refused",
        arguments: ["", "{", "[]", "{}", #"{"all": false}"#, #"{"url": []}"#]
    )
    func emptiness(body: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let (status, _) = try await larder.purge(body)
            #expect(status == 400)
        }
    }

    @Test("more than 1000 rules, or more than 1 MiB, is refused")
    func bounds() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let paths = (0...1000).map { "\"/\($0)\"" }.joined(separator: ",")
            #expect(try await larder.purge("{\"url\": [\(paths)]}").status == 400)
            let long = String(repeating: "a", count: 1 << 20)
            #expect(try await larder.purge("{\"url\": [\"/\(long)\"]}").status == 413)
        }
    }

    @Test("keys with a host are purged by full URL alone")
    func hosts() async throws {
        let change = { (configuration: inout Configuration) in configuration.origins[0].hostHeader = .client }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            let client = try RawClient(port: larder.picturePort)
            for host in ["a.test", "b.test"] { _ = try client.get("/x/1.jpg", [("Host", host)]) }
            try await eventually("both are stored") { await larder.listed("//").count == 2 }
            #expect(try await larder.purge(#"{"prefix": ["/x/"]}"#).status == 400)
            #expect(try await larder.purge(#"{"prefix": ["http://A.test/x/"]}"#).report["responses"] == 1)
            #expect(try await larder.purge(#"{"glob": ["http://*.test/x/?.jpg"]}"#).report["responses"] == 1)
        }
    }
    @Test("routes: a URL's host says which keys are meant; what cannot be told is refused with the route's name")
    func routes() async throws {
        let change = { (configuration: inout Configuration) in
            var route = Configuration.RouteSettings()
            route.host = .name("img.test")
            route.path = "/t/"
            configuration.routes = [route]
        }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            let client = try RawClient(port: larder.picturePort)
            for (host, path) in [("img.test", "/t/1"), ("img.test", "/t/2"), ("www.test", "/t/1"), ("www.test", "/x")] {
                _ = try client.get(path, [("Host", host)])
            }
            try await eventually("all are stored") { await larder.listed("/").count == 4 }
            let refused = try await larder.purge(#"{"url": ["/t/1"]}"#)
            #expect(refused.status == 400 && refused.report["field"]?.text == "url[0]")
            #expect(refused.report["detail"]?.text?.contains("routes[0]") == true)
            #expect(try await larder.purge(#"{"glob": ["http://img.test/*"]}"#).status == 400)
            let purge = try await larder.purge(#"{"url": ["http://img.test/t/1", "/x"]}"#)
            #expect(purge.report["rules"]?.items.map { $0["responses"]?.whole } == [1, 1])
            #expect(Set(await larder.listed("/")) == ["//img.test/t/2", "/t/1"])
            // One thing to purge, two rules: the route's keys, and the default route's.
            let both = try await larder.purge(#"{"prefix": ["http://img.test/t"]}"#)
            #expect(both.report["rules"]?.items.map { $0["rule"]?.text } == ["prefix http://img.test/t"])
            #expect(both.report["responses"] == 2)
        }
    }
}
