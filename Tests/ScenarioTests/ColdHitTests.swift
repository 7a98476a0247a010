// Scenarios. Hits that neither memory nor the page cache has, many at once: they are read when those that need no disk
// have had their turn, and each client gets its own.

import Foundation
import Glibc
import LarderHarness
import Runtime
import Settings
import Store
import Synchronization
import TestSupport
import Testing

@testable import Proxy

@Suite("Invariant 6: hits that the disk has to be asked for")
struct ColdHitTests {
    private static let count = 60

    private func body(_ number: Int, version: Int = 0) -> [UInt8] {
        pictureBytes(12_000 + number, seed: UInt64(version * Self.count + number + 1))
    }

    /// Runs a larder that has all pictures on the disk and nowhere else.
    private func withColdLarder(_ body: (Larder, ScriptedOrigin) async throws -> Void) async throws {
        let origin = try ScriptedOrigin()
        for number in 0..<Self.count { origin.on("/\(number)", .respond(fields: fresh, body: self.body(number))) }
        // Too little memory for any of them.
        try await withLarder(Setup(origin) { $0.configuration.cache.memory = 64 << 10 }) { larder in
            try await fill(larder)
            try await body(larder, origin)
        }
    }

    private func fill(_ larder: Larder) async throws {
        for number in 0..<Self.count {
            let response = try await larder.get("/\(number)")
            #expect(response.status == 200)
        }
        await larder.settle()
        let folder = larder.directory.path + "/cache/volumes"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let file = try #require(FileHandle(forUpdatingAtPath: "\(folder)/\(name)"))
            try file.synchronize()
            #expect(posix_fadvise(file.fileDescriptor, 0, 0, POSIX_FADV_DONTNEED) == 0)
            try file.close()
        }
    }

    @Test("as many at once as there are clients: each gets what it asked for")
    func atOnce() async throws {
        try await withColdLarder { larder, _ in
            let before = larder.counter(.hitsDisk)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<Self.count {
                    group.addTask {
                        let response = try await larder.get("/\(number)")
                        return response.isHit && response.body == body(number)
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(larder.counter(.hitsDisk) - before == Self.count)
        }
    }

    @Test("§9.3.2: on one connection, one behind the other, in order, while others ask too")
    func inOrder() async throws {
        try await withColdLarder { larder, _ in
            var generator = SeededGenerator()
            let targets = (0..<Self.count).shuffled(using: &generator)
            async let others = larder.client { client in
                for number in targets.reversed() {
                    guard try client.get("/\(number)").body == body(number) else { return false }
                }
                return true
            }
            let isRight = try await larder.client { client in
                try client.send(targets.map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                for number in targets { guard try client.receive().body == body(number) else { return false } }
                return true
            }
            #expect(isRight)
            let othersAreRight = try await others
            #expect(othersAreRight)
        }
    }

    @Test("a client that leaves takes nothing from the others")
    func leaving() async throws {
        try await withColdLarder { larder, _ in
            let port = larder.port
            let isRight = try await larder.client { client in
                for number in 0..<Self.count {
                    let leaver = try RawClient(port: port)
                    try leaver.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                    if number % 3 == 0 { leaver.reset() } else if number % 3 == 1 { leaver.close() }
                    guard try client.get("/\(number)").body == body(number) else { return false }
                }
                return true
            }
            #expect(isRight)
        }
    }

    @Test("a picture that is purged while its request waits: who asks after the purge gets the new one")
    func purged() async throws {
        try await withColdLarder { larder, origin in
            let purged = Array(stride(from: 0, to: Self.count, by: 7))
            let newest = 6
            // The version that a picture has at least, since its purge was acknowledged.
            let floor = Atomic(0)
            let isDone = Atomic(false)
            async let answers = larder.client { client in
                var answers = 0
                while !isDone.load(ordering: .acquiring) {
                    for number in 0..<Self.count {
                        let least = floor.load(ordering: .acquiring)
                        let versions = purged.contains(number) ? least...newest : 0...0
                        let picture = try client.get("/\(number)").body
                        guard versions.contains(where: { picture == body(number, version: $0) }) else { return 0 }
                        answers += 1
                    }
                }
                return answers
            }
            for version in 1...newest {
                for number in purged {
                    origin.on("/\(number)", .respond(fields: fresh, body: body(number, version: version)))
                }
                for number in purged { _ = await larder.purge("/\(number)") }
                floor.store(version, ordering: .releasing)
            }
            isDone.store(true, ordering: .releasing)
            let count = try await answers
            #expect(count > 0)
            for number in purged {
                let picture = try await larder.get("/\(number)").body
                #expect(picture == body(number, version: newest))
            }
        }
    }
}

@Suite("What a loop postpones")
struct PostponedTests {
    @Test("a few at a time, in order; what has come meanwhile goes before the rest")
    func order() async throws {
        let loop = Loop()
        loop.start(number: 0)
        let ran = Lock<[Int]>([])
        let isDone = Gate()
        loop.execute {
            for number in 0..<100 {
                loop.postpone {
                    ran.withLock { $0.append(number) }
                    if number == 0 { loop.execute { ran.withLock { $0.append(-1) } } }
                    if number == 99 { isDone.open() }
                }
            }
        }
        try await isDone.waitAsync()
        loop.stop()
        let order = ran.withLock { $0 }
        #expect(order.filter { $0 >= 0 } == Array(0..<100))
        let between = try #require(order.firstIndex(of: -1))
        #expect(between <= 10, "\(between) postponed tasks before a task from outside")
    }
}
