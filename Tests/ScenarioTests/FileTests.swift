// Scenarios. A directory whose files are being written, before a whole larder.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("Files that are being written")
struct FileTests {
    /// A larder before a directory, with every lifetime that an operator can give.
    ///
    /// The clock stands still until it is let go: then it shows three seconds more than the machine's.
    private func withFiles(
        _ body: (Larder, TemporaryDirectory, _ letGo: @Sendable () -> Void) async throws -> Void
    ) async throws {
        let files = try TemporaryDirectory()
        let clock = ManualClock()
        let setup = try Setup(urls: ["file://\(files.path)"]) { setup in
            setup.clock = Clock(clock)
            setup.configuration.cache.ttl = .seconds(604_800)
            setup.configuration.cache.grace = .seconds(3600)
            setup.configuration.cache.staleIfError = .seconds(3600)
        }
        try await withLarder(setup) { larder in try await body(larder, files) { clock.now = Clock.system.now + 3 } }
    }

    @Test("what is being written is asked for each time; two seconds after the last write it is kept")
    func written() async throws {
        try await withFiles { larder, files, letGo in
            // As a copy does: the size first, then the bytes.
            try files.write([UInt8](repeating: 0, count: 100_000), to: "a.jpg")
            for byte in 0...3 as ClosedRange<UInt8> {
                let bytes = [UInt8](repeating: byte, count: 100_000)
                try files.overwrite("a.jpg", with: bytes)
                let got = try await larder.fill("/a.jpg")
                #expect(got.body.digest == bytes.digest)
                #expect(got["Cache-Control"] == "no-cache")
                #expect(got["Last-Modified"] == nil)
                #expect(try #require(got.ttl) <= 0)
                #expect(got.cacheStatus.contains("stored"), "followers share it")
                #expect(try await larder.request("HEAD", "/a.jpg")["Cache-Control"] == "no-cache")
            }
            letGo()
            try await eventually { try await larder.fill("/a.jpg").isHit }
            let requests = larder.origins.statistics()[0].requests
            for _ in 0..<20 {
                let got = try await larder.get("/a.jpg")
                #expect(got.isHit && got.body.allSatisfy { $0 == 3 })
            }
            #expect(larder.origins.statistics()[0].requests == requests)
        }
    }

    @Test("what was taken while it was written is not believed later, nor served when the directory is gone")
    func notBelieved() async throws {
        try await withFiles { larder, files, _ in
            try files.write("torn", to: "pictures/a.jpg")
            let first = try await larder.fill("/pictures/a.jpg")
            let tag = try #require(first["ETag"])
            #expect(try await larder.get("/pictures/a.jpg", [("If-None-Match", tag)]).status == 200)
            #expect(try await larder.get("/pictures/a.jpg", [("Cache-Control", "max-stale")]).status == 200)
            files.remove("pictures")
            #expect(try await larder.get("/pictures/a.jpg").status == 502)
        }
    }

    @Test("a body that changes while it is read is broken off and not stored")
    func brokenOff() async throws {
        try await withFiles { larder, files, _ in
            let old = [UInt8](repeating: 1, count: 24 << 20)
            try files.write(old, to: "a.jpg")
            let body = try await larder.client(receiveBuffer: 65_536) { client in
                try client.send("GET /a.jpg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                _ = try client.receiveHead()
                try files.overwrite("a.jpg", with: [UInt8](repeating: 2, count: 24 << 20))
                return try client.receiveUntilClose()
            }
            #expect(body.count < old.count && body.allSatisfy { $0 == 1 })
            #expect(try await larder.get("/a.jpg").body.allSatisfy { $0 == 2 })
        }
    }
}

@Suite("A file that cannot be read")
struct UnreadableFileTests {
    @Test("with nobody else to ask, the client learns that it may not be read, and other pictures are served")
    func forbidden() async throws {
        // Even root may not read this one: it can only be written.
        let setup = try Setup(urls: ["file:///proc/sys/net/ipv4/route"])
        try await withLarder(setup) { larder in
            for _ in 0..<10 {
                let got = try await larder.get("/flush")
                #expect(got.status == 403)
                #expect(got["Proxy-Status"] == "larder; error=http_request_denied")
                #expect(got.cacheStatus == "larder; fwd=uri-miss; detail=unreadable")
                #expect(got["Cache-Control"] == "no-store")
            }
            #expect(try await larder.get("/gc_timeout").status == 200)
        }
    }
}
