// What an error of the file system says, as a table, and with real files: one odd file is nothing to the others.

import Glibc
import HTTPMessage
import Origins
import TestSupport
import Testing

@testable import Origins

@Suite("One unreadable file does not affect the others") struct FileFaultTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("picture", to: "root/a.jpg")
    }

    @Test(
        "what an errno says: of one name, of the share, or of this process",
        arguments: [
            (ENOENT, .absent), (ENOTDIR, .absent), (EISDIR, .absent), (ELOOP, .absent), (ENAMETOOLONG, .absent),
            (ENXIO, .absent), (ENODEV, .absent), (EILSEQ, .absent), (EINVAL, .absent),
            (EACCES, .unreadable), (EPERM, .unreadable), (EBUSY, .unreadable), (ETXTBSY, .unreadable),
            (EAGAIN, .unreadable), (EOVERFLOW, .unreadable), (EFBIG, .unreadable), (ENOKEY, .unreadable),
            (EKEYREJECTED, .unreadable), (ENOTSUP, .unreadable), (4000, .unreadable),
            (EIO, .share), (ESTALE, .share), (ENOTCONN, .share), (EHOSTDOWN, .share), (EHOSTUNREACH, .share),
            (ETIMEDOUT, .share), (ECONNREFUSED, .share), (ECONNRESET, .share), (ENETUNREACH, .share),
            (EREMOTEIO, .share),
            (EUCLEAN, .share), (ESHUTDOWN, .share), (EKEYEXPIRED, .share),
            (EMFILE, .resources), (ENFILE, .resources), (ENOMEM, .resources),
        ] as [(Int32, FileFault)]
    )
    func verdicts(code: Int32, expected: FileFault) {
        #expect(FileFault(code) == expected)
    }

    /// Asks for a name more often than it takes to leave an origin alone; the origin is still well then.
    private func isHarmless(_ target: String, in running: Running, status: Int?) async throws {
        for _ in 0..<20 {
            let got = try await running.get(target)
            #expect(got.response?.status == status)
            #expect(status != nil || got.error?.kind == .unreadable)
        }
        #expect(!running.origins.statistics()[0].isBackingOff)
        #expect(running.origins.statistics()[0].errors[.fileSystem] == nil)
    }

    @Test(
        "what is no regular file is not found, and the others are",
        arguments: ["pipe", "socket", "device", "loop", "directory", "a.jpg/x", String(repeating: "n", count: 300)]
    )
    func odd(name: String) async throws {
        let path = directory.path("root/\(name)")
        switch name {
        case "pipe": #expect(try await run(["mkfifo", path]).status == 0)
        case "socket":
            #expect(
                try await run(["python3", "-c", "import socket; socket.socket(socket.AF_UNIX).bind('\(path)')"]).status
                    == 0
            )
        case "device": #expect(try await run(["mknod", path, "c", "250", "250"]).status == 0)
        case "loop": try directory.link("root/loop", to: "loop")
        case "directory": try directory.makeDirectory("root/directory")
        default: break
        }
        let running = try Running([.test("file://\(directory.path("root"))", authoritative: true)])
        try await isHarmless("/\(name)", in: running, status: 404)
        #expect(try await running.get("/a.jpg").body == Array("picture".utf8))
    }

    /// A file that even root may not read: it can only be written.
    private static let unreadable = (root: "/proc/sys/net/ipv4/route", name: "/flush", other: "/gc_timeout")

    @Test("a file that cannot be read is the next origin's to answer, and no failure of its own", arguments: [1, 2])
    func unreadable(origins: Int) async throws {
        let (root, name, other) = Self.unreadable
        let next = try ScriptedOrigin()
        next.respond { _ in [.text("copy")] }
        let list: [OriginSettings] = [.test("file://\(root)", authoritative: true), .test(next.url)]
        let running = try Running(Array(list.prefix(origins)))
        if origins == 1 {
            try await isHarmless(name, in: running, status: nil)
            #expect(running.origins.statistics()[0].errors[.unreadable] == 20)
            let error = try #require(try await running.get(name).error)
            #expect(error.description.contains("/flush: Permission denied (13)"), "\(error)")
        } else {
            try await isHarmless(name, in: running, status: 200)
            #expect(try await running.get(name).body == Array("copy".utf8))
        }
        #expect(try await running.get(other).response?.origin == 0)
    }

    @Test("a root that is no directory, or not there, is a failure of the origin", arguments: ["root/a.jpg", "none"])
    func root(path: String) async throws {
        let running = try Running([.test("file://\(directory.path(path))", authoritative: true)])
        for _ in 0..<5 { #expect(try await running.get("/a.jpg").error?.kind == .fileSystem) }
        #expect(running.origins.statistics()[0].isBackingOff)
    }
}
