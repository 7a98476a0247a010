// A running larder's parts: what stops them from starting, and what is left then.

import Glibc
import HTTPMessage
import Logging
import Settings
import Store
import TestSupport
import Testing

@testable import LarderKit

@Suite("the composition")
struct CompositionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func configuration(_ listen: ListenAddress...) throws -> Configuration {
        var configuration = Configuration()
        configuration.listen = listen
        configuration.cache.directory = directory.path("cache")
        configuration.cache.maxSize = 64 << 20
        configuration.origins = [Configuration.Origin(url: try OriginURL("file://\(directory.path)"))]
        return configuration
    }

    private func compose(_ configuration: Configuration) throws(Failure) -> Composition {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try Composition(configuration, file: "f.yaml", logger: logger, lostMessages: { 0 })
    }

    private static let free = ListenAddress.tcp(host: "127.0.0.1", port: 0)

    @Test("it listens on every address and says which ports were bound")
    func listen() async throws {
        let socket = directory.path("socket")
        let parts = try compose(configuration(Self.free, .unix(path: socket)))
        let addresses = try await parts.listen()
        try directory.write("picture", to: "a.jpg")
        let port = try #require(addresses.first?.port)
        #expect(port != 0 && addresses == [.tcp(host: "127.0.0.1", port: port), .unix(path: socket)])
        #expect(try await RawClient.fetch("/a.jpg", port: port).text == "picture")
        try await onThread { parts.close() }
    }

    @Test("an address that cannot be bound is named with the remedy, and the store is closed")
    func taken() async throws {
        let first = try compose(configuration(Self.free))
        let bound = try await first.listen()[0]
        var second = try configuration(bound)
        second.cache.directory = directory.path("other")
        let failed = try compose(second)
        let failure = await #expect(throws: Failure.self) { try await failed.listen() }
        #expect(
            failure?.description
                == "\(bound): it is in use already; stop what listens there, or change listen in f.yaml"
        )
        second.listen = [Self.free]
        let again = try compose(second)
        try await onThread {
            first.close()
            again.close()
        }
    }

    @Test("an address of another machine is refused")
    func elsewhere() async throws {
        let parts = try compose(configuration(.tcp(host: "192.0.2.1", port: 0)))
        let failure = await #expect(throws: Failure.self) { try await parts.listen() }
        #expect(failure?.description == "192.0.2.1:0: it is not an address of this machine; change listen in f.yaml")
    }

    @Test("a cache directory has one larder")
    func inUse() async throws {
        let first = try compose(configuration(Self.free))
        let failure = #expect(throws: Failure.self) { try compose(configuration(Self.free)) }
        let path = directory.path("cache")
        #expect(
            failure?.description
                == "\(path): another larder uses it; stop that one, or name another cache.directory"
        )
        try await onThread { first.close() }
    }

    @Test("a directory of something else is left as it is")
    func foreign() throws {
        try directory.write("what?", to: "cache/larder.store")
        let failure = #expect(throws: Failure.self) { try compose(configuration(Self.free)) }
        let path = directory.path("cache")
        #expect(failure?.description.hasPrefix("\(path): not a cache directory of this larder (") == true)
        #expect(try directory.read("cache/larder.store") == Array("what?".utf8))
    }

    @Test("an origin that cannot be used is named, and the store is closed")
    func badOrigin() async throws {
        var configuration = try configuration(Self.free)
        configuration.origins[0].url = try OriginURL("https://a.test")
        configuration.origins[0].caFile = directory.path("missing.pem")
        let parts = try? compose(configuration)
        if let parts { try await onThread { parts.close() } }
        configuration.origins[0].caFile = nil
        let again = try compose(configuration)
        try await onThread { again.close() }
    }
}
