// Scenarios. Many clients, random requests and random misbehaviour of the origin, against a model of what may be seen.
//
// A picture is a function of its path and version. A new version is followed by a purge; from then on no older one may
// be seen by a request that is sent later.

import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Store
import Synchronization
import TestSupport
import Testing

/// The origin's pictures: path and version make every byte.
private struct Model {
    static let paths = (0..<8).map { "/\($0).jpg" }

    /// From a few bytes to more than a part of a body that goes by sendfile.
    static func size(_ path: Int) -> Int { [40, 900, 5_000, 30_000, 70_000, 150_000, 400_000, 1_500_000][path] }

    static func picture(_ path: Int, _ version: Int) -> [UInt8] {
        pictureBytes(size(path), seed: UInt64(path * 1_000_003 + version))
    }
}

/// What is so now, and what has to be seen from now on.
private final class World: Sendable {
    private let versions = Lock([Int](repeating: 1, count: Model.paths.count))
    private let floors = Lock([Int](repeating: 1, count: Model.paths.count))
    private let random: Lock<SeededGenerator>
    /// Requests and purges done.
    let done = Atomic<Int>(0)

    init(seed: UInt64) { random = Lock(SeededGenerator(seed: seed)) }

    func version(_ path: Int) -> Int { versions.withLock { $0[path] } }
    func floor(_ path: Int) -> Int { floors.withLock { $0[path] } }
    func raise(_ path: Int) -> Int {
        versions.withLock {
            $0[path] += 1
            return $0[path]
        }
    }
    func setFloor(_ path: Int, _ version: Int) { floors.withLock { $0[path] = max($0[path], version) } }
    func draw(_ limit: Int) -> Int { random.withLock { Int.random(in: 0..<limit, using: &$0) } }

    /// The origin's answer: mostly right, sometimes slow, broken off or in chunks.
    func answer(_ request: ScriptedOrigin.Request) -> [ScriptedOrigin.Step] {
        guard let path = Model.paths.firstIndex(of: request.path) else { return [.text("none", status: 404)] }
        guard request.method == "GET" else { return [.text("done")] }
        let version = version(path)
        let etag = "\"\(version)\""
        let age = draw(4) == 0 ? "120" : "0"
        let common = fields("max-age=60, stale-while-revalidate=0", ("ETag", etag), ("Age", age))
        if request.field("If-None-Match") == etag { return [.respond(status: 304, fields: common)] }
        let picture = Model.picture(path, version)
        let lines = common.map { "\($0.0): \($0.1)\r\n" }.joined()
        let half = picture.count / 2
        switch draw(12) {
        case 0: return [head(length: picture.count, lines), .raw(Array(picture[..<half])), .reset]
        case 1:
            return [
                .head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\(lines)\r\n"), .chunk(picture), .lastChunk,
            ]
        case 2:
            return [
                head(length: picture.count, lines), .drip(picture, bytes: picture.count / 3 + 1, everyMilliseconds: 10),
            ]
        case 3: return [.text("broken", status: 500)]
        case 4: return [.pause(milliseconds: 20), .respond(fields: common, body: picture)]
        default: return [.respond(fields: common, body: picture)]
        }
    }
}

@Suite("Invariants 1, 2, 4: a random walk")
struct RandomWalkTests {
    @Test("never a wrong byte, never a version from before a purge that was done")
    func walk() async throws {
        let seed = SeededGenerator().seed
        let world = World(seed: seed)
        let origin = try ScriptedOrigin()
        origin.respond { world.answer($0) }
        try await withLarder(Setup(origin) { $0.configuration.cache.memory = 200_000 }) { larder in
            let deadline = ContinuousClock.now + .seconds(6)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<6 {
                    group.addTask {
                        var random = SeededGenerator(seed: seed &+ UInt64(client) &+ 1)
                        // However slow the machine, it gets somewhere.
                        while ContinuousClock.now < deadline || world.done.load(ordering: .relaxed) < 200 {
                            if Int.random(in: 0..<40, using: &random) == 0 {
                                try await purge(larder, world, &random)
                            } else {
                                try await visit(larder, world, &random)
                            }
                            world.done.add(1, ordering: .relaxed)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(larder.counter(.hitsMemory) > 0)
            #expect(larder.counter(.hitsDisk) > 0)
            #expect(larder.counter(.validated) > 0)
            try await eventually { larder.proxy.statistics.fillsInProgress == 0 }
            try await eventually { larder.proxy.statistics.heldBytes == 0 }
        }
    }

    private func purge(_ larder: Larder, _ world: World, _ random: inout SeededGenerator) async throws {
        let path = Int.random(in: 0..<Model.paths.count, using: &random)
        let version = world.raise(path)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: larder.store.purge([.all]) { _, _ in }
        case 1: larder.store.purge([.prefix(Array(Model.paths[path].utf8.dropLast(4)))]) { _, _ in }
        case 2:
            let answer = try await larder.request("POST", Model.paths[path], body: [1, 2, 3])
            // An origin that could not be asked has changed nothing.
            if answer.status != 200 { larder.store.purge([.key(Array(Model.paths[path].utf8))]) { _, _ in } }
        default: larder.store.purge([.key(Array(Model.paths[path].utf8))]) { _, _ in }
        }
        world.setFloor(path, version)
    }

    private func visit(_ larder: Larder, _ world: World, _ random: inout SeededGenerator) async throws {
        let path = Int.random(in: 0..<Model.paths.count, using: &random)
        let size = Model.size(path)
        var fields: [(String, String)] = []
        var range = 0..<size
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let start = Int.random(in: 0..<size, using: &random)
            let end = Int.random(in: start..<size, using: &random)
            range = start..<end + 1
            fields = [("Range", "bytes=\(start)-\(end)")]
        case 1: fields = [("If-None-Match", "\"\(world.version(path))\"")]
        case 2: fields = [("Cache-Control", "no-cache")]
        default: break
        }
        let floor = world.floor(path)
        let request = fields
        let answer = try await larder.client { client in
            try client.send(method: "GET", Model.paths[path], request)
            return try? client.receive()
        }
        guard let answer, answer.isComplete else { return }
        guard [200, 206, 304].contains(answer.status) else {
            #expect([500, 502, 504].contains(answer.status))
            return
        }
        let version = try #require(answer["ETag"].flatMap { Int($0.dropFirst().dropLast()) })
        #expect(version >= floor, "\(Model.paths[path]) \(answer.cacheStatus)")
        let picture = Model.picture(path, version)
        switch answer.status {
        case 200: #expect(answer.body.digest == picture.digest, "\(Model.paths[path]) \(answer.cacheStatus)")
        case 206:
            #expect(answer.body.digest == Array(picture[range]).digest, "\(Model.paths[path]) \(answer.cacheStatus)")
        default: #expect(answer.body.isEmpty)
        }
    }
}
