// Stateless. Fills that stream, break off, lie about their length, or come faster than the disk.

import HTTPCaching
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 2: an incomplete body is never stored")
struct FillTests {
    private func begin(_ stage: TestStore, _ key: String, length: Int64?) throws -> FillWriter {
        try stage.store.beginFill(
            NewResponse(
                key: Array(key.utf8),
                variant: .none,
                head: ByteBuffer(string: "HTTP/1.1 200 OK\r\n"),
                facts: facts(),
                bodyLength: length,
                epoch: stage.store.epoch
            )
        )
    }

    @Test("a reader that fell behind reads the written part while the fill goes on", arguments: [true, false])
    func written(isLengthTold: Bool) async throws {
        let stage = try TestStore()
        let body = sampleBytes(2_500_000)
        let fill = try begin(stage, "/a", length: isLengthTold ? Int64(body.count) : nil)
        #expect(fill.append(ByteBuffer(bytes: body[..<2_000_000])) == nil)
        await stage.settle()
        let written = try #require(fill.written)
        #expect(written.length == 2_000_000)
        let range = written.bodyOffset..<written.bodyOffset + written.length
        let part = try #require(stage.store.readBody(written.volume, range, mayBlock: true))
        #expect(Array(part.readableBytesView) == Array(body[..<2_000_000]))
        #expect(stage.entry("/a") == nil)
        #expect(fill.append(ByteBuffer(bytes: body[2_000_000...])) == nil)
        #expect(await withCheckedContinuation { done in fill.finish { done.resume(returning: $0) } } == nil)
        #expect(stage.get("/a") == body)
        stage.store.close()
    }

    @Test("an abort, or a fill that is let go of, stores nothing and its space comes back", arguments: [true, false])
    func abort(isLetGo: Bool) async throws {
        let stage = try TestStore()
        let body = sampleBytes(2_000_000)
        await stage.put("/other", [1])
        await stage.settle()
        let volumes = stage.store.statistics.volumes
        for length in [Int64(body.count), nil] {
            do {
                let fill = try begin(stage, "/a", length: length)
                _ = fill.append(ByteBuffer(bytes: body[..<1_500_000]))
                await stage.settle()
                #expect(stage.store.statistics.volumes == volumes + 1)
                if !isLetGo { fill.abort() }
            }
            try await eventually { stage.store.statistics.volumes == volumes }
            #expect(stage.entry("/a") == nil)
        }
        stage.store.close()
    }

    @Test(
        "a length that is not what was told is refused",
        arguments: [(10, 9), (10, 11), (100_000, 99_999), (100_000, 100_001), (2_000_000, 1_999_999)]
    )
    func wrongLength(told: Int, sent: Int) async throws {
        let stage = try TestStore()
        let fill = try begin(stage, "/a", length: Int64(told))
        let refusal = fill.append(ByteBuffer(bytes: sampleBytes(sent)))
        #expect(refusal == (sent > told ? .incomplete : nil))
        #expect(await withCheckedContinuation { done in fill.finish { done.resume(returning: $0) } } == .incomplete)
        await stage.settle()
        #expect(stage.entry("/a") == nil)
        #expect(stage.store.statistics.refused["incomplete"] == 1)
        stage.store.close()
    }

    @Test("invariant 5: past the backlog's limit a fill is not stored, and says so once")
    func backlog() async throws {
        let stage = try TestStore(maximumSize: 1 << 30)
        let core = stage.store.core
        let fill = try begin(stage, "/a", length: 1_000_000)
        core.backlog.add(StoreCore.backlogLimit + 1)
        #expect(fill.append(ByteBuffer(bytes: [1])) == .backlog)
        #expect(fill.append(ByteBuffer(bytes: [1])) == nil)
        core.backlog.subtract(StoreCore.backlogLimit + 1, ordering: .relaxed)
        await stage.settle()
        #expect(stage.store.statistics.refused["backlog"] == 1)
        #expect(stage.store.statistics.backlogBytes == 0)
        #expect(stage.entry("/a") == nil)
        stage.store.close()
    }

    @Test("after the end a fill is refused, not lost")
    func closing() async throws {
        let stage = try TestStore()
        let fill = try begin(stage, "/a", length: 1)
        _ = fill.append(ByteBuffer(bytes: [1]))
        stage.store.close()
        #expect(await withCheckedContinuation { done in fill.finish { done.resume(returning: $0) } } == .closing)
        #expect(await stage.purge(.all) == PurgeReport(obstacle: "larder is stopping."))
    }
}
