// Stateless. What names mean, byte by byte.

import Testing

@testable import HTTPMessage

/// Bytes of a text in which \u{80}…\u{FF} stand for one byte each.
private func octets(_ text: String) -> [UInt8] { bytes(text) }

@Suite("names of pictures are bytes") struct PictureNameTests {
    @Test(
        "a path or URL is taken as it stands; octets that may not stand in a request are percent-encoded",
        arguments: [
            ("/a.jpg", nil, "/a.jpg"), ("/m y\tz.png ", nil, "/m%20y%09z.png%20"),
            ("/caf\u{E9}.jpg", nil, "/caf%E9.jpg"),
            ("/caf\u{C3}\u{A9}.jpg", nil, "/caf%C3%A9.jpg"), ("/a#b.jpg", nil, "/a%23b.jpg"),
            ("/a%7eb%2F?c=%20&d", nil, "/a%7eb%2F?c=%20&d"), ("/a?b=http://c/d", nil, "/a?b=http://c/d"),
            ("/http://h/a", nil, "/http://h/a"), ("//x//y.jpg", nil, "//x//y.jpg"), ("/x/../a", nil, "/x/../a"),
            ("/a\u{E2}\u{80}\u{A8}b", nil, "/a%E2%80%A8b"), ("/\u{CC}\u{81}a", nil, "/%CC%81a"),
            ("/a\u{0D}\u{0A}b", nil, "/a%0D%0Ab"),
            ("/a[1]|^{b}\\\"", nil, "/a%5B1%5D%7C%5E%7Bb%7D%5C%22"),
            ("/a+b;v=1,2'(3)!*$@:~", nil, "/a+b;v=1,2'(3)!*$@:~"),
            ("http://h/a b", "h", "/a%20b"), ("HTTPS://Example.COM:443/u.jpg", "Example.COM:443", "/u.jpg"),
            ("http://h", "h", "/"), ("http://h?q", "h", "/?q"), ("http://h#f", "h", "/%23f"),
            ("http://[::1]:80/a", "[::1]:80", "/a"),
            ("http://h/http://i/a?http://j", "h", "/http://i/a?http://j"),
        ] as [(String, String?, String)]
    )
    func urls(text: String, host: String?, target: String) throws {
        let name = try PictureName(url: octets(text))
        #expect(name.host == host && name.target == target)
        #expect(try PictureName(url: name.url.utf8) == name, "what is sent means the same")
    }

    @Test(
        "what names no picture is refused with its reason",
        arguments: [
            ("", .empty), ("a.jpg", .relative), ("ftp://h/a", .relative), (" /a", .relative), ("#a", .relative),
            ("http:/a", .relative),
            ("/100%.jpg", .percentSign), ("/a%2", .percentSign), ("/a%zz", .percentSign), ("/a?b=%", .percentSign),
            ("/a\u{0}b", .null), ("/a%00b", .null), ("/../a", .aboveRoot), ("/a/../../b", .aboveRoot),
            ("/..%2fa", .aboveRoot),
            ("http:///a", .host), ("http://u@h/a", .host), ("http://a b/c", .host), ("http://h\u{E9}/a", .host),
            ("http://h:x/a", .host),
        ] as [(String, PictureName.Problem)]
    )
    func problems(text: String, problem: PictureName.Problem) {
        #expect(throws: problem) { try PictureName(url: octets(text)) }
        #expect(problem.words.hasSuffix("."))
    }

    @Test(
        "in a file's name every octet but the slash is part of the name",
        arguments: [
            ("./a/b.jpg", "/a/b.jpg"), ("a/b.jpg", "/a/b.jpg"), ("/a/b.jpg", "/a/b.jpg"), (".//a", "/a"),
            (".hidden", "/.hidden"),
            ("./q?mark.jpg", "/q%3Fmark.jpg"), ("./per%cent.jpg", "/per%25cent.jpg"), ("./a%20b.jpg", "/a%2520b.jpg"),
            ("./#hash.jpg", "/%23hash.jpg"), ("./ a b .jpg ", "/%20a%20b%20.jpg%20"),
            ("./caf\u{E9}.jpg", "/caf%E9.jpg"),
            ("./a\u{0A}b", "/a%0Ab"), ("./a+b(1)&c=d,e;f!'$*@:~.jpg", "/a+b(1)&c=d,e;f!'$*@:~.jpg"),
            ("./http://h/a", "/http://h/a"), ("./a\\b", "/a%5Cb"), (".", "/."), ("-", "/-"), ("...jpg", "/...jpg"),
        ]
    )
    func files(text: String, target: String) throws {
        #expect(try PictureName(file: octets(text)).target == target)
    }

