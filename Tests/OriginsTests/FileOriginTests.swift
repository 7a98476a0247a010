// A directory as an origin: what is found, what is refused, and what a file that changes or a share that goes does.

import HTTPMessage
import NIOCore
import Origins
import TestSupport
import Testing

@Suite("A file:// origin") struct FileOriginTests {
    let directory: TemporaryDirectory
    let running: Running

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("picture", to: "root/a.jpg")
        try directory.write("deep", to: "root/b/c/d e+f.png")
        try directory.write("percent", to: "root/%2e%2e%2fsecret.jpg")
        try directory.write("", to: "root/empty.gif")
        try directory.write("secret", to: "secret.jpg")
        try directory.write("sibling", to: "root-sibling/a.jpg")
        try directory.link("root/inside.jpg", to: "b/c/d e+f.png")
        try directory.link("root/out.jpg", to: "../secret.jpg")
        try directory.link("root/absolute.jpg", to: directory.path("secret.jpg"))
        try directory.link("root/outdir", to: "..")
        try directory.link("root/loop.jpg", to: "loop.jpg")
        running = try Running([.test("file://\(directory.path("root"))", authoritative: true)], clock: aMinuteLater())
    }

    @Test(
        "a file is found, with its type, length and validators",
        arguments: [
            ("/a.jpg", "picture", "image/jpeg"), ("/b/c/d%20e%2Bf.png", "deep", "image/png"),
            ("/a.jpg?v=2", "picture", "image/jpeg"), ("//a.jpg", "picture", "image/jpeg"),
            ("/inside.jpg", "deep", "image/jpeg"), ("/empty.gif", "", "image/gif"),
        ]
    )
    func found(target: String, body: String, type: String) async throws {
        let got = try await running.get(target)
        let response = try #require(got.response)
        #expect(response.status == 200)
        #expect(got.body == Array(body.utf8))
        #expect(got.isFinished)
        #expect(response.fields.first("Content-Type") == type)
        #expect(response.contentLength == Int64(body.utf8.count))
        #expect(response.fields.first("Content-Length") == "\(body.utf8.count)")
        #expect(response.fields.first("ETag")?.hasPrefix("\"") == true)
        #expect(response.fields.first("Last-Modified").flatMap { HTTPDate.parse($0) } != nil)
        #expect(response.fields.first("Date") != nil)
    }

    @Test(
        "nothing outside the root is ever served: plain, encoded, double-encoded, NUL, links, directories",
        arguments: [
            "/../secret.jpg", "/%2e%2e/secret.jpg", "/%2E%2E%2Fsecret.jpg", "/b/../../secret.jpg", "/b/%2e%2e/a.jpg",
            "/%252e%252e/secret.jpg", "/..%5Csecret.jpg", "/..%252fsecret.jpg", "/a.jpg%00.png", "/%00",
            "/out.jpg", "/absolute.jpg", "/outdir/secret.jpg", "/loop.jpg", "/../root-sibling/a.jpg", "/..", "/.",
            "/./a.jpg",
            "/", "/b", "/b/", "/a.jpg/", "/a.jpg/x", "/none.jpg", "/%zz", "/%", "/%FF", "/b%2Fc", "//",
        ]
    )
    func refused(target: String) async throws {
        let got = try await running.get(target)
        #expect(got.response?.status == 404, "\(String(describing: got.error))")
        #expect(got.body.isEmpty)
        #expect(got.isFinished)
    }

    @Test("a name that looks encoded is decoded once")
    func decodedOnce() async throws {
        #expect(try await running.get("/%252e%252e%252fsecret.jpg").body == Array("percent".utf8))
    }

    @Test("paths that lead out of the root are counted")
    func refusedPathsAreCounted() async throws {
        for target in ["/out.jpg", "/outdir/secret.jpg", "/%2e%2e/x", "/none.jpg"] { _ = try await running.get(target) }
        #expect(running.origins.statistics()[0].refusedPaths == 3)
        #expect(running.origins.statistics()[0].notFound == 4)
    }

    @Test("HEAD has no body, other methods are not allowed")
    func methods() async throws {
        let head = try await running.get("/a.jpg", method: "HEAD")
        #expect(head.response?.contentLength == 7)
        #expect(head.body.isEmpty && head.isFinished)
        let put = try await running.get("/a.jpg", method: "PUT", onlyFirst: true)
        #expect(put.response?.status == 405)
        #expect(put.response?.fields.first("Allow") == "GET, HEAD")
        #expect(put.isFinished)
    }

    @Test("RFC 9110 §13.1.2, §13.1.3: validators are compared, If-None-Match first")
    func conditional() async throws {
        let first = try #require(try await running.get("/a.jpg").response)
        let tag = try #require(first.fields.first("ETag"))
        let modified = try #require(first.fields.first("Last-Modified"))
        let old = "Thu, 01 Jan 1998 00:00:00 GMT"
        for (fields, status) in [
            ([("If-None-Match", tag)], 304), ([("If-None-Match", "W/\(tag)")], 304),
            ([("If-None-Match", "\"x\", \(tag) , \"y\"")], 304), ([("If-None-Match", "*")], 304),
            ([("If-None-Match", "\"x\"")], 200), ([("If-Modified-Since", modified)], 304),
            ([("If-Modified-Since", old)], 200), ([("If-Modified-Since", "never")], 200),
            ([("If-None-Match", "\"x\""), ("If-Modified-Since", modified)], 200),
        ] {
            let got = try await running.get("/a.jpg", fields: fields)
            #expect(got.response?.status == status, "\(fields)")
            #expect(got.body.isEmpty == (status == 304))
            #expect(got.response?.fields.first("ETag") == tag)
        }
    }

    @Test(
        "RFC 9110 §14.2: one range is served, or close ones as one; what is none is not",
        arguments: [
            ("bytes=0-2", 206, "pic", "bytes 0-2/7"), ("bytes=3-", 206, "ture", "bytes 3-6/7"),
            ("bytes=-2", 206, "re", "bytes 5-6/7"), ("bytes=5-99", 206, "re", "bytes 5-6/7"),
            ("bytes=7-", 416, "", "bytes */7"), ("bytes=0-0,2-2", 206, "pic", "bytes 0-2/7"),
            ("bytes=4-2", 200, "picture", nil), ("lines=1-2", 200, "picture", nil),
        ] as [(String, Int, String, String?)]
    )
    func range(range: String, status: Int, body: String, contentRange: String?) async throws {
        let got = try await running.get("/a.jpg", fields: [("Range", range)])
        #expect(got.response?.status == status)
        #expect(got.body == Array(body.utf8))
        #expect(got.isFinished)
        #expect(got.response?.fields.first("Content-Range") == contentRange)
        #expect(got.response?.contentLength == Int64(body.utf8.count))
        let head = try await running.get("/a.jpg", method: "HEAD", fields: [("Range", range)])
        #expect(head.response?.status == 200, "Range is for GET alone")
    }

    @Test("RFC 9110 §13.1.5: a range of another file than If-Range says is not served")
    func ifRange() async throws {
        let first = try #require(try await running.get("/a.jpg").response)
        let tag = try #require(first.fields.first("ETag"))
        let modified = try #require(first.fields.first("Last-Modified"))
        for (value, status) in [
            (tag, 206), (modified, 206), ("\"x\"", 200), ("W/\(tag)", 200), ("Thu, 01 Jan 1998 00:00:00 GMT", 200),
            ("never", 200),
        ] {
            let got = try await running.get("/a.jpg", fields: [("Range", "bytes=1-"), ("If-Range", value)])
            #expect(got.response?.status == status, "\(value)")
        }
        let fields = [("Range", "bytes=1-"), ("If-None-Match", tag)]
        #expect(try await running.get("/a.jpg", fields: fields).response?.status == 304)
    }

    @Test("a range longer than a piece comes whole, and fails if the file changes meanwhile")
    func largeRange() async throws {
        try directory.write(pattern(1_000_000), to: "root/large.png")
        let fields = [("Range", "bytes=1000-700999")]
        #expect(try await running.get("/large.png", fields: fields).body == Array(pattern(1_000_000)[1000..<701_000]))
        let apart = try await running.get("/large.png", fields: [("Range", "bytes=0-0,500000-500001")])
        #expect(apart.response?.status == 200 && apart.body.count == 1_000_000)
        let collector = Collector(pausing: true)
        let request = OriginRequest(target: "/large.png", fields: Fields(fields))
        let transfer = running.origins.send(request, to: collector)
        try await eventually { collector.now.isPaused }
        try directory.write(pattern(1_500_000), to: "root/large.png")
        collector.unpause(transfer, forGood: true)
        #expect(try await collector.ended().error?.kind == .truncated)
    }

    @Test(
        "content types by extension, letter case aside",
        arguments: [
            ("avif", "image/avif"), ("webp", "image/webp"), ("jxl", "image/jxl"), ("heic", "image/heic"),
            ("heif", "image/heif"), ("svg", "image/svg+xml"), ("bmp", "image/bmp"), ("ico", "image/vnd.microsoft.icon"),
            ("tiff", "image/tiff"), ("tif", "image/tiff"), ("JPG", "image/jpeg"), ("jpeg", "image/jpeg"),
            ("png", "image/png"), ("gif", "image/gif"), ("xyz", "application/octet-stream"),
        ]
    )
    func types(name: String, type: String) async throws {
        try directory.write("x", to: "root/x.\(name)")
        #expect(try await running.get("/x.\(name)").response?.fields.first("Content-Type") == type)
    }

    @Test("large files come whole, at the receiver's pace", arguments: [128 * 1024, 128 * 1024 + 1, 1_000_000])
    func large(count: Int) async throws {
        try directory.write(pattern(count), to: "root/large.png")
        #expect(try await running.get("/large.png").body == pattern(count))
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/large.png"), to: collector)
        while !collector.now.hasEnded {
            try await eventually { collector.now.isPaused || collector.now.hasEnded }
            collector.unpause(transfer)
        }
        #expect(collector.now.body == pattern(count))
        #expect(collector.now.violations.isEmpty)
        try await eventually { running.origins.statistics()[0].connections == 0 }
    }

    @Test("a file that changes while it is read is not a picture", arguments: [true, false])
    func changing(grows: Bool) async throws {
        try directory.write(pattern(1_000_000), to: "root/large.png")
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/large.png"), to: collector)
        try await eventually { collector.now.isPaused }
        try directory.write(pattern(grows ? 1_500_000 : 100), to: "root/large.png")
        collector.unpause(transfer, forGood: true)
        let got = try await collector.ended()
        #expect(got.error?.kind == .truncated)
        #expect(!got.isFinished)
    }

    @Test("a file that is replaced while it is read is read to its end")
    func replaced() async throws {
        try directory.write(pattern(1_000_000), to: "root/large.png")
        try directory.write("new", to: "root/next.png")
        let collector = Collector(pausing: true)
        let transfer = running.origins.send(OriginRequest(target: "/large.png"), to: collector)
        try await eventually { collector.now.isPaused }
        try directory.rename("root/next.png", to: "root/large.png")
        collector.unpause(transfer, forGood: true)
        #expect(try await collector.ended().body == pattern(1_000_000))
    }

    @Test("a root that is not there is no 404, and is found as soon as it is")
    func missingRoot() async throws {
        let other = try ScriptedOrigin()
        other.respond { _ in [.text("copy")] }
        let share = "file://\(directory.path("share"))"
        let running = try Running([.test(share, authoritative: true), .test(other.url)])
        #expect(try await running.get("/a.jpg").body == Array("copy".utf8))
        try directory.makeDirectory("share")
        #expect(try await running.get("/a.jpg").body == Array("copy".utf8), "an empty root is an unmounted share")
        try directory.write("share", to: "share/a.jpg")
        #expect(try await running.get("/a.jpg").body == Array("share".utf8))
        // As a share mounted over the directory that was open until now.
        try directory.write("mounted", to: "mount/b.jpg")
        try directory.rename("share", to: "gone")
        try directory.rename("mount", to: "share")
        #expect(try await running.get("/b.jpg").body == Array("mounted".utf8))
        directory.remove("share")
        let got = try await running.get("/c.jpg")
        #expect(got.response?.tried.first == OriginAttempt(origin: 0, outcome: .failed(.fileSystem)))
        #expect(running.origins.statistics()[0].errors[.fileSystem] == 3)
    }

    @Test("a FIFO is no picture, and nobody waits for it")
    func fifo() async throws {
        #expect(try await run(["mkfifo", directory.path("root/pipe.jpg")]).status == 0)
        #expect(try await running.get("/pipe.jpg").response?.status == 404)
    }
}
