// Value. The spellings of a target that are one, and those that are refused.

import HTTPMessage
import TestSupport
import Testing

private func normalize(_ text: String, foldsCase: Bool = false) -> String? {
    bytes(text).withRawSpan { TargetNormalization.normalize($0, foldsCase: foldsCase) }
        .map { String(decoding: $0, as: UTF8.self) }
}

private func isNormal(_ text: String, foldsCase: Bool = false) -> Bool {
    bytes(text).withRawSpan { TargetNormalization.isNormal($0, foldsCase: foldsCase) }
}

@Suite("RFC 3986 §6.2: one spelling a target")
struct TargetNormalizationTests {
    @Test(
        "what is normal stays and is used in place",
        arguments: [
            "/", "/a", "/a/b.jpg", "/a/", "//a", "/a//b", "/a.b/..c/...", "/a?x=../%2F", "/a?", "/a?b?c/d", "/%20",
            "/a%2Fb",
            "/a%5Cb", "/%25", "/%C3%A9", "/a:b@c;d=e,f!$&'()*+", "/~u_-", "/a%2Fb..%5C...", "/?/../",
        ]
    )
    func normal(text: String) {
        #expect(isNormal(text))
        #expect(normalize(text) == text)
    }

    @Test(
        "§6.2.2: percent-encoding, dot segments, illegal bytes",
        arguments: [
            ("", "/"), ("?q", "/?q"), ("/%41%7e%2D", "/A~-"), ("/%c3%a9", "/%C3%A9"), ("/\u{C3}\u{A9}", "/%C3%A9"),
            ("/a b", "/a%20b"), ("/a\"<>^`{|}", "/a%22%3C%3E%5E%60%7B%7C%7D"), ("/a\\b", "/a%5Cb"),
            ("/[x]", "/%5Bx%5D"),
            ("/a%2fb", "/a%2Fb"), ("/a%5cb", "/a%5Cb"), ("/./a", "/a"), ("/a/.", "/a/"), ("/a/b/..", "/a/"),
            ("/a/../b", "/b"),
            ("/a/b/../../c", "/c"), ("/a/..", "/"), ("/a//../b", "/a/b"), ("/%2e/a", "/a"), ("/a/%2E%2e/b", "/b"),
            ("/.", "/"),
            ("/a/.%2e/b?%2e%2E/%7E", "/b?../~"), ("/a?b=%c3%A9 x", "/a?b=%C3%A9%20x"), ("/a?[]", "/a?%5B%5D"),
            ("/%252e%252E/", "/%252e%252E/"), ("/a/./././b/.", "/a/b/"),
        ]
    )
    func normalized(text: String, expected: String) {
        #expect(normalize(text) == expected)
        #expect(isNormal(text) == (text == expected))
        #expect(normalize(expected) == expected)
        #expect(isNormal(expected))
    }

    @Test(
        "what no origin may be asked for is refused",
        arguments: [
            "/%", "/%4", "/%4g", "/%zz", "/a%", "/a%2", "/a?%", "/a?x=%f", "/%00", "/a?%00", "/..", "/../a", "/a/../..",
            "/a/../../b",
            "/%2e%2e/", "/%2e%2e%2f", "/..%2fetc", "/a/..%2f..%2fb", "/a%2f..", "/a%2f../b", "/..%5c", "/..\\a",
            "/a/%2e%2e%5cb",
            "/a\\..\\b", "/a%2F%2e%2e%2Fb", "*", "a", "a/b",
        ]
    )
    func refused(text: String) {
        #expect(normalize(text) == nil)
        #expect(!isNormal(text))
    }

    @Test(
        "folding case concerns the path's letters and nothing else",
        arguments: [("/A/B.JPG?Q=X", "/a/b.jpg?Q=X"), ("/%C3%A9A", "/%C3%A9a"), ("/%41%2f", "/a%2F"), ("/%c3", "/%C3")]
    )
    func folding(text: String, expected: String) {
        #expect(normalize(text, foldsCase: true) == expected)
        #expect(!isNormal(text, foldsCase: true))
        #expect(isNormal(expected, foldsCase: true))
    }

    @Test("random targets: normalizing twice changes nothing more, and normal means unchanged")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        print("TargetNormalizationTests.random seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "/", "/", ".", "..", "%2e", "%2F", "%5c", "\\", "a", "B", "%41", "%", "?", "\u{E9}", "%C3", "%00", " ", "~",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...9, using: &random)
            let text = "/" + (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            for foldsCase in [false, true] {
                let once = normalize(text, foldsCase: foldsCase)
                if isNormal(text, foldsCase: foldsCase) {
                    #expect(once == text, "seed \(seed)")
                }
                guard let once else {
                    continue
                }
                #expect(normalize(once, foldsCase: foldsCase) == once, "seed \(seed): \(text)")
                let path = once.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
                let segments = path.split(separator: "/", omittingEmptySubsequences: false)
                #expect(!segments.contains("..") && !segments.contains("."), "seed \(seed): \(text)")
                #expect(isNormal(once, foldsCase: foldsCase) || once.contains("%2F") || once.contains("%5C"), "\(text)")
            }
        }
    }
}
