// Scenarios. The cache directory across restarts, after a crash, and when it is taken away.

import LarderHarness
import Origins
import Proxy
import Settings
import TestSupport
import Testing

@testable import Store

@Suite("A restart, a crash, and a cache directory that is deleted")
struct RestartTests {
    @Test(
        "a restart serves the first request for a stored picture as a hit",
        arguments: [100, 50_000, 200_000, 5_000_000]
    )
    func restart(size: Int) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(size)
        origin.on("/a", .respond(fields: fields("max-age=600", ("ETag", "\"1\"")), body: picture))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            origin.stop()
            try await larder.restart()
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect(hit.body.digest == picture.digest)
            #expect(hit["ETag"] == "\"1\"")
        }
    }

    @Test("a purge survives a restart")
    func purgedAcrossRestart() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            try await larder.fill("/b")
            _ = await larder.purge("/a")
            try await larder.restart()
            #expect(try await larder.get("/a").isHit == false)
            #expect(try await larder.get("/b").isHit)
        }
    }

    /// A copy of a cache directory in use: what a crash would leave, its files as they are at some instant each.
    private func snapshot(_ larder: Larder) throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        let root = larder.directory.path + "/"
        for path in entries(below: larder.directory.path) {
            let name = String(path.dropFirst(root.count))
            if let bytes = try? larder.directory.read(name) { try copy.write(bytes, to: name) }
        }
        // No copy: as if it had been written there.
        try PurgeMark.read(in: larder.directory.path("cache"))?.write(in: copy.path("cache"))
        return copy
    }

    @Test(
        "invariant 12: flipped bits in a volume are a miss after a crash, never a wrong byte",
        arguments: [5_000, 200_000]
    )
    func flippedBits(size: Int) async throws {
        let origin = try ScriptedOrigin()
        let pictures = (0..<6).map { pictureBytes(size, seed: UInt64($0)) }
        for (number, picture) in pictures.enumerated() {
            // Looking for the bits to flip may take minutes under a sanitizer.
            origin.on("/\(number)", .respond(fields: fields("max-age=3600"), body: picture))
        }
        var crashed: TemporaryDirectory?
        try await withLarder(origin) { larder in
            for number in pictures.indices { try await larder.fill("/\(number)") }
            crashed = try snapshot(larder)
        }
        let directory = try #require(crashed)
        let flipped = try flip(pictures[2], in: directory)
        #expect(flipped > 0)
        let before = origin.requestCount()
        try await withLarder(origin, directory: directory) { larder in
            for (number, picture) in pictures.enumerated() {
                let response = try await larder.get("/\(number)")
                #expect(response.body.digest == picture.digest)
                #expect(response.isHit == (number != 2))
            }
            // Once, or again where the index brings back meanwhile what reading has just forgotten.
            #expect(larder.store.statistics.corrupt >= 1)
        }
        #expect(origin.requestCount() == before + 1)
    }

    /// Flips a bit in the middle of a picture in every volume that has it.
    private func flip(_ picture: [UInt8], in directory: TemporaryDirectory) throws -> Int {
        var flipped = 0
        for path in entries(below: directory.path) where path.hasSuffix(".volume") {
            let name = String(path.dropFirst(directory.path.count + 1))
            var bytes = try directory.read(name)
            guard let place = offset(of: Array(picture[..<32]), in: bytes) else { continue }
            bytes[place + picture.count / 2] ^= 0x10
            try directory.write(bytes, to: name)
            flipped += 1
        }
        return flipped
    }

    private func offset(of part: [UInt8], in bytes: [UInt8]) -> Int? {
        var start = 0
        while let place = bytes[start...].firstIndex(of: part[0]) {
            if bytes[place...].starts(with: part) { return place }
            start = place + 1
        }
        return nil
    }

    @Test("when the directory is deleted under load, no request fails, and pictures are stored again")
    func deletedUnderLoad() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [
                .respond(
                    fields: fresh,
                    body: pictureBytes(
                        1_000 + request.target.utf8.count * 9_000,
                        seed: UInt64(request.target.utf8.count)
                    )
                )
            ]
        }
        let path: @Sendable (Int) -> String = { "/" + String(repeating: "x", count: $0 % 12 + 1) }
        try await withLarder(origin) { larder in
            let stop = Gate()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for client in 0..<4 {
                    group.addTask {
                        try await larder.client { connection in
                            var answered = 0
                            while !stop.isOpen || answered < 50 {
                                let target = path(client + answered)
                                let response = try connection.get(target)
                                let count = target.utf8.count
                                guard response.status == 200,
                                    response.body == pictureBytes(1_000 + count * 9_000, seed: UInt64(count))
                                else { throw TestError(.malformed, "\(target) got status \(response.status)") }
                                answered += 1
                            }
                            return answered
                        }
                    }
                }
                try await eventually { larder.store.statistics.stored >= 12 }
                larder.directory.remove("cache")
                try await eventually("the loss is noticed") { larder.store.statistics.directoryLost > 0 }
                stop.open()
                for try await answered in group { #expect(answered >= 50) }
            }
            try await eventually("pictures are stored again") {
                try await larder.fill("/x")
                return try await larder.get("/x").isHit && larder.directory.exists("cache/index.sqlite")
                    || larder.store.statistics.isWritable
            }
            try await eventually { try await larder.fill("/x").isHit }
        }
    }

    @Test("invariant 3: a directory that cannot be made stops no picture")
    func unusableDirectory() async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(200_000)
        origin.on("/a", .respond(fields: fresh, body: picture))
        let directory = try TemporaryDirectory()
        // A file stands where the directory should be.
        try directory.write("x", to: "cache")
        try await withLarder(origin, directory: directory) { (larder) async throws in
            for _ in 0..<3 { #expect(try await larder.get("/a").body.digest == picture.digest) }
            #expect(!larder.store.statistics.isWritable)
        }
    }

    @Test("invariant 7: disk use stays within its limit whatever comes", arguments: [50_000, 1_500_000])
    func diskUseIsBounded(size: Int) async throws {
        let origin = try ScriptedOrigin()
        let filling = pictureBytes(size)
        origin.respond { [.respond(fields: fresh, body: Array($0.target.utf8) + filling)] }
        try await withLarder(Setup(origin) { $0.configuration.cache.maxSize = 32 << 20 }) { larder in
            try await larder.client { client in
                for number in 0..<(48 << 20) / size {
                    guard try client.get("/\(number)").body == Array("/\(number)".utf8) + filling else {
                        throw TestError(.malformed, "/\(number) came with other bytes")
                    }
                    if number % 8 == 0 { #expect(diskUse(of: larder.directory.path("cache")) <= 32 << 20) }
                }
            }
            await larder.settle()
            #expect(diskUse(of: larder.directory.path("cache")) <= 32 << 20)
            #expect(larder.store.statistics.evictions > 0)
        }
    }
}
