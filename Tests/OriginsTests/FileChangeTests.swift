// Real files that are being written, replaced, or change while they are read.

import HTTPMessage
import Origins
import Runtime
import TestSupport
import Testing

@Suite("A file:// origin's files change") struct FileChangeTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func running(clock: Clock = .system) throws -> Running {
        try Running([.test(directory.fileURL, authoritative: true)], clock: clock)
    }

    @Test("decision 56: a file written just now is no-cache, and has no validator that anything matches")
    func unsettled() async throws {
        try directory.write("picture", to: "a.jpg")
        try directory.setModified(1_000_000_000, of: "a.jpg")
        let running = try running(clock: stopped())
        var tags: Set<String> = []
        for method in ["GET", "GET", "HEAD"] {
            let got = try await running.get("/a.jpg", method: method)
            let fields = try #require(got.response?.fields)
            #expect(got.response?.status == 200 && got.isFinished)
            #expect(got.body == Array((method == "GET" ? "picture" : "").utf8))
            #expect(fields.first("Cache-Control") == "no-cache")
            #expect(fields.first("Last-Modified") == nil)
            let tag = try #require(fields.first("ETag"))
            #expect(EntityTag.parse(tag)?.isWeak == true)
            tags.insert(tag)
        }
        #expect(tags.count == 3)
        let tag = try #require(tags.first)
        for condition in [
            ("If-None-Match", tag), ("If-Modified-Since", "Fri, 01 Jan 2038 00:00:00 GMT"),
            ("If-Modified-Since", "Sun, 09 Sep 2001 01:46:40 GMT"),
        ] {
            #expect(try await running.get("/a.jpg", fields: [condition]).response?.status == 200, "\(condition)")
        }
        #expect(try await running.get("/a.jpg", fields: [("Range", "bytes=1-2")]).response?.status == 206)
        for value in [tag, "Sun, 09 Sep 2001 01:46:40 GMT"] {
            let got = try await running.get("/a.jpg", fields: [("Range", "bytes=1-2"), ("If-Range", value)])
            #expect(got.response?.status == 200, "\(value)")
        }
        // What was said of it then is not believed once it has settled.
        let later = try self.running(clock: aMinuteLater())
        let got = try await later.get("/a.jpg", fields: [("If-None-Match", tag)])
        #expect(got.response?.status == 200)
        #expect(got.response?.fields.first("Cache-Control") == nil)
        #expect(got.response?.fields.first("ETag")?.hasPrefix("\"") == true)
        #expect(got.response?.fields.first("Last-Modified") == "Sun, 09 Sep 2001 01:46:40 GMT")
    }

    @Test(
        "decision 57: a file replaced by another of the same size and mtime has another tag",
        arguments: [1_000_000_000, 315_532_800, 1, 0]
    )
    func replaced(modified: Int) async throws {
        try directory.write("first", to: "a.jpg")
        try directory.write("other", to: "b.jpg")
        for name in ["a.jpg", "b.jpg"] { try directory.setModified(modified, of: name) }
        let running = try running(clock: aMinuteLater())
        let first = try #require(try await running.get("/a.jpg").response?.fields)
        let tag = try #require(first.first("ETag"))
        #expect(tag.hasPrefix("\""))
        #expect((first.first("Last-Modified") == nil) == (modified < 2))
        try await TestClock.awaitTick()
        try directory.rename("b.jpg", to: "a.jpg")
        for condition in [("If-None-Match", tag), ("If-Range", tag), ("If-Range", first.first("Last-Modified") ?? "x")]
        {
            let got = try await running.get("/a.jpg", fields: [condition, ("Range", "bytes=1-")])
            #expect(got.response?.status == (condition.0 == "If-Range" ? 200 : 206), "\(condition)")
            #expect(got.response?.fields.first("ETag") != tag)
        }
        #expect(try await running.get("/a.jpg", fields: [("If-None-Match", tag)]).body == Array("other".utf8))
    }

    @Test("nodes that mount one directory give one tag, whatever its files' numbers are")
    func sameTag() async throws {
        try directory.write("picture", to: "a.jpg")
        try directory.hardLink("a.jpg", to: "b.jpg")
        let running = try running(clock: aMinuteLater())
        let tags = try await [running.get("/a.jpg"), running.get("/b.jpg")].map { $0.response?.fields.first("ETag") }
        #expect(tags[0] == tags[1])
    }

    @Test(
        "what changes between open and the last byte is broken off, also where size and mtime stay the same",
        arguments: [(true, false), (false, false), (false, true)]
    )
    func changedWhileRead(isSettled: Bool, restoresTime: Bool) async throws {
        try directory.write(pattern(1_000_000), to: "large.png")
        try directory.setModified(1_000_000_000, of: "large.png")
        let running = try running(clock: isSettled ? aMinuteLater() : stopped())
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/large.png"), to: collector)
        try await eventually { collector.now.isPaused }
        try await TestClock.awaitTick()
        try directory.overwrite("large.png", with: Array(repeating: 0, count: 1_000_000))
        if restoresTime { try directory.setModified(1_000_000_000, of: "large.png") }
        collector.unpause(transfer, forGood: true)
        let got = try await collector.ended()
        #expect(got.error?.kind == .truncated)
        #expect(pattern(1_000_000).starts(with: got.body))
    }
}
