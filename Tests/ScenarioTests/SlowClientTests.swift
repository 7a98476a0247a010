// Scenarios. Slow clients of bodies that are not stored hold all connections of the origin, and another request comes.

import HTTPMessage
import LarderHarness
import Origins
import Settings
import TestSupport
import Testing

@testable import Proxy

@Suite("Slow clients of passed responses do not use up the origin's connections", .serialized)
struct SlowClientTests {
    /// Why a body is not stored.
    enum Kind: CaseIterable, Sendable {
        case noStore, noStoreChunked, isPrivate, tooLarge, tooLargeMidway, sickStore, post, range, directory
    }

    private static let connections = 4
    /// More than the kernel's buffers and a fill's window hold together.
    private static let picture = pictureBytes(12 << 20)

    private static func origin(_ kind: Kind, tag: String? = nil) throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        let control =
            switch kind {
            case .noStore, .noStoreChunked, .post, .range: "no-store"
            case .isPrivate: "private"
            case .tooLarge, .tooLargeMidway, .sickStore, .directory: "max-age=60"
            }
        origin.respond { request in
            guard request.path.hasPrefix("/slow") else { return [.respond(fields: fresh, body: [1])] }
            if kind == .noStoreChunked || kind == .tooLargeMidway {
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: \(control)\r\n\r\n"
                return [.head(head), .chunk(picture), .lastChunk]
            }
            let all = fields(control) + (tag.map { [("ETag", $0)] } ?? [])
            guard let range = request.field("Range") else { return [.respond(fields: all, body: picture)] }
            let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            let last = bounds.count > 1 ? bounds[1] : picture.count - 1
            let content = ("Content-Range", "bytes \(bounds[0])-\(last)/\(picture.count)")
            return [.respond(status: 206, fields: all + [content], body: Array(picture[bounds[0]...last]))]
        }
        return origin
    }

    private static func setup(_ kind: Kind, _ origin: ScriptedOrigin, memory: Int64? = nil) throws -> Setup {
        try Setup(origin) { setup in
            setup.configuration.origins[0].connections = connections
            // Who waits for a connection must not get an answer by giving up.
            setup.configuration.origins[0].queueTimeout = .seconds(60)
            setup.configuration.cache.maxSize = 256 << 20
            if [.tooLarge, .tooLargeMidway, .directory].contains(kind) {
                setup.configuration.cache.maximumResponse = 1 << 20
            }
            if let memory { setup.configuration.limits.heldUpMemory = memory }
        }
    }

    /// Clients that have asked and take nothing; returned once each holds up a connection of the origin.
    private static func slowClients(
        _ larder: Larder,
        _ kind: Kind,
        _ origin: ScriptedOrigin
    ) async throws -> [RawClient] {
        let port = larder.port
        let clients = try await onThread {
            try (0..<connections).map { number in
                let client = try RawClient(port: port, timeout: .seconds(60), receiveBuffer: 4096)
                let fields = kind == .range ? [("Range", "bytes=1-")] : []
                let method = kind == .post ? "POST" : "GET"
                try client.send(method: method, "/slow\(number)", fields, body: kind == .post ? [1] : nil)
                return client
            }
        }
        try await eventually("every connection is held up") {
            larder.origins.statistics()[0].heldUp == connections
        }
        return clients
    }

    @Test("another miss is answered, and a slow client still gets the whole body", arguments: Kind.allCases)
    func taken(kind: Kind) async throws {
        let origin = try Self.origin(kind)
        let directory = try TemporaryDirectory()
        // A file stands where the store's directory should be.
        if kind == .sickStore { try directory.write("x", to: "cache") }
        var setup = try Self.setup(kind, origin)
        if kind == .directory {
            for number in 0..<Self.connections { try directory.write(Self.picture, to: "files/slow\(number)") }
            try directory.write([1], to: "files/quick")
            setup.configuration.origins[0].url = try OriginURL("file://\(directory.path)/files")
        }
        try await withLarder(setup, directory: directory) { larder in
            let clients = try await Self.slowClients(larder, kind, origin)
            #expect(try await larder.get("/quick").body == [1])
            #expect(larder.counter(.bodiesHeldUp) > 0)
            #expect(larder.proxy.statistics.heldUpBytes > 0)
            let expected = kind == .range ? Array(Self.picture[1...]) : Self.picture
            let slow = clients[0]
            let response = try await onThread { try slow.receive() }
            #expect(response.isComplete && response.body.digest == expected.digest)
            #expect(larder.counter(.limitHeldUp) == 0 && larder.counter(.limitHeldUpMemory) == 0)
            for client in clients { client.reset() }
            try await eventually { larder.proxy.statistics.heldUpBytes == 0 && larder.proxy.statistics.heldBytes == 0 }
        }
    }

    @Test(
        "without memory for them half of the connections stay held up; who is ended gets the rest by range, where it can",
        arguments: ["\"1\"", nil]
    )
    func ended(tag: String?) async throws {
        let origin = try Self.origin(.noStore, tag: tag)
        try await withLarder(Self.setup(.noStore, origin, memory: 0)) { larder in
            let clients = try await Self.slowClients(larder, .noStore, origin)
            #expect(try await larder.get("/quick").body == [1])
            #expect(larder.counter(.limitHeldUp) == 1, "as many as wait")
            #expect(larder.counter(.limitHeldUpMemory) == Self.connections)
            #expect(larder.counter(.bodiesHeldUp) == 0)
            var whole = 0
            for client in clients {
                let response = try? await onThread { try client.receive() }
                guard let response, response.isComplete else { continue }
                #expect(response.body.digest == Self.picture.digest)
                whole += 1
            }
            #expect(whole == (tag == nil ? Self.connections - 1 : Self.connections))
            #expect(larder.counter(.bodiesResumed) == (tag == nil ? 0 : 1))
            #expect(larder.proxy.statistics.heldUpBytes == 0)
        }
    }

    @Test("the rest of a POST's answer is not asked for by another request")
    func endedPost() async throws {
        let origin = try Self.origin(.post, tag: "\"1\"")
        try await withLarder(Self.setup(.post, origin, memory: 0)) { larder in
            let clients = try await Self.slowClients(larder, .post, origin)
            #expect(try await larder.get("/quick").body == [1])
            #expect(larder.counter(.limitHeldUp) == 1)
            var whole = 0
            for client in clients {
                let response = try? await onThread { try client.receive() }
                if response?.isComplete == true { whole += 1 }
            }
            #expect(whole == Self.connections - 1)
            #expect(origin.requestCount() == Self.connections + 1)
        }
    }

    @Test("a body of unknown length stops at the memory there is, and is ended then")
    func bound() async throws {
        let origin = try Self.origin(.noStoreChunked)
        try await withLarder(Self.setup(.noStoreChunked, origin, memory: 8 << 20)) { larder in
            let clients = try await Self.slowClients(larder, .noStoreChunked, origin)
            #expect(try await larder.get("/quick").body == [1])
            #expect(larder.counter(.limitHeldUp) > 0)
            #expect(larder.proxy.statistics.heldUpBytes <= 9 << 20)
            for client in clients { client.reset() }
            try await eventually { larder.proxy.statistics.heldUpBytes == 0 && larder.proxy.statistics.heldBytes == 0 }
        }
    }

    @Test("while nobody waits nothing is taken into memory")
    func nobodyWaits() async throws {
        let origin = try Self.origin(.noStore)
        try await withLarder(Self.setup(.noStore, origin)) { larder in
            let clients = try await Self.slowClients(larder, .noStore, origin)
            #expect(larder.counter(.bodiesHeldUp) == 0 && larder.proxy.statistics.heldUpBytes == 0)
            for client in clients { client.reset() }
        }
    }
}
