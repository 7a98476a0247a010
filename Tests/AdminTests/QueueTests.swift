import Coding
import HTTPMessage
import LarderHarness
import NIOCore
import Runtime
import TestSupport
import Testing

@testable import Admin
@testable import Origins
@testable import Proxy
@testable import Store

@Suite("The bounds of queues between threads")
struct QueueTests {
    @Test("A queue that was full is counted in the statistics and the metrics", arguments: Queue.allCases)
    func full(_ queue: Queue) async throws {
        let (origin, directory) = (try ScriptedOrigin(), try TemporaryDirectory())
        origin.respond { _ in [.respond(fields: [], body: [])] }
        let setup = try Setup(urls: [origin.url, "file://\(directory.path)"])
        try await withLarder(setup, hasAdmin: true) { larder in
            try await onThread { try fill(queue, of: larder) }
            let larder = TestLarder(origin: origin, larder: larder)
            let counts = try await larder.stats()["queues_full"]?.members ?? []
            #expect(counts.map(\.name) == Queue.allCases.map(\.rawValue))
            #expect(counts.map(\.value.whole) == Queue.allCases.map { $0 == queue ? 1 : 0 })
            let metrics = String(decoding: try await larder.admin("GET", "/metrics").body, as: UTF8.self)
            for other in Queue.allCases {
                let sample = "larder_queue_full_total{queue=\"\(other.rawValue)\"} \(other == queue ? 1 : 0)"
                #expect(metrics.contains("\n\(sample)\n"))
            }
        }
    }

    /// Holds the queue's thread, and posts jobs until the bound is reached.
    private func fill(_ queue: Queue, of larder: Larder) throws {
        let gate = Gate()
        defer { gate.open() }
        let hold: @Sendable () -> Void = { try? gate.wait() }
        let (core, origins) = (larder.store.core, larder.origins)
        switch queue {
        case .loops:
            let loop = larder.proxy.loops[0].loop
            loop.execute(hold)
            try post({ loop.execute {} }, until: { loop.timesMailFull })
        case .disk:
            let disk = larder.store.disk
            try post({ _ = disk.submit(hold) }, until: { disk.timesFull })
        case .volumes:
            core.writes.post(.barrier(hold))
            try post({ core.writes.post(.discard(0)) }, until: { core.writes.timesFull })
        case .index:
            core.indexing.post(.command(.barrier(hold)))
            try post({ core.indexing.post(.sweep([])) }, until: { core.indexing.timesFull })
        case .origins:
            origins.send(OriginRequest(target: "/a"), to: HeldReceiver(hold))
            try post({ origins.mailbox.post(.cancel(0)) }, until: { origins.mailbox.timesFull })
        case .files:
            let files = origins.fileOrigins[0]
            try post({ _ = files.submit(hold) }, until: { files.timesFull })
        }
    }

    private func post(_ job: () -> Void, until timesFull: () -> Int) throws {
        for _ in 0..<1 << 20 {
            guard timesFull() == 0 else { return }
            job()
        }
        throw TestError(.timeout, "the queue has no bound")
    }
}

/// Holds the origin thread as soon as a response arrives.
private final class HeldReceiver: OriginReceiver {
    private let hold: @Sendable () -> Void

    init(_ hold: @escaping @Sendable () -> Void) { self.hold = hold }

    func receiveInterim(_ status: Int, _ fields: Fields) {}
    func receive(_ response: OriginResponse) { hold() }
    func receive(_ bytes: ByteBuffer) -> OriginFlow { .proceed }
    func takeAll() -> Bool { true }
    func receiveTrailers(_ fields: Fields) {}
    func finish() {}
    func fail(_ error: OriginError) { hold() }
    func turnEnded() {}
}
