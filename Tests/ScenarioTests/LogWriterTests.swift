// Stateless. What a log does whose disk or reader fails.

import Glibc
import LarderHarness
import Runtime
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Proxy

@Suite("A log blocks nobody, loses few lines, and says how many", .serialized)
struct LogWriterTests {
    /// A log under test, with what it reported.
    private final class TestLog: Sendable {
        let writer: LogWriter
        private let reported: Reported

        final class Reported: Sendable {
            let events = Lock<[LogWriterEvent]>([])
        }

        init(_ path: String, limit: Int = 1 << 20) {
            signal(SIGPIPE, SIG_IGN)
            let reported = Reported()
            self.reported = reported
            writer = LogWriter(.path(path), limit: limit) { event in reported.events.withLock { $0.append(event) } }
        }

        var events: [LogWriterEvent] { reported.events.withLock { $0 } }
        var recovered: [Int] {
            events.compactMap { event in
                guard case .recovered(let lost) = event else { return nil }
                return lost
            }
        }
        var failures: Int { events.count { if case .failing = $0 { true } else { false } } }

        func write(_ line: String) { writer.write(Array("\(line)\n".utf8), count: 1) }
    }

    private func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
            String.init
        )
    }

    // MARK: The rules

    @Test(
        "of a broken write the line begun is kept, and the lines behind it are lost",
        arguments: [
            (0, "", 3), (1, "a\n", 2), (2, "\n", 2), (3, "", 2), (4, "bb\n", 1), (7, "", 1), (8, "\n", 0), (9, "", 0),
        ]
    )
    func brokenWrite(written: Int, rest: String, lost: Int) {
        let broken = BrokenWrite(of: Array("aa\nbbb\nc\n".utf8), written: written)
        #expect(String(decoding: broken.rest, as: UTF8.self) == rest)
        #expect(broken.lost == lost)
    }

    @Test("trouble is said once when it begins, and once with the number of lost lines when it ends")
    func health() {
        var health = LogHealth()
        #expect(health.wrote(lost: 0) == nil)
        #expect(health.failed("full") == .failing("full"))
        #expect(health.failed("full") == nil)
        #expect(health.wrote(lost: 7) == .recovered(lost: 7))
        #expect(health.wrote(lost: 7) == nil)
        #expect(health.failed("gone") == .failing("gone"))
        #expect(health.ended(lost: 9) == .ended(lost: 2))
        #expect(health.ended(lost: 9) == nil)
    }

    // MARK: Pipes

    @Test("a pipe without a reader: lines are lost and counted; each reader that comes gets whole lines")
    func pipeWithoutReader() async throws {
        let directory = try TemporaryDirectory()
        let pipe = try NamedPipe(directory.path("log"))
        let log = TestLog(pipe.path)
        var total = 0
        for round in 1...2 {
            for number in 1...3 { log.write("lost \(number)") }
            total += 3
            try await eventually("the loss") { log.writer.lost == total }
            #expect(log.failures == round)
            try pipe.openReader()
            log.write("read \(round)")
            var got: [UInt8] = []
            try await eventually("the line") {
                got += pipe.read()
                return !got.isEmpty
            }
            #expect(lines(got) == ["read \(round)"])
            try await eventually("the report") { log.recovered == Array(repeating: 3, count: round) }
            pipe.closeReader()
        }
        log.writer.shutDown()
    }

    @Test("a reader that stops reading: nobody waits; what is lost is counted, the rest are whole lines")
    func stoppedReader() async throws {
        let directory = try TemporaryDirectory()
        let pipe = try NamedPipe(directory.path("log"))
        try pipe.openReader()
        try pipe.fill()
        let log = TestLog(pipe.path, limit: 100_000)
        let filling = String(repeating: "x", count: 200)
        for number in 0..<5_000 { log.write("\(number) \(filling)") }
        try await eventually("the loss") { log.writer.lost > 1_000 }
        #expect(log.failures == 1)
        var got: [UInt8] = []
        try await eventually("recovery") {
            got += pipe.read()
            return !log.recovered.isEmpty
        }
        log.write("the last")
        try await eventually("the last line") {
            got += pipe.read()
            return lines(got).last == "the last"
        }
        // What filled the pipe were empty lines.
        let read = lines(got).dropLast().filter { !$0.isEmpty }
        #expect(read.allSatisfy { $0.hasSuffix(" \(filling)") && $0.split(separator: " ").count == 2 })
        #expect(read.count + log.writer.lost == 5_000)
        #expect(log.recovered == [log.writer.lost])
        log.writer.shutDown()
    }

    @Test("the end is not waited for longer than its limit, and what is left is counted")
    func boundedEnd() async throws {
        let directory = try TemporaryDirectory()
        let pipe = try NamedPipe(directory.path("log"))
        try pipe.openReader()
        try pipe.fill()
        let log = TestLog(pipe.path)
        for number in 0..<10 { log.write("\(number)") }
        let before = ContinuousClock.now
        log.writer.shutDown(within: .milliseconds(200))
        #expect(ContinuousClock.now - before < .seconds(5))
        #expect(log.writer.lost == 10)
        #expect(log.events.last == .ended(lost: 10))
    }

    // MARK: Files

    @Test(
        "a full disk: a line that was begun becomes whole, the next is a line of its own, and what is lost is said once",
        .enabled(if: Mount.isPermitted, "needs the right to mount")
    )
    func fullDisk() async throws {
        let directory = try TemporaryDirectory()
        let mount = try await Mount(try directory.makeDirectory("disk"), size: "64k")
        try directory.write([UInt8](repeating: 0, count: 40_000), to: "disk/ballast")
        let log = TestLog(directory.path("disk/log"))
        let filling = String(repeating: "x", count: 333)
        for number in 0..<200 { log.write("\(number) \(filling)") }
        try await eventually("a full disk") { log.writer.lost > 0 && log.writer.lost + written(directory).count >= 199 }
        #expect(log.failures == 1)
        directory.remove("disk/ballast")
        for number in 200..<210 { log.write("\(number) \(filling)") }
        try await eventually("recovery") {
            !log.recovered.isEmpty && written(directory).last?.hasPrefix("209 ") == true
        }
        #expect(written(directory).allSatisfy { $0.hasSuffix(" \(filling)") && $0.split(separator: " ").count == 2 })
        #expect(written(directory).count + log.writer.lost == 210)
        #expect(log.recovered == [log.writer.lost])
        log.writer.shutDown()
        withExtendedLifetime(mount) {}
    }

    private func written(_ directory: TemporaryDirectory) -> [String] { lines((try? directory.read("disk/log")) ?? []) }

    @Test(
        "what another larder, or a full disk before a restart, left within a line is ended first",
        arguments: [("", "new\n"), ("old\n", "old\nnew\n"), ("torn", "torn\nnew\n")]
    )
    func tornFile(before: String, after: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(before, to: "log")
        let log = TestLog(directory.path("log"))
        log.write("new")
        log.writer.shutDown()
        #expect(String(decoding: try directory.read("log"), as: UTF8.self) == after)
        #expect(log.events.isEmpty)
    }

    @Test("a directory that is missing or was removed is looked for again, and the file made anew in it")
    func removedDirectory() async throws {
        let directory = try TemporaryDirectory()
        let log = TestLog(directory.path("logs/log"))
        for round in 1...2 {
            try await eventually("the loss") {
                log.write("lost")
                return log.failures == round
            }
            _ = try directory.makeDirectory("logs")
            try await eventually("recovery") {
                log.write("written")
                return log.recovered.count == round
            }
            directory.remove("logs")
        }
        log.writer.shutDown()
    }

    @Test("a file that cannot be opened anew yet goes on taking lines where it is now")
    func movedAway() async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.makeDirectory("logs")
        let log = TestLog(directory.path("logs/log"))
        log.write("1")
        try await eventually { directory.exists("logs/log") }
        try directory.rename("logs", to: "moved")
        log.writer.reopen()
        try await eventually("the failure") { log.failures == 1 }
        log.write("2")
        try await eventually { (try? directory.read("moved/log")) == Array("1\n2\n".utf8) }
        _ = try directory.makeDirectory("logs")
        try await eventually("the new file") { directory.exists("logs/log") }
        log.write("3")
        try await eventually { (try? directory.read("logs/log")) == Array("3\n".utf8) }
        #expect(log.writer.lost == 0)
        try await eventually("the report") { log.recovered == [0] }
        log.writer.shutDown()
    }

    // MARK: A larder

    @Test("pictures are served while nobody reads the access log")
    func servesOn() async throws {
        let directory = try TemporaryDirectory()
        let pipe = try NamedPipe(directory.path("log"))
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        var settings = Configuration.AccessLogSettings(path: pipe.path)
        settings.buffer = 0
        let log = settings
        try await withLarder(Setup(origin) { $0.configuration.accessLog = log }) { larder in
            for number in 0..<10 { #expect(try await larder.get("/\(number)").status == 200) }
            try await eventually { larder.accessLog?.lostLines == 10 }
            await larder.settle()
            try pipe.openReader()
            try pipe.fill()
            for number in 0..<10 { #expect(try await larder.get("/\(number)").isHit) }
        }
    }
}
