// Names of files as octets, and symbolic links: what is found beneath the root, and that nothing else ever is.

import Glibc
import HTTPMessage
import Origins
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Origins

@Suite("A file:// origin's names and links") struct FileNameTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("picture", to: "root/r/x.jpg")
        try directory.write("secret", to: "outside/x.jpg")
        try directory.write("secret", to: "root-2/x.jpg")
    }

    private var root: String { directory.path("root") }

    private func running(at path: String? = nil) throws -> Running {
        try Running([.test("file://\(path ?? root)", authoritative: true)], clock: aMinuteLater())
    }

    /// Writes a file whose name is octets.
    private func write(_ name: [UInt8]) throws {
        try directory.write(name, toOctets: Array("root/".utf8) + name)
    }

    @Test(
        "decision 58: a name is its octets, in whatever encoding",
        arguments: [
            Array("caf\u{E9}.jpg".utf8), Array("cafe\u{301}.jpg".utf8),
            [0x63, 0x61, 0x66, 0xE9, 0x2E, 0x6A, 0x70, 0x67],
            [0x83, 0x65, 0x83, 0x58, 0x2E, 0x6A, 0x70, 0x67], [0x83, 0x5C], [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80],
            [0x80, 0x2F - 1],
            Array("a\nb\u{1}\u{7F}.jpg".utf8), Array("100%.jpg".utf8), Array(" a?b#c;d\\e.jpg ".utf8),
            Array("...".utf8),
        ] as [[UInt8]]
    )
    func octets(name: [UInt8]) async throws {
        try write(name)
        let digits = Array("0123456789aBcDeF")
        let encoded = name.map { "%\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
        let got = try await running().get("/\(encoded)")
        #expect(got.response?.status == 200)
        #expect(got.body == name)
    }

    @Test("a composed and a decomposed name are two, and so are Latin-1 and UTF-8")
    func different() async throws {
        try write(Array("\u{E9}".utf8))
        let running = try running()
        for (target, status) in [("/%C3%A9", 200), ("/e%CC%81", 404), ("/%E9", 404), ("/%c3%a9", 200)] {
            #expect(try await running.get(target).response?.status == status, "\(target)")
        }
    }

    @Test("a root whose name is octets")
    func rootOfOctets() throws {
        try directory.rename("root", toOctets: Array("caf".utf8) + [0xE9])
        let root = FileRoot(path: Array(directory.path("caf").utf8) + [0xE9])
        guard case .file(let file, _) = root.open(FileName.names(in: "r/x.jpg".utf8)) else {
            Issue.record("not found")
            return
        }
        var bytes = [UInt8](repeating: 0, count: 100)
        // because the count given is the array's
        let count = unsafe pread(file.number, &bytes, bytes.count, 0)
        #expect(Array(bytes.prefix(count)) == Array("picture".utf8))
    }

    @Test(
        "decision 58: symbolic links that end beneath the root are followed, others are not",
        arguments: [
            ("r/x.jpg", true), ("./r//x.jpg", true), ("ROOT/r/x.jpg", true), ("ROOT//r/./x.jpg", true),
            ("/.//ROOT/r/x.jpg", true), ("ROOT/r/../r/x.jpg", true), ("../root/r/x.jpg", true),
            ("ROOT/../root/r/x.jpg", true), ("ALIAS/r/x.jpg", true), ("ROOT/absolute", true), ("nested", true),
            ("ROOT/r", true), ("ROOT/r/", true), ("ROOT", false), ("../outside/x.jpg", false),
            ("OUT/x.jpg", false), ("ROOT/../outside/x.jpg", false), ("ROOT-2/x.jpg", false), ("/etc/passwd", false),
            ("../../../../../../../../../../etc/passwd", false), ("/proc/self/root/etc/passwd", false), ("/", false),
            ("ROOT/r/x.jpg/", false), ("self", false), ("ROOT/self", false), ("ROOT/none", false),
        ]
    )
    func links(target: String, isFollowed: Bool) async throws {
        try directory.link("alias", to: root)
        try directory.link("root/absolute", to: "\(root)/r/x.jpg")
        try directory.link("root/nested", to: "\(root)/absolute")
        var said = target
        for (word, path) in [("ROOT", root), ("ALIAS", directory.path("alias")), ("OUT", directory.path("outside"))] {
            said = said.replacing(word, with: path)
        }
        try directory.link("root/self", to: said)
        // Through the configured path, which has a symbolic link in it, and the real one.
        for path in [directory.path("alias"), root] where path != root || !target.hasPrefix("ALIAS") {
            let running = try running(at: path)
            let name = target == "ROOT/r" || target == "ROOT/r/" ? "/self/x.jpg" : "/self"
            let got = try await running.get(name)
            #expect(got.response?.status == (isFollowed ? 200 : 404), "\(path)")
            #expect(got.body == Array((isFollowed ? "picture" : "").utf8))
        }
    }

    @Test("forty links are followed, not more")
    func manyLinks() async throws {
        try directory.link("root/0", to: "\(root)/r/x.jpg")
        for number in 1...41 { try directory.link("root/\(number)", to: "\(root)/\(number - 1)") }
        let running = try running()
        #expect(try await running.get("/39").response?.status == 200)
        #expect(try await running.get("/40").response?.status == 404)
    }

    @Test("a link that leads out is counted, absolute or not")
    func counted() async throws {
        try directory.link("root/out", to: directory.path("outside/x.jpg"))
        try directory.link("root/out2", to: "../outside/x.jpg")
        let running = try running()
        for target in ["/out", "/out2"] { _ = try await running.get(target) }
        #expect(running.origins.statistics()[0].refusedPaths == 2)
    }

    @Test("nothing outside is opened, whatever is renamed meanwhile")
    func races() async throws {
        try directory.write("secret", to: "outside/r/x.jpg")
        try directory.link("root/link", to: "\(root)/d/../d/r/x.jpg")
        try directory.write("picture", to: "root/d/r/x.jpg")
        try directory.makeDirectory("root/e")
        try directory.link("root/e/0", to: "../outside")
        try directory.link("root/e/1", to: directory.path("outside"))
        let directory = directory
        let isOver = Lock(false)
        // The directory on the way is a directory, away, and a link out, in turn.
        async let racing: Void = onThread {
            var turn = 0
            while !isOver.withLock({ $0 }) {
                let link = "root/e/\(turn % 2)"
                try directory.rename("root/d", to: "moved")
                try directory.rename(link, to: "root/d")
                try directory.rename("root/d", to: link)
                try directory.rename("moved", to: "root/d")
                turn += 1
            }
        }
        let running = try running()
        var found = 0
        for round in 0..<1500 {
            let got = try await running.get(round % 2 == 0 ? "/d/r/x.jpg" : "/link")
            #expect(got.body == Array("picture".utf8) || got.body.isEmpty, "\(got.body)")
            if got.body.count > 0 { found += 1 }
        }
        isOver.withLock { $0 = true }
        try await racing
        #expect(found > 0)
    }
}
