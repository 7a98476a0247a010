// Scenarios. Hits that the disk does not give in time, while the origin is well, and while it is not.

import LarderHarness
import NIOCore
import Runtime
import Settings
import Store
import Synchronization
import TestSupport
import Testing

@testable import Proxy

@Suite("Disk reads have a deadline, and their number is bounded")
struct SlowDiskTests {
    /// Longer than a test takes, on a busy machine too.
    private static let lasting = fields("max-age=86400")
    private static let tagged = lasting + [("ETag", "\"1\"")]

    /// Runs a larder with too little memory for any picture, and whose index is loaded.
    private func withLoadedLarder(
        _ origin: ScriptedOrigin,
        timeout: Duration = .milliseconds(50),
        _ body: (Larder) async throws -> Void
    ) async throws {
        let setup = try Setup(origin) {
            $0.configuration.cache.memory = 0
            $0.configuration.cache.maxSize = 1 << 30
            $0.configuration.cache.readTimeout = timeout
        }
        try await withLarder(setup) { larder in
            try await eventually("the index") { larder.store.statistics.isLoaded }
            try await body(larder)
        }
    }

    /// What a client gets whose hit is late: a quick disk may have it in the page cache before anybody looks.
    private static func late(
        _ target: String,
        _ asking: [(String, String)] = [],
        _ larder: Larder
    ) async throws -> RawResponse {
        for _ in 0..<100 {
            try larder.cool()
            let answer = try await larder.get(target, asking)
            if larder.counter(.readsLate) > 0 { return answer }
        }
        throw TestError(.timeout, "no hit was late: does the file system keep everything in memory?")
    }

    /// Of this length a body is checked after a start, before it is sent: on the disk pool, whatever the page cache has.
    private static let length = 100_000
    private static let picture = pictureBytes(length)

    /// Runs a larder that has some pictures, of which it has to look at each once.
    private func withPictures(
        _ count: Int,
        _ origin: ScriptedOrigin,
        timeout: Duration = .milliseconds(50),
        _ body: (Larder) async throws -> Void
    ) async throws {
        try await withLoadedLarder(origin, timeout: timeout) { larder in
            for number in 0..<count { _ = try await larder.get("/\(number)") }
            await larder.settle()
            try await larder.restart()
            try await eventually("the index") { larder.store.statistics.isLoaded }
            try await body(larder)
        }
    }

