// How an origin gets a request, by its kind: the decision alone, without a connection.

import HTTPMessage
import Runtime
import Testing

@testable import Origins

@Suite("an attempt decides by the kind of its origin how to ask it") struct AttemptPlanTests {
    private static let urls = [
        "file": OriginURL(scheme: .file, host: "", port: 0, path: "/nonexistent"),
        "http": OriginURL(scheme: .http, host: "a", port: 80, path: "/base"),
        "s3": OriginURL(scheme: .s3, host: "bucket", port: 443, path: ""),
    ]

    private static func words(_ plan: AttemptPlan) -> String {
        switch plan {
        case .file(_, let request): "file \(request.target)"
        case .http(_, let target): "http \(target)"
        case .answer(let status): "\(status)"
        case .badRequest: "bad request"
        }
    }

    @Test(
        "what an origin cannot have is answered for it; only servers get other methods than GET and HEAD",
        arguments: [
            ("file", "GET", "/images/a", false, "file /a"), ("file", "HEAD", "/images/a", false, "file /a"),
            ("file", "POST", "/images/a", false, "405"), ("file", "GET", "/other", false, "404"),
            ("file", "GET", "/other", true, "file /other"),
            ("http", "GET", "/images/a", false, "http /base/a"), ("http", "POST", "/images/a", false, "http /base/a"),
            ("http", "GET", "/other", false, "404"), ("http", "HEAD", "/other", true, "http /base/other"),
            ("http", "GET", "/images/a b", false, "bad request"), ("http", "G T", "/images/a", false, "bad request"),
            ("s3", "GET", "/images/a", false, "http /a"), ("s3", "POST", "/images/a", false, "405"),
            ("s3", "GET", "/images/", false, "404"), ("s3", "HEAD", "/", true, "http /"),
        ]
    )
    func plan(kind: String, method: String, target: String, isProbe: Bool, expected: String) throws {
        let store = ObjectStore(region: "eu-central-1", accessKey: "key", secretKey: "secret")
        let settings = OriginSettings(
            url: try #require(Self.urls[kind]),
            strippedPrefix: StrippedPrefix("/images"),
            store: kind == "s3" ? store : nil
        )
        let origin = try ConfiguredOrigin(index: 0, settings, clock: .system)
        if case .file(let files) = origin.kind { files.shutDown() }
        let request = OriginRequest(method: method, target: target)
        #expect(Self.words(AttemptPlan(request, to: origin, isProbe: isProbe)) == expected)
    }
}
