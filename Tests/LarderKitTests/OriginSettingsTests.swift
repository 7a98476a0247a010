// Pure. The mapping of an origin's configuration to the settings of `Origins`.

import HTTPMessage
import Origins
import Settings
import Testing

@testable import LarderKit

@Suite("an origin's configuration and its settings")
struct OriginSettingsTests {
    /// A change of the configuration, and the property of the settings that follows it.
    struct Row: Sendable, CustomStringConvertible {
        let property: String
        let change: @Sendable (inout Configuration.Origin) throws -> Void
        let value: @Sendable (OriginSettings) -> String
        let expected: String

        var description: String { "\(property) \(expected)" }

        init(
            _ property: String,
            _ expected: String,
            _ value: @escaping @Sendable (OriginSettings) -> String,
            _ change: @escaping @Sendable (inout Configuration.Origin) throws -> Void
        ) {
            self.property = property
            self.expected = expected
            self.value = value
            self.change = change
        }
    }

    private static let places = [
        Row("url", "http://b.test/p", { "\($0.url)" }, { $0.url = try OriginURL("HTTP://B.test:80/p/") }),
        Row("isAuthoritative", "true", { "\($0.isAuthoritative)" }, { $0.isAuthoritative = true }),
        Row(
            "strippedPrefix",
            "/in",
            { "\($0.strippedPrefix == StrippedPrefix("/in") ? "/in" : "?")" },
            { $0.strip = "/in" }
        ),
    ]

    private static let waits = [
        Row("connectTimeout", "7.0 seconds", { "\($0.connectTimeout)" }, { $0.connectTimeout = .seconds(7) }),
        Row("firstByteTimeout", "7.0 seconds", { "\($0.firstByteTimeout)" }, { $0.firstByteTimeout = .seconds(7) }),
        Row("queueTimeout", "7.0 seconds", { "\($0.queueTimeout)" }, { $0.queueTimeout = .seconds(7) }),
        Row("stallTimeout", "7.0 seconds", { "\($0.stallTimeout)" }, { $0.stallTimeout = .seconds(7) }),
        Row("maximumConnections", "7", { "\($0.maximumConnections)" }, { $0.connections = 7 }),
        Row("maximumQueued", "7", { "\($0.maximumQueued)" }, { $0.queue = 7 }),
        Row("hedge", "never", { "\($0.hedge)" }, { _ in }),
        Row("hedge", "after(7.0 seconds)", { "\($0.hedge)" }, { $0.hedgeDelay = .after(.seconds(7)) }),
        Row("hedge", "percentile95", { "\($0.hedge)" }, { $0.hedgeDelay = .percentile95 }),
        Row(
            "probe",
            "/up 7.0 seconds",
            { "\($0.probe?.path ?? "") \($0.probe?.interval ?? .zero)" },
            { origin in
                origin.probePath = "/up"
                origin.probeInterval = .seconds(7)
            }
        ),
    ]

    private static let requests = [
        Row("hostHeader", "origin", { "\($0.hostHeader)" }, { _ in }),
        Row("hostHeader", "client", { "\($0.hostHeader)" }, { $0.hostHeader = .client }),
        Row("hostHeader", "c.test", { "\($0.hostHeader)" }, { $0.hostHeader = .name("c.test") }),
        Row(
            "headers",
            "X: a, Y: b",
            { $0.headers.map { "\($0.0): \($0.1)" }.joined(separator: ", ") },
            { origin in
                origin.headers = [
                    HeaderField(name: "X", value: Credential("a")), HeaderField(name: "Y", value: Credential("b")),
                ]
            }
        ),
        Row("maximumRedirects", "7", { "\($0.maximumRedirects)" }, { $0.followRedirects = 7 }),
        Row("allowsHTTP2", "true", { "\($0.allowsHTTP2)" }, { $0.http2 = true }),
    ]