    @Test(
        "a file's name above the directory, or none, is refused",
        arguments: ["", "../a", "./../a", "a/../../b", "a\u{0}"]
    )
    func noFiles(text: String) {
        #expect(throws: PictureName.Problem.self) { try PictureName(file: octets(text)) }
    }

    @Test(
        "a pattern's question mark is part of the host or path it stands in",
        arguments: [
            ("/a b?*.jpg", nil, "/a%20b?*.jpg"), ("http://*.h?/a?", "*.h?", "/a?"), ("http://h", "h", "/"),
            ("/%2A%3F", nil, "/%2A%3F"), ("/?\u{CC}\u{81}", nil, "/?%CC%81"),
        ] as [(String, String?, String)]
    )
    func patterns(text: String, host: String?, target: String) throws {
        let name = try PictureName(pattern: octets(text))
        #expect(name.host == host && name.target == target)
    }

    @Test(
        "a name is shown so that it means the same",
        arguments: [
            ("/caf\u{C3}\u{A9} b", "/café b"), ("/caf\u{E9}", "/caf%E9"), ("\u{1B}[31m", "%1B[31m"),
            ("\u{C2}\u{9B}", "%C2%9B"),
            ("\u{E2}\u{80}\u{A8}", "%E2%80%A8"), ("\u{E2}\u{80}", "%E2%80"), ("\u{F0}\u{9F}\u{8D}\u{8E}", "🍎"),
            ("", ""),
        ]
    )
    func shown(text: String, shown: String) {
        #expect(PercentEncoding.readable(octets(text)) == shown)
    }
}

@Suite("lists of names") struct NameReaderTests {
    /// What a list of bytes gives: a line's number and target, or the reason why it names nothing.
    private func read(
        _ text: String,
        _ kind: NameReader.Kind = .urls,
        _ ending: LineReader.Ending = .newline,
        piece: Int = 1 << 16
    ) -> [String] {
        var reader = NameReader(kind, ending)
        let bytes = octets(text)
        var items: [NameReader.Item] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            items += reader.read(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        items += reader.finish()
        return items.map { item in
            switch item.name {
            case .success(let name): "\(item.number) \(name.url)"
            case .failure(.tooLong): "\(item.number) too long"
            case .failure(.name(let problem)): "\(item.number) \(problem)"
            }
        }
    }

    @Test("each line gives a name or the reason why it gives none, whatever the pieces", arguments: [1, 2, 3, 1000])
    func lines(piece: Int) {
        let list =
            "\u{EF}\u{BB}\u{BF}/a b\r\n\n\r\n# comment\n#hash\n# \n/c%\n /d\n/e\u{E2}\u{80}\u{A8}f\u{C2}\u{85}\n/g\u{0B}h\u{0C}\r\r\nhttp://h/i\n/j"
        #expect(
            read(list, piece: piece) == [
                "1 /a%20b", "5 relative", "7 percentSign", "8 relative", "9 /e%E2%80%A8f%C2%85", "10 /g%0Bh%0C",
                "11 http://h/i",
                "12 /j",
            ]
        )
    }

    @Test("names of files: one a line, or between NULs with nothing taken off", arguments: [1, 1000])
    func files(piece: Int) {
        #expect(
            read("./a b.jpg\r\n./#c?.jpg\n#d%\n# comment\n./# e\n", .files, piece: piece) == [
                "1 /a%20b.jpg", "2 /%23c%3F.jpg", "3 /%23d%25", "5 /%23%20e",
            ]
        )
        #expect(
            read("./a\n.jpg\u{0}# b\u{0}\u{0}\u{EF}\u{BB}\u{BF}c\r\u{0}d", .files, .null, piece: piece) == [
                "1 /a%0A.jpg", "2 /%23%20b", "4 /%EF%BB%BFc%0D", "5 /d",
            ]
        )
    }

    @Test(
        "a line of more than 64 KiB is refused with its number, and the rest is read",
        arguments: [4096, 1 << 16, 1 << 20]
    )
    func longLines(piece: Int) {
        let most = "/" + String(repeating: "a", count: LineReader.longestLine - 1)
        let names = read("\(most)\r\n\(most)a\n/b\n\(most)\(most)", piece: piece)
        #expect(names == ["1 \(most)", "2 too long", "3 /b", "4 too long"])
    }

    @Test("an empty list has no names", arguments: ["", "\n", "\r\n\r\n", "# a\n", "\u{EF}\u{BB}\u{BF}"])
    func empty(text: String) {
        #expect(read(text).isEmpty)
    }
}
