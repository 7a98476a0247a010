// Value. A larder behind its admin interface, on free ports, with a scripted origin.

import Admin
import Coding
import LarderHarness
import NIOPosix
import Proxy
import Settings
import Store
import TestSupport
import Testing

/// The parts that a test looks at.
struct TestLarder: Sendable {
    let origin: ScriptedOrigin
    let larder: Larder

    var picturePort: Int { larder.port }
    var adminPort: Int { larder.adminPort }
    var proxy: Proxy { larder.proxy }
    var store: Store { larder.store }
    var admin: AdminServer { larder.admin }
    var configuration: Configuration { larder.configuration }

    /// Sends a request to the admin interface, on a connection of its own.
    ///
    /// The client waits on a thread outside Swift's pool, which the interface needs for its response.
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

    /// Sends a request to the picture port, on a connection of its own.
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

/// Runs a larder for the time of a test, with one event loop.
func withLarder(
    _ change: (inout Configuration) -> Void = { _ in },
    looksAtOrigins: Bool = false,
    _ body: (TestLarder) async throws -> Void
) async throws {
    let origin = try ScriptedOrigin()
    origin.respond { request in
        [
            .respond(
                fields: [("Cache-Control", "max-age=60"), ("Content-Type", "image/jpeg")],
                body: Array(request.path.utf8)
            )
        ]
    }
    let setup = try Setup(origin) { setup in
        setup.configuration.cache.memory = 1_000_000
        setup.configuration.threads = 1
        setup.looksAtOrigins = looksAtOrigins
        change(&setup.configuration)
    }
    try await withLarder(setup, hasAdmin: true) { larder in
        try await body(TestLarder(origin: origin, larder: larder))
    }
}