    private static let tls = [
        Row("tls", "/ca", { $0.tls.caFile ?? "" }, { $0.caFile = "/ca" }),
        Row("tls", "/certificate", { $0.tls.clientCertificate ?? "" }, { $0.clientCertificate = "/certificate" }),
        Row("tls", "/key", { $0.tls.clientKey ?? "" }, { $0.clientKey = "/key" }),
        Row("tls", "word", { $0.tls.clientKeyPassphrase ?? "" }, { $0.clientKeyPassphrase = Credential("word") }),
        Row("tls", "d.test", { $0.tls.serverName ?? "" }, { $0.serverName = "d.test" }),
    ]

    /// A row about a bucket.
    private static func bucket(
        _ expected: String,
        _ value: @escaping @Sendable (ObjectStore) -> String,
        _ change: @escaping @Sendable (inout Configuration.S3) throws -> Void = { _ in }
    ) -> Row {
        let changeOrigin: @Sendable (inout Configuration.Origin) throws -> Void = { origin in
            origin.url = try OriginURL("s3://bucket")
            try change(&origin.s3)
        }
        return Row("store", expected, { $0.store.map(value) ?? "no store" }, changeOrigin)
    }

    private static let stores = [
        Row("store", "none", { $0.store == nil ? "none" : "one" }, { $0.s3.region = "eu" }),
        bucket("none", { $0.endpoint?.description ?? "none" }),
        bucket("https://e.test", { $0.endpoint?.description ?? "" }, { $0.endpoint = try OriginURL("https://e.test") }),
        bucket("us-east-1", { $0.region }),
        bucket("eu", { $0.region }, { $0.region = "eu" }),
        bucket("nil", { "\($0.usesPathStyle.map { "\($0)" } ?? "nil")" }),
        bucket("false", { "\($0.usesPathStyle.map { "\($0)" } ?? "nil")" }, { $0.pathStyle = false }),
        bucket("open", { $0.accessKey }, { $0.accessKey = Credential("open") }),
        bucket("sesame", { $0.secretKey }, { $0.secretKey = Credential("sesame") }),
        bucket("none", { $0.sessionToken ?? "none" }),
        bucket("today", { $0.sessionToken ?? "" }, { $0.sessionToken = Credential("today") }),
        bucket("false", { "\($0.forbiddenMeansMissing)" }),
        bucket("true", { "\($0.forbiddenMeansMissing)" }, { $0.forbidden = .missing }),
    ]

    static let rows = places + waits + requests + tls + stores

    private func settings(_ change: (inout Configuration.Origin) throws -> Void) throws -> OriginSettings {
        var origin = Configuration.Origin(url: try OriginURL("http://a.test"))
        try change(&origin)
        var configuration = Configuration()
        configuration.origins = [origin]
        return OriginSettings(origin, of: configuration)
    }

    @Test("each setting reaches its property", arguments: rows)
    func mapping(row: Row) throws {
        #expect(try row.value(settings(row.change)) == row.expected)
    }

    @Test("every property has a row above")
    func complete() throws {
        let properties = Mirror(reflecting: try settings { _ in }).children.compactMap(\.label)
        // The tests' own: no setting forces libcurl.
        #expect(Set(properties).subtracting(["forcesLibcurl"]) == Set(Self.rows.map(\.property)))
    }

    @Test("a prefix is stripped in any letter case as soon as one route folds it", arguments: [false, true])
    func strippedPrefix(folds: Bool) throws {
        var origin = Configuration.Origin(url: try OriginURL("http://a.test"))
        origin.strip = "/In"
        var configuration = Configuration()
        configuration.origins = [origin]
        var route = Configuration.RouteSettings()
        route.path = "/t/"
        route.cache.foldCase = folds
        route.ownCacheSettings = ["cache.key_case"]
        configuration.routes = [route]
        let settings = OriginSettings(origin, of: configuration)
        #expect(settings.strippedPrefix == StrippedPrefix("/In", ignoresCase: folds))
    }
}
