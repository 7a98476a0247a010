// Value. The names in Vary and the keys of variants.

import HTTPCaching
import HTTPMessage
import Testing

@Suite("RFC 9111 §4.1: Vary")
struct VaryTests {
    @Test(
        "names",
        arguments: [
            ("", VaryNames.none), ("Vary:", .none), ("Vary: ,", .none), ("Vary: Accept", .names(["accept"])),
            ("Vary: *", .any), ("Vary: a, *", .any),
            ("Vary: B, a ,b\nvary: C", .names(["a", "b", "c"])), ("Vary: a b", .any), ("Vary: \"a\"", .any),
            ("Vary: \u{E9}", .any),
        ]
    )
    func names(response: String, expected: VaryNames) {
        #expect(Vary.names(in: fields(response)) == expected)
    }

    @Test(
        "the same key where the grammar makes them the same",
        arguments: [
            ("accept-encoding", "Accept-Encoding: gzip, br", "accept-encoding: BR,gzip", true),
            ("accept-encoding", "Accept-Encoding: gzip", "Accept-Encoding: gzip;q=1.0", true),
            ("accept", "Accept: image/avif;q=0.50", "Accept: image/AVIF ; q=0.5", true),
            ("accept", "Accept: a/b;x=\"Y\"", "Accept: a/b;x=\"y\"", false),
            ("accept", "Accept: a/b\nAccept: c/d", "Accept: c/d, a/b", true),
            ("accept", "Accept: a/b;q=0.5", "Accept: a/b;q=0.6", false),
            ("accept", "Accept: a/b;q=0", "Accept: a/b;q=0.000", true),
            ("accept", "Accept: a/b;q=2", "Accept: a/b", false),
            ("accept-language", "Accept-Language: de, en", "Accept-Language: en,DE", true),
            ("x", "X: 1,2", "X:  1, 2 ", true), ("x", "X: \"1,2\"", "X: \"1, 2\"", false),
            ("x", "X: 1 2", "X: 1  2", false),
            ("x", "X: a", "X:   a ", true), ("x", "X: a", "X: A", false),
            ("x", "X: a, b", "X: b, a", false), ("x", "X: a\nX: b", "X: a, b", true), ("x", "X:", "Y: a", false),
            ("x", "", "Y: a", true),
            ("accept", "Accept:", "", false), ("cookie", "Cookie: a=b", "Cookie: a=c", false),
        ]
    )
    func keys(name: String, left: String, right: String, areSame: Bool) {
        let keys = [left, right].map { Vary.variantKey(names: [name], request: fields($0)) }
        #expect((keys[0] == keys[1]) == areSame)
    }

    @Test("a key names every field, so that one's value never passes for another's absence")
    func text() {
        let key = Vary.variantKey(names: ["accept", "x", "y"], request: fields("Y: 1\nAccept: b/c, a/b"))
        #expect(key == "accept=a/b,b/c\nx\ny=1")
        #expect(Vary.variantKey(names: [], request: fields("A: b")).isEmpty)
    }
}
