// Scenarios. What an unsafe method invalidates is on the disk before the client has its answer.

import LarderHarness
import Proxy
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite(
    "After the response to an unsafe method the old picture is never served again, not even after a crash"
)
struct InvalidationTests {
    private func origin() throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            [request.method == "GET" ? .text("picture", fields: fresh) : .text("done", fields: [("Location", "/b")])]
        }
        return origin
    }

    /// What the index on the disk has of a key at this moment.
    private func rows(_ larder: Larder, _ key: String) throws -> Int {
        try IndexReader(shared: larder.directory.path("cache/index.db")).rows(of: Array(key.utf8)).count
    }

    @Test("its rows are gone when the answer comes", arguments: ["POST", "PUT", "DELETE", "PATCH"])
    func answered(method: String) async throws {
        try await withLarder(try origin()) { larder in
            for _ in 0..<5 {
                try await larder.fill("/a")
                try await larder.fill("/b")
                #expect(try rows(larder, "/a") == 1 && rows(larder, "/b") == 1)
                let late = larder.counter(.limitInvalidations)
                #expect(try await larder.request(method, "/a").status == 200)
                // A machine that is busy with other tests may need more than the bound: then that is counted.
                let areGone = try rows(larder, "/a") == 0 && rows(larder, "/b") == 0
                #expect(areGone || larder.counter(.limitInvalidations) == late + 1)
            }
        }
    }

    @Test("so for a 304 which says that what is stored must not be kept")
    func refused() async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/a",
            times: [
                [.text("picture", fields: fields("max-age=600", ("ETag", "\"1\"")))],
                [.respond(status: 304, fields: [("ETag", "\"1\""), ("Cache-Control", "no-store")])],
            ]
        )
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            #expect(try rows(larder, "/a") == 1)
            #expect(try await larder.get("/a", [("Cache-Control", "no-cache")]).text == "picture")
            #expect(try rows(larder, "/a") == 0 || larder.counter(.limitInvalidations) == 1)
        }
    }

    @Test("a disk that takes too long makes it no later than the bound, which is counted; other requests do not wait")
    func bound() async throws {
        try await withLarder(try origin()) { larder in
            try await larder.fill("/a")
            try await larder.fill("/c")
            // The index's thread hangs, as in a write that does not come back.
            let gate = CountingSemaphore()
            defer { gate.signal() }
            larder.store.core.post(IndexCommand.barrier { gate.wait() })
            async let answer = larder.request("POST", "/a")
            try await eventually("it is invalidated") { larder.counter(.invalidations) > 0 }
            #expect(try await larder.get("/c").isHit)
            #expect(try await answer.text == "done")
            #expect(try rows(larder, "/a") == 1)
            #expect(larder.counter(.limitInvalidations) == 1)
            #expect(try await !larder.get("/a").isHit)
        }
    }

    @Test("an index that cannot take it at all: the answer comes at once, and is counted")
    func unwritable() async throws {
        try await withLarder(try origin()) { larder in
            try await larder.fill("/a")
            let mark = larder.directory.path("cache/purges")
            Paths.remove(mark)
            try Paths.makeDirectory(mark)
            #expect(try await larder.request("POST", "/a").text == "done")
            #expect(larder.counter(.limitInvalidations) == 1)
            #expect(try await !larder.get("/a").isHit)
            try Paths.rename(mark, to: mark + ".aside")
            try await eventually("it is on the disk") { larder.store.statistics.undurablePurges == 0 }
        }
    }

    @Test("a client that leaves meanwhile leaves nothing behind")
    func leaves() async throws {
        try await withLarder(try origin()) { larder in
            try await larder.fill("/a")
            let other = try Database(larder.directory.path("cache/index.db"), .readWrite)
            try other.execute("BEGIN IMMEDIATE")
            let port = larder.port
            let client = try await onThread {
                let client = try RawClient(port: port)
                try client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                return client
            }
            try await eventually("it is invalidated") { larder.counter(.invalidations) > 0 }
            client.reset()
            try await eventually { larder.proxy.statistics.openConnections == 0 }
            try other.execute("ROLLBACK")
            #expect(try await !larder.get("/a").isHit)
            try await eventually { larder.proxy.statistics.fillsInProgress == 0 }
        }
    }
}
