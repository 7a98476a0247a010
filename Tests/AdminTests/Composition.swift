// A larder in process behind its admin interface, on free ports, with a scripted origin.

import Admin
import Logging
import NIOCore
import NIOPosix
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

/// What a test asks of: ports and parts.
struct TestLarder: Sendable {
    let origin: ScriptedOrigin
    let picturePort: Int
    let adminPort: Int
    let proxy: Proxy
    let store: Store
    let admin: AdminServer
    let configuration: Configuration

    /// Asks the admin interface on a connection of its own.
    ///
    /// The client waits on a thread outside Swift's pool, which the interface needs to answer.
    func admin(
        _ method: String,
        _ target: String,
        _ fields: [(String, String)] = [("Host", "127.0.0.1")],
        body: String? = nil
    ) async throws -> RawResponse {
        try await NIOThreadPool.singleton.runIfActive { [adminPort] in
            try RawClient(port: adminPort).request(method, target, fields, body: body.map { Array($0.utf8) })
        }
    }

    /// Posts a purge as the command does.
    func purge(_ body: String) async throws -> (status: Int, report: JSON) {
        let fields = [("Host", "127.0.0.1"), ("Content-Type", "application/json")]
        let response = try await admin("POST", "/purge", fields, body: body)
        return (response.status, try JSON(parsing: response.body))
    }

    /// Asks the picture port on a connection of its own.
    func picture(_ target: String) async throws -> RawResponse {
        try await NIOThreadPool.singleton.runIfActive { [picturePort] in
            try RawClient(port: picturePort).get(target)
        }
    }

    func stats() async throws -> JSON { try JSON(parsing: try await admin("GET", "/stats").body) }

    /// Fetches pictures through the picture port, and waits until each is stored and indexed.
    func fetch(_ paths: String...) async throws {
        let client = try RawClient(port: picturePort)
        for path in paths { #expect(try client.get(path).status == 200) }
        for path in paths { try await eventually("\(path) is stored") { await listed(path).contains(path) } }
    }

    /// The keys that begin so, as the index knows them.
    func listed(_ prefix: String) async -> [String] {
        await withCheckedContinuation { continuation in
            store.list(PurgeRule.prefix(Array(prefix.utf8)).ranges[0], limit: 10) {
                continuation.resume(returning: $0.map(\.key))
            }
        }
    }
}

/// Runs a larder for the time of a test.
func withLarder(
    _ change: (inout Configuration) -> Void = { _ in },
    looksAtOrigins: Bool = false,
    _ body: @Sendable (TestLarder) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let origin = try ScriptedOrigin()
    origin.respond { request in
        [
            .respond(
                fields: [("Cache-Control", "max-age=60"), ("Content-Type", "image/jpeg")],
                body: Array(request.path.utf8)
            )
        ]
    }
    var configuration = try ConfigurationFile.parse(
        text: """
            listen: 127.0.0.1:0
            admin: {listen: "127.0.0.1:0"}
            cache: {directory: \(directory.path)/cache, max_size: 64MiB, memory: 1MB}
            origins: [{url: "\(origin.url)"}]
            threads: 1
            """,
        file: directory.path("larder.yaml")
    ).configuration
    change(&configuration)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let cache = configuration.cache
    let store = try Store(
        StoreConfiguration(directory: cache.directory, maximumSize: cache.maxSize, memory: cache.memory),
        logger: logger
    )
    let lists = configuration.originLists.map { list in
        list.map { OriginSettings(url: $0.url, isAuthoritative: $0.isAuthoritative) }
    }
    let origins = try Origins(lists: lists, logger: logger, looksAtOrigins: looksAtOrigins)
    let proxy = Proxy(
        ProxySettings(configuration),
        store: store,
        origins: origins,
        accessLog: nil,
        threads: 1,
        logger: logger
    )
    let parts = AdminParts(
        proxy: proxy,
        store: store,
        origins: origins,
        configuration: configuration,
        version: "test"
    )
    let admin = AdminServer(parts, logger: logger)
    let picturePort = try await proxy.listen(on: .tcp(host: "127.0.0.1", port: 0)).port ?? 0
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let settings = configuration
    let result: Result<Void, any Error> = await withTaskGroup { tasks in
        tasks.addTask { try? await admin.run { address in continuation.yield(address?.port ?? 0) } }
        var found = ports.makeAsyncIterator()
        let adminPort = await found.next() ?? 0
        let larder = TestLarder(
            origin: origin,
            picturePort: picturePort,
            adminPort: adminPort,
            proxy: proxy,
            store: store,
            admin: admin,
            configuration: settings
        )
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(larder))
        } catch {
            result = .failure(error)
        }
        tasks.cancelAll()
        return result
    }
    await proxy.drain(within: .zero)
    origins.shutDown()
    store.close()
    proxy.shutDown()
    try result.get()
}