    @Test(
        "a hit whose record is late is fetched from the origin, and is a hit again then",
        arguments: [12_000, 300_000, 5_000_000],
        [[], [("Cache-Control", "max-age=50")], [("Range", "bytes=10-99")]]
    )
    func late(size: Int, asking: [(String, String)]) async throws {
        let picture = pictureBytes(size)
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: Self.tagged, body: picture)] }
        try await withLoadedLarder(origin) { larder in
            try await larder.fill("/a")
            let gate = try await larder.stallDisk()
            defer { gate.open() }
            let answer = try await Self.late("/a", asking, larder)
            let isPart = asking.first?.0 == "Range"
            #expect(answer.status == (isPart ? 206 : 200))
            #expect(answer.body.digest == (isPart ? picture[10...99].digest : picture.digest))
            // The head of a longer one may have been there: then only its body is late.
            let isWhole = larder.counter(.missesDisk) == 1
            #expect(isWhole || (size > 64 << 10 && larder.counter(.bodiesResumed) == 1))
            #expect(answer.cacheStatus.contains("fwd=miss") == isWhole)
            #expect(origin.requestCount() == 2)
            await larder.settle()
            gate.open()
            #expect(try await larder.get("/a", asking).cacheStatus == "larder; hit")
        }
    }

    @Test("a hit that comes in time costs the origin nothing")
    func inTime() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: Self.lasting, body: pictureBytes(12_000))] }
        try await withLoadedLarder(origin, timeout: .seconds(30)) { larder in
            try await larder.fill("/a")
            try larder.cool()
            #expect(try await larder.get("/a").body == pictureBytes(12_000))
            #expect(origin.requestCount() == 1 && larder.counter(.readsLate) == 0)
        }
    }

    @Test("late hits of one picture are one request to the origin, whatever budget is left")
    func collapsed() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let count = Atomic(0)
        origin.respond { _ in
            let isFirst = count.add(1, ordering: .relaxed).oldValue == 0
            return (isFirst ? [] : [.hold(gate)]) + [.respond(fields: Self.lasting, body: Self.picture)]
        }
        try await withPictures(1, origin) { larder in
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await larder.get("/0").body == Self.picture } }
                try await larder.reaches(.missesDisk, 1)
                larder.useUpBudget()
                try await larder.reaches(.missesDisk, 20)
                gate.open()
                for try await isRight in group { #expect(isRight) }
            }
            #expect(origin.requestCount() == 2)
        }
    }

    @Test("beyond the budget hits wait for the disk, and none is lost")
    func budget() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in [.respond(fields: Self.lasting, body: Self.picture + Array(request.target.utf8))] }
        try await withPictures(60, origin) { larder in
            larder.useUpBudget()
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            let clock = ContinuousClock()
            let began = clock.now
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        try await larder.get("/\(number)").body == Self.picture + Array("/\(number)".utf8)
                    }
                }
                try await larder.reaches(.readsLate, 60)
                disk.open()
                for try await isRight in group { #expect(isRight) }
            }
            let seconds = Double((clock.now - began).components.seconds + 1)
            let asked = origin.requestCount() - 60
            #expect(Double(asked) <= 6 + 10 * seconds, "\(asked) in \(seconds) s")
            #expect(larder.counter(.missesDisk) == asked)
        }
    }

    /// What an origin does that is asked in the place of the disk.
    enum Trouble: CaseIterable { case reset, error, notFound }

    @Test("where the origin fails, the disk is waited for", arguments: Trouble.allCases)
    func originFails(trouble: Trouble) async throws {
        let origin = try ScriptedOrigin()
        let isWell = Lock(true)
        origin.respond { _ in
            if isWell.withLock({ $0 }) { return [.respond(fields: Self.lasting, body: Self.picture)] }
            return switch trouble {
            case .reset: [.reset]
            case .error: [.text("no", status: 500)]
            case .notFound: [.text("no", status: 404)]
            }
        }
        try await withPictures(1, origin) { larder in
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            isWell.withLock { $0 = false }
            async let answer = larder.get("/0")
            try await larder.reaches(.missesDisk, 1)
            try await eventually("the origin's trouble") { origin.requestCount() > 1 }
            await larder.settle()
            disk.open()
            let response = try await answer
            // What the origin does not have any more is gone, for the next request at the latest.
            if trouble != .notFound || response.status != 404 {
                #expect(response.isHit && response.body == Self.picture, "\(response.status) \(response.cacheStatus)")
            }
            let next = try await larder.get("/0")
            #expect(next.status == (trouble == .notFound ? 404 : 200), "\(next.cacheStatus)")
        }
    }

    @Test("a client that wants nothing asked waits")
    func onlyIfCached() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: Self.lasting, body: Self.picture)] }
        try await withPictures(1, origin) { larder in
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            async let answer = larder.get("/0", [("Cache-Control", "only-if-cached")])
            try await larder.reaches(.readsLate, 1)
            disk.open()
            let response = try await answer
            #expect(response.isHit)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test("a full queue: the origin within the budget, else 503 with Retry-After", arguments: [12_000, length])
    func fullQueue(size: Int) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: Self.lasting, body: pictureBytes(size))] }
        try await withPictures(40, origin, timeout: .seconds(60)) { larder in
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            while larder.store.disk.submit({}) {}
            var (fetched, refused) = (0, 0)
            for number in 0..<40 where refused == 0 || fetched == 0 {
                try larder.cool()
                if number > 0 { larder.useUpBudget() }
                let answer = try await larder.get("/\(number)")
                if answer.status == 503 {
                    refused += 1
                    #expect(answer["Retry-After"] == "1" && answer.cacheStatus.contains("disk-queue"))
                } else {
                    #expect(answer.body == pictureBytes(size))
                    if answer.cacheStatus.contains("fwd=miss") { fetched += 1 }
                }
            }
            #expect(fetched > 0 && refused > 0)
            #expect(larder.counter(.limitDiskQueue) == fetched + refused)
            disk.open()
            try await eventually("a hit") { try await larder.get("/39").isHit }
        }
    }

    @Test("clients that leave while the disk is late take nothing from the others")
    func leaving() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: Self.lasting, body: Self.picture)] }
        try await withPictures(20, origin) { larder in
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            let port = larder.port
            try await onThread {
                for number in 0..<20 {
                    let leaver = try RawClient(port: port)
                    try leaver.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                    if number % 2 == 0 { leaver.reset() } else { leaver.close() }
                }
            }
            #expect(try await larder.get("/3").body == Self.picture)
            disk.open()
            for number in 0..<20 {
                let answer = try await larder.get("/\(number)")
                #expect(answer.body == Self.picture)
            }
        }
    }

    // MARK: Bodies

    /// How an origin answers the request for the rest.
    enum Rest: CaseIterable { case part, otherTag, error }

    @Test("a body whose next piece is late goes on from the origin, and the record stays", arguments: Rest.allCases)
    func lateBody(rest: Rest) async throws {
        let picture = pictureBytes(5_000_000)
        let origin = try ScriptedOrigin()
        origin.respond { request in
            guard let range = request.field("Range") else { return [.respond(fields: Self.tagged, body: picture)] }
            let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            guard bounds.count == 2 else { return [.text("", status: 400)] }
            let content = [("Content-Range", "bytes \(bounds[0])-\(bounds[1])/\(picture.count)")]
            let body = Array(picture[bounds[0]...bounds[1]])
            return switch rest {
            case .part: [.respond(status: 206, fields: Self.tagged + content, body: body)]
            case .otherTag: [.respond(status: 206, fields: Self.lasting + content + [("ETag", "\"2\"")], body: body)]
            case .error: [.text("no", status: 500)]
            }
        }
        try await withLoadedLarder(origin) { larder in
            try await larder.fill("/a")
            // The head stays in the page cache, the body's first block as well.
            try larder.cool(from: 1 << 20)
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            async let answer = larder.get("/a")
            try await eventually("the request for the rest") { origin.requestCount() > 1 }
            // Where the origin does not help, the disk has to.
            if rest != .part { disk.open() }
            let response = try await answer
            #expect(response.isComplete && response.body.digest == picture.digest)
            #expect(larder.counter(.bodiesResumed) == (rest == .part ? 1 : 0))
            #expect(larder.counter(.bodiesUnreadable) == 0)
            disk.open()
            let again = try await larder.get("/a")
            #expect(again.isHit && again.body.digest == picture.digest)
        }
    }

    @Test("without a strong tag, or without budget, a late body waits", arguments: [true, false])
    func waitingBody(hasTag: Bool) async throws {
        let picture = pictureBytes(5_000_000)
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: hasTag ? Self.tagged : Self.lasting, body: picture)] }
        try await withLoadedLarder(origin, timeout: .milliseconds(20)) { larder in
            try await larder.fill("/a")
            try larder.cool(from: 1 << 20)
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            larder.useUpBudget()
            async let answer = larder.get("/a")
            try await larder.reaches(.readsLate, 1)
            disk.open()
            let response = try await answer
            #expect(response.isComplete && response.body.digest == picture.digest)
            if !hasTag { #expect(origin.requestCount() == 1) }
        }
    }

    // MARK: The disk's health

    @Test("late reads again and again: degraded, and well again when the disk is, without hits")
    func health() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.respond(fields: Self.lasting, body: Self.picture)] }
        try await withPictures(20, origin) { larder in
            let disk = try await larder.stallDisk()
            defer { disk.open() }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 { group.addTask { try await larder.get("/\(number)").body == Self.picture } }
                try await eventually("a slow disk") { larder.store.statistics.isSlow }
                #expect(larder.store.statistics.isWritable, "what is fetched is stored")
                disk.open()
                for try await isRight in group { #expect(isRight) }
            }
            try await eventually("a disk in time") { !larder.store.statistics.isSlow }
        }
    }
}
