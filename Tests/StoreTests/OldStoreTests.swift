// A cache directory that an older larder wrote (Fixtures/README.md), opened by this one.

import Foundation
import HTTPCaching
import Logging
import NIOCore
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("a store that an older version wrote")
struct OldStoreTests {
    /// What larder logs while it opens the directory.
    private final class Messages: Sendable {
        private let lines = Lock<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Recorder: LogHandler {
        let messages: Messages
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard event.level >= .notice else { return }
            messages.add("\(event.level): \(event.message)")
        }
    }

    private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/store-0").path(percentEncoded: false)

    /// A body of the fixture: its key, status and bytes.
    struct Record: Sendable {
        let key: String
        var status = 200
        let body: [UInt8]
    }

    static let records = [
        Record(key: "/a.jpg", body: sampleBytes(3_000, seed: 1)),
        // Longer than what a read brings along with a record's head.
        Record(key: "/b.png", body: sampleBytes(70_000, seed: 2)),
        Record(key: "/empty", body: []),
        Record(key: "/caf%C3%A9.jpg", body: sampleBytes(500, seed: 5)),
        Record(key: "/q?w=1", body: sampleBytes(700, seed: 6)),
        Record(key: "/missing", status: 404, body: Array("none".utf8)),
    ]

    /// Copies the fixture.
    private func copy() async throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let result = try await run(["cp", "-r", Self.fixture, directory.path("cache")])
        #expect(result.status == 0, "\(result.errorOutput)")
        // The mark of purges knows the file that it was written into. The copy gets one of its own with the same number.
        let old = try directory.read("cache/\(PurgeMark.fileName)")
        let number = old[4..<12].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        try PurgeMark(number: number).write(in: directory.path("cache"))
        return directory
    }

    @Test("every response is found with its bytes, what was purged is not, and nothing is rebuilt")
    func open() async throws {
        let directory = try await copy()
        let before = try directory.read("cache/volumes/1.volume")
        let messages = Messages()
        let stage = try TestStore(
            directory,
            maximumSize: 32 * mebibyte,
            logger: Logger(label: "test") { _ in Recorder(messages: messages) }
        )
        try await stage.loaded()
        for record in Self.records {
            let response = try #require(stage.response(record.key), "\(record.key)")
            #expect(response.facts.status == record.status, "\(record.key)")
            #expect(stage.body(response) == record.body, "\(record.key)")
        }
        #expect(stage.get("/purged.jpg") == nil && stage.store.index.rows(of: Array("/purged.jpg".utf8)).isEmpty)
        #expect(stage.store.statistics.responses == 8)
        #expect(stage.store.statistics.indexErrors == 0 && stage.store.statistics.corrupt == 0)
        #expect(messages.all == [], "a rebuilding would be logged")
        #expect(try directory.read("cache/volumes/1.volume") == before)
        stage.store.close()
        let report = try Store.verify(directory: stage.path)
        #expect(report.complete == 8 && report.removed == 1 && report.isSound && report.isIndexReadable)
    }

    @Test("variants are told apart by the fields that select them")
    func variants() async throws {
        let stage = try TestStore(try await copy(), maximumSize: 32 * mebibyte)
        try await stage.loaded()
        guard case .several(let candidates) = stage.look("/variant") else {
            Issue.record("two variants are stored")
            return
        }
        let bodies = candidates.compactMap { stage.response("/variant", $0.entry).flatMap(stage.body) }
        #expect(Set(bodies) == [sampleBytes(800, seed: 7), sampleBytes(800, seed: 8)])
        stage.store.close()
    }

    @Test("what is written now is found beside it after a restart")
    func goesOn() async throws {
        let directory = try await copy()
        let first = try TestStore(directory, maximumSize: 32 * mebibyte)
        #expect(await first.put("/new", sampleBytes(2_000, seed: 9)) == nil)
        #expect(await first.purge(.key("/a.jpg")).responses == 1)
        await first.settle()
        first.store.close()
        let second = try TestStore(directory, maximumSize: 32 * mebibyte)
        try await second.loaded()
        #expect(second.get("/new") == sampleBytes(2_000, seed: 9))
        #expect(second.get("/a.jpg") == nil && second.get("/q?w=1") == sampleBytes(700, seed: 6))
        second.store.close()
    }
}
