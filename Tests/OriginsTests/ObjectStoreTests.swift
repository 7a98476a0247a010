// What an S3-compatible store is asked, and what its answers mean. That the signatures are right is shown by
// Tests/SystemTests/origins, on a store that checks them.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("An s3:// origin") struct ObjectStoreTests {
    let server: ScriptedOrigin
    var settings: OriginSettings

    init() throws {
        server = try ScriptedOrigin()
        server.respond { _ in [.text("picture")] }
        settings = .test("s3://pics/site")
        settings.store = ObjectStore(
            endpoint: OriginURL(test: server.url),
            region: "eu-central-1",
            accessKey: "AKIAEXAMPLE",
            secretKey: "word",
            sessionToken: "token"
        )
    }

    @Test("is asked for the object, signed, with what a store reads and nothing else of the client's")
    func request() async throws {
        let fields = [
            ("Accept", "image/webp"), ("Cookie", "a=b"), ("Authorization", "Basic x"), ("Via", "1.1 web"),
            ("If-None-Match", "\"a\""), ("If-None-Match", "\"b\""), ("Range", "bytes=0-1"), ("X-Amz-Acl", "public"),
        ]
        var settings = settings
        settings.headers = [("X-Amz-Request-Payer", "requester")]
        let got = try await Running([settings]).get("/a%20b+c.jpg?versionId=1&acl", fields: fields)
        #expect(got.body == Array("picture".utf8))
        let request = try #require(server.requests.first)
        #expect(request.target == "/pics/site/a%20b%2Bc.jpg")
        let names = Set(request.fields.map { $0.0.lowercased() })
        #expect(
            names == [
                "host", "authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
                "x-amz-request-payer", "if-none-match", "range", "accept",
            ]
        )
        let signed = try #require(request.field("authorization"))
        #expect(signed.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/"))
        #expect(signed.contains("/eu-central-1/s3/aws4_request"))
        #expect(
            signed.contains(
                "SignedHeaders=host;if-none-match;range;x-amz-content-sha256;x-amz-date;x-amz-request-payer;x-amz-security-token,"
            ),
            "\(signed)"
        )
        #expect(request.field("if-none-match") == "\"a\", \"b\"")
        #expect(request.field("accept") == "*/*")
    }

    @Test("without the settings of its store is refused at the start")
    func noStore() {
        let error = #expect(throws: OriginError.self) { try Running([.test("s3://pics/site")]) }
        #expect(error?.kind == .badURL)
    }

    @Test("keeps its connection, and signs each request anew")
    func reuse() async throws {
        let running = try Running([settings])
        for target in ["/a.jpg", "/b.jpg"] { #expect(try await running.get(target).isFinished) }
        #expect(server.requests.map(\.target) == ["/pics/site/a.jpg", "/pics/site/b.jpg"])
        #expect(server.requests[0].field("authorization") != server.requests[1].field("authorization"))
        #expect(server.connectionCount == 1)
    }

    @Test("closes a connection that NTLM or Negotiate make one person's, through libcurl")
    func identity() async throws {
        server.respond { _ in [.text("picture", fields: [("WWW-Authenticate", "Basic realm=\"a\", Negotiate oYG2")])] }
        let running = try Running([settings])
        for target in ["/a.jpg", "/b.jpg"] { #expect(try await running.get(target).isFinished) }
        #expect(server.requests.map(\.connection) == [1, 2])
        try await eventually { running.origins.statistics()[0].connections == 0 }
        server.respond { _ in [.text("picture")] }
        for target in ["/c.jpg", "/d.jpg"] { #expect(try await running.get(target).isFinished) }
        #expect(server.requests.map(\.connection) == [1, 2, 3, 3])
    }

    @Test("lets nobody list, write or delete with larder's keys", arguments: ["PUT", "POST", "DELETE", "PATCH"])
    func notAsked(method: String) async throws {
        let running = try Running([settings])
        let got = try await running.get("/a.jpg", method: method, onlyFirst: true)
        #expect(got.response?.status == 405)
        #expect(got.response?.fields.first("Allow") == "GET, HEAD")
        var whole = settings
        whole.url = OriginURL(test: "s3://pics")
        for target in ["/", "/?list-type=2", "/../other/x", "/%2e%2e%2fother/x", "//"] {
            #expect(try await Running([whole]).get(target).response?.status == 404, "\(target)")
        }
        #expect(server.requestCount() == 0)
    }

    @Test(
        "answers about an object are passed on, the rest is a failure with the store's own word for it",
        arguments: [
            (200, false, 200), (206, false, 206), (304, false, 304), (404, false, 404), (416, false, 416),
            (503, false, 503), (403, true, 404), (403, false, nil), (400, false, nil), (301, false, nil),
            (307, true, nil), (401, true, nil),
        ] as [(Int, Bool, Int?)]
    )
    func answers(status: Int, isMissing: Bool, delivered: Int?) async throws {
        var settings = settings
        settings.store?.forbiddenMeansMissing = isMissing
        let xml = "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>x</Message></Error>"
        let range = status == 206 ? [("Content-Range", "bytes 0-\(xml.utf8.count - 1)/1000")] : []
        server.respond { _ in [.text(xml, status: status, fields: range)] }
        let running = try Running([settings])
        let got = try await running.get("/a.jpg", fields: [("Range", "bytes=0-\(xml.utf8.count - 1)")])
        #expect(got.response?.status == delivered)
        guard delivered == nil else { return }
        #expect(got.error?.kind == .denied)
        #expect(got.error?.detail == "it answered \(status) SignatureDoesNotMatch")
        #expect(running.origins.statistics()[0].errors == [.denied: 1])
    }

    @Test("that denies everything is skipped for the next, request after request, and its circuit breaker stays closed")
    func denied() async throws {
        let copy = try ScriptedOrigin()
        copy.respond { _ in [.text("copy")] }
        server.respond { _ in [.text("no XML at all", status: 403)] }
        let running = try Running([settings, .test(copy.url)])
        for _ in 0..<8 { #expect(try await running.get("/a.jpg").body == Array("copy".utf8)) }
        #expect(server.requestCount() == 8)
        #expect(running.origins.statistics()[0].isBackingOff == false)
    }

    @Test("that is down is probed by its bucket where no object is known, and taken up again", arguments: [200, 403])
    func probe(status: Int) async throws {
        var settings = settings
        settings.url = OriginURL(test: "s3://pics")
        let running = try Running([settings])
        server.respond { _ in [.reset] }
        for number in 0..<5 { _ = try await running.get("/\(number).jpg") }
        #expect(running.origins.statistics()[0].isBackingOff)
        server.respond { _ in [.text("", status: status)] }
        try await eventually(within: .seconds(30)) { !running.origins.statistics()[0].isBackingOff }
        let probe = try #require(server.requests.last)
        #expect((probe.method, probe.target) == ("HEAD", "/pics/"))
    }

    @Test("is not said to have answered what it was not asked")
    func ownAnswers() async throws {
        let running = try Running([settings])
        #expect(try await running.get("/a%00.jpg").response?.status == 404)
        #expect(try await running.get("/a.jpg", method: "PUT", onlyFirst: true).response?.status == 405)
        #expect(running.origins.statistics()[0].notFound == 0)
        #expect(running.origins.statistics()[0].firstByte.count == 0)
    }

    @Test("shows no key in prints and dumps") func secrets() {
        var settings = settings
        settings.tls.clientKeyPassphrase = "phrase"
        var dumped = ""
        dump(settings, to: &dumped)
        for word in ["AKIAEXAMPLE", "word", "token", "phrase"] {
            #expect(!dumped.contains(word) && !"\(settings)".contains(word), "\(word)")
        }
    }
}
