// Scenarios. A stored body that its volume gives no more, before it is sent and in the middle of it.

import Glibc
import HTTPMessage
import LarderHarness
import NIOCore
import Origins
import Settings
import Store
import TestSupport
import Testing

@testable import Proxy

@Suite("A stored body that cannot be read fails one request at most, and the origin supplies the rest")
struct UnreadableBodyTests {
    /// How an origin answers the request for the rest.
    enum Rest: CaseIterable {
        case part, whole, otherTag, otherWhole, weakTag, error, reset

        var isOfTheSame: Bool { self == .part || self == .whole }
    }

    private static func origin(
        _ picture: [UInt8],
        tag: String? = "\"1\"",
        _ rest: Rest = .part
    ) throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            let tagged = fresh + (tag.map { [("ETag", $0)] } ?? [])
            guard let range = request.field("Range") else { return [.respond(fields: tagged, body: picture)] }
            let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            guard bounds.count == 2, request.field("If-Range") == tag else { return [.text("", status: 400)] }
            let content = [("Content-Range", "bytes \(bounds[0])-\(bounds[1])/\(picture.count)")]
            let body = Array(picture[bounds[0]...bounds[1]])
            return switch rest {
            case .part: [.respond(status: 206, fields: tagged + content, body: body)]
            case .whole: [.respond(fields: tagged, body: picture)]
            case .otherTag: [.respond(status: 206, fields: fresh + content + [("ETag", "\"2\"")], body: body)]
            case .otherWhole: [.respond(fields: fresh + [("ETag", "\"2\"")], body: picture)]
            case .weakTag: [.respond(status: 206, fields: fresh + content + [("ETag", "W/\"1\"")], body: body)]
            case .error: [.text("no", status: 500)]
            case .reset: [.reset]
            }
        }
        return origin
    }

    private static func setup(_ origin: ScriptedOrigin) throws -> Setup {
        try Setup(origin) { $0.configuration.cache.maxSize = 1 << 30 }
    }

    /// Cuts every volume of a larder to a length, or to a share of what it has.
    private static func cut(_ larder: Larder, keeping share: Double) throws {
        for name in (1...100).map({ "cache/volumes/\($0).volume" }) {
            guard let size = larder.directory.size(of: name) else { continue }
            // Whole pages: the kernel fills the rest of one with zeros, also on its way to a client.
            let length = off_t(Double(size) * share) & ~4095
            // because the text outlives the call
            #expect(unsafe truncate(larder.directory.path(name), length) == 0)
        }
    }

    /// Lets no volume of a larder be read any more: each read fails, as on a broken disk.
    private static func blind(_ larder: Larder) throws {
        var count = 0
        for descriptor in Int32(3)..<65_536 {
            var room = [CChar](repeating: 0, count: 4096)
            // because the texts outlive the calls, and readlink writes at most as much as it is told
            let length = unsafe readlink("/proc/self/fd/\(descriptor)", &room, room.count)
            guard length > 0 else { continue }
            let path = String(decoding: room[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard path.hasPrefix(larder.directory.path("cache/volumes/")) else { continue }
            // The same file, for writing alone.
            let other = unsafe open(path, O_WRONLY | O_CLOEXEC)
            #expect(other >= 0 && dup2(other, descriptor) == descriptor)
            close(other)
            count += 1
        }
        #expect(count > 0)
    }

    @Test(
        "cut from outside, or unreadable, before it is sent: the client gets the whole all the same, and the record is forgotten",
        arguments: [100_000, 900_000, 8_000_000],
        [0.02, 0.5, 0.97, nil]
    )
    func before(size: Int, share: Double?) async throws {
        let picture = pictureBytes(size)
        let origin = try Self.origin(picture)
        try await withLarder(Self.setup(origin)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/a")
            if let share { try Self.cut(larder, keeping: share) } else { try Self.blind(larder) }
            let hit = try await larder.fill("/a")
            #expect(hit.status == 200 && hit.isComplete)
            #expect(hit.body.digest == picture.digest)
            let again = try await larder.fill("/a")
            #expect(again.body.digest == picture.digest)
            let last = try await larder.get("/a")
            #expect(last.body.digest == picture.digest)
            // A small one was stored again in the volume that cannot be read.
            guard share != nil || size > 2 << 20 else { return }
            #expect(last.isHit)
            #expect(larder.counter(.bodiesUnreadable) <= 1)
        }
    }

    @Test(
        "unreadable while a slow client has a part of it: the rest comes from the origin, if it is of the same version",
        arguments: [3_900_000, 8_000_000],
        Rest.allCases
    )
    func meanwhile(size: Int, rest: Rest) async throws {
        let picture = pictureBytes(size)
        let origin = try Self.origin(picture, rest)
        try await withLarder(Self.setup(origin)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/a")
            // From the page cache, on the short way where it is small enough.
            #expect(try await larder.get("/a").isHit)
            let port = larder.port
            let client = try await onThread { try RawClient(port: port, receiveBuffer: 65_536) }
            try await onThread { try client.send(method: "GET", "/a") }
            let head = try await onThread { try client.receiveHead() }
            #expect(head.status == 200)
            let first = try await onThread { try client.receive(bytes: 10_000) }
            try Self.blind(larder)
            let others = try await onThread { (try? client.receive(bytes: size - 10_000)) ?? [] }
            let body = first + others
            #expect(Array(picture.prefix(body.count)).digest == body.digest, "never a wrong byte")
            #expect((body.count == size) == rest.isOfTheSame)
            #expect(larder.counter(.bodiesUnreadable) == 1)
            #expect(larder.counter(.bodiesResumed) == (rest.isOfTheSame ? 1 : 0))
            if rest.isOfTheSame {
                #expect(origin.requests.last?.field("If-Range") == "\"1\"")
                // The connection is as good as before.
                let next = try await onThread { try client.get("/a", [("If-None-Match", "\"1\"")]) }
                #expect(next.status == 304)
            }
            #expect(try await larder.get("/a").body.digest == picture.digest)
        }
    }

    @Test(
        "without a strong tag the connection breaks off once, and the next client gets it whole",
        arguments: [nil, "W/\"1\""]
    )
    func untagged(tag: String?) async throws {
        let picture = pictureBytes(900_000)
        let origin = try Self.origin(picture, tag: tag)
        try await withLarder(Self.setup(origin)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/a")
            try Self.cut(larder, keeping: 0.5)
            let broken = try? await larder.get("/a")
            #expect(broken.map { !$0.isComplete } ?? true)
            #expect(larder.counter(.bodiesUnreadable) == 1)
            let whole = try await larder.get("/a")
            #expect(whole.isComplete && whole.body.digest == picture.digest)
            #expect(origin.requestCount() == 2)
        }
    }

    @Test(
        "parts of it go on as well",
        arguments: ["bytes=100000-499999", "bytes=-300000", "bytes=0-49999,600000-899999"]
    )
    func ranges(range: String) async throws {
        let picture = pictureBytes(900_000)
        let origin = try Self.origin(picture)
        try await withLarder(Self.setup(origin)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/a")
            let before = try await larder.get("/a", [("Range", range)])
            try Self.cut(larder, keeping: 0.2)
            let after = try await larder.get("/a", [("Range", range)])
            #expect(after.status == 206 && after.isComplete)
            // The boundary between several is another each time.
            if !range.contains(",") { #expect(after.body.digest == before.body.digest) }
            #expect(abs(after.body.count - before.body.count) < 100)
        }
    }

    @Test("pipelined requests are answered in order while the body goes on")
    func pipelined() async throws {
        let picture = pictureBytes(3_900_000)
        let origin = try Self.origin(picture)
        try await withLarder(Self.setup(origin)) { (larder: Larder) async throws -> Void in
            try await larder.fill("/a")
            try await larder.fill("/b")
            let port = larder.port
            let client = try await onThread { try RawClient(port: port, receiveBuffer: 65_536) }
            for target in ["/a", "/b", "/a"] { try await onThread { try client.send(method: "GET", target) } }
            let head = try await onThread { try client.receiveHead() }
            #expect(head.status == 200)
            try Self.blind(larder)
            let first = try await onThread { try client.receive(bytes: picture.count) }
            #expect(first.digest == picture.digest)
            for _ in 0..<2 {
                let next = try await onThread { try client.receive() }
                #expect(next.status == 200 && next.body.digest == picture.digest)
            }
        }
    }

    // MARK: The system call

    private static func pair() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        // because socketpair fills an array of two
        #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("what sendfile comes to: sent, a file to blame, or a broken connection")
    func sendfile() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write([1, 2, 3, 4], to: "file")
        // because the texts outlive the calls
        let (file, closed, folder) = unsafe (open(path, O_RDONLY), open(path, O_WRONLY), open(directory.path, O_RDONLY))
        defer { for descriptor in [file, closed, folder] { close(descriptor) } }
        let (here, there) = try Self.pair()
        #expect(DirectSend.send(here, file: file, 0..<4) == .sent(4))
        #expect(DirectSend.send(here, file: file, 2..<4) == .sent(2))
        #expect(DirectSend.send(here, file: file, 4..<8) == .unreadable, "the file ends before")
        #expect(DirectSend.send(here, file: closed, 0..<4) == .unreadable)
        #expect(DirectSend.send(here, file: folder, 0..<4) == .unreadable)
        #expect(DirectSend.send(here, file: -1, 0..<4) == .unreadable)
        close(there)
        // sendfile knows no flag for it.
        signal(SIGPIPE, SIG_IGN)
        #expect(DirectSend.send(here, file: file, 0..<4) == .broken)
        close(here)
    }
}
