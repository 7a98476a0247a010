// Stateless. Patterns against keys as requests spell them.

import HTTPMessage
import TestSupport
import Testing

@testable import Store

@Suite("patterns of keys")
struct GlobTests {
    private static let cases: [(rule: String, pattern: String, matching: [String], others: [String])] = [
        (
            "? is one character: a UTF-8 sequence where the octets are one", "/caf?.jpg",
            ["/caf%C3%A9.jpg", "/caf%E2%82%AC.jpg", "/caf%F0%9F%8D%8E.jpg", "/cafe.jpg"],
            ["/caf.jpg", "/cafe%CC%81.jpg", "/caf%C3%A9%C3%A9.jpg"]
        ),
        (
            "? is one octet where the octets are no UTF-8", "/caf?.jpg",
            ["/caf%E9.jpg", "/caf%80.jpg", "/caf%FF.jpg", "/caf%C3.jpg"],
            ["/caf%C0%AF.jpg", "/caf%ED%A0%80.jpg", "/caf%F4%90%80%80.jpg", "/caf%E0%80%80.jpg", "/caf%E9%E9.jpg"]
        ),
        (
            "octets that are no UTF-8 count one by one", "/??.jpg",
            ["/%C0%AF.jpg", "/%E9%E9.jpg", "/%C3%C3%A9.jpg", "/%C3%A9%A9.jpg", "/%C3%A9%20.jpg"],
            ["/%C3%A9.jpg", "/%ED%A0%80.jpg"]
        ),
        (
            "an encoded octet is one character", "/my?photo.jpg",
            ["/my%20photo.jpg", "/my-photo.jpg", "/my%25photo.jpg", "/my%2Fphoto.jpg", "/my/photo.jpg"],
            ["/my--photo.jpg", "/myphoto.jpg", "/my%20%20photo.jpg"]
        ),
        (
            "a question mark counts as a character, encoded or before a query", "/a?b",
            ["/a%3Fb", "/a?b", "/a*b", "/a%2Ab"], ["/ab", "/a??b"]
        ),
        ("%3F is a question mark in either spelling", "/a%3Fb*", ["/a%3Fb", "/a?b=1"], ["/a*b", "/axb"]),
        ("%2A is an asterisk in either spelling", "/a%2Ab", ["/a*b", "/a%2Ab"], ["/a/b", "/ab", "/a**b", "/a%3Fb"]),
        (
            "every other octet is itself", "/a+b%20[c]", ["/a+b%20[c]"],
            ["/a%2Bb%20[c]", "/a%20b%20[c]", "/a+b [c]", "/a+b%20c"]
        ),
        (
            "* is any octets, slashes and none included", "/a*.jpg", ["/a.jpg", "/a/b.jpg", "/a?.jpg"],
            ["/a.jpg?", "/b.jpg"]
        ),
        (
            "* ends between octets, never inside an encoded one", "/*9.jpg", ["/9.jpg", "/%C3%A99.jpg"],
            ["/caf%C3%A9.jpg"]
        ),
        ("* ends between octets: A is no part of %A9", "*A*", ["/A", "/xAx"], ["/%C3%A9", "/%4A%5A"]),
        (
            "?s count characters behind a *", "/x*???", ["/xabc", "/x%F0%9F%8D%8Eab"],
            ["/x%F0%9F%8D%8E", "/x%C3%A9a", "/xab"]
        ),
        ("a text in UTF-8 between two *", "*%C3%A9*", ["/caf%C3%A9.jpg", "/%C3%A9"], ["/caf%E9.jpg", "/cafe.jpg"]),
        ("the last text of several", "*.jpg?w=*", ["/x.jpg?w=1", "/a.jpg.jpg?w="], ["/x.jpg", "/x.png?w=1"]),
        ("many *", "/*a*a*a*b", ["/aaab", "/xaxaxab"], ["/aab", "/aaabc", "/aaa"]),
        ("* at both ends", "*", ["", "/", "/a"], []), ("nothing", "", [""], ["/"]),
    ]

    @Test("a pattern matches these keys and not those", arguments: cases)
    func table(rule: String, pattern: String, matching: [String], others: [String]) {
        let glob = PurgeRule.glob(Array(pattern.utf8))
        for key in matching { #expect(glob.matches(Array(key.utf8)), "\(rule): \(pattern) matches \(key)") }
        for key in others { #expect(!glob.matches(Array(key.utf8)), "\(rule): \(pattern) does not match \(key)") }
    }

    @Test(
        "the common beginning ends before whatever a key may spell in another way",
        arguments: [
            ("/a/b*", "/a/b"), ("/a?b", "/a"), ("*", ""), ("/a%20b", "/a%20b"), ("/a%2Ab", "/a"), ("/a%3Fb*", "/a"),
        ]
    )
    func beginnings(pattern: String, beginning: String) {
        #expect(PurgeRule.glob(Array(pattern.utf8)).commonPrefix == Array(beginning.utf8))
    }

    @Test("a pattern that was made to be slow takes time in proportion to key and pattern")
    func bounded() {
        let key = Array(("/" + String(repeating: "a", count: 8_000)).utf8)
        let pattern = PurgeRule.glob(Array(("/" + String(repeating: "a*", count: 4_000) + "b").utf8))
        let time = ContinuousClock().measure { #expect(!pattern.matches(key)) }
        #expect(time < .seconds(2))
    }

    /// All ways, tried one by one: what the table's rules say, written as slowly as they can be read.
    private static func reference(_ key: ArraySlice<String>, _ pattern: Substring.UTF8View) -> Bool {
        guard let first = pattern.first else { return key.isEmpty }
        let rest = pattern.dropFirst()
        if first == UInt8(ascii: "*") { return (0...key.count).contains { reference(key.dropFirst($0), rest) } }
        guard let character = key.first else { return false }
        if first == UInt8(ascii: "?") { return reference(key.dropFirst(), rest) }
        return character == String(Unicode.Scalar(first)) && reference(key.dropFirst(), rest)
    }

    @Test("chance: keys of whole characters against every way of matching")
    func chance() {
        var generator = SeededGenerator()
        let characters = ["a", "b", "%C3%A9", "%E2%82%AC", "%F0%9F%8D%8E", "%20", "%E9"]
        for _ in 0..<5_000 {
            let key = (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                characters.randomElement(using: &generator) ?? ""
            }
            let pattern = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                ["*", "?", "a", "b"].randomElement(using: &generator) ?? ""
            }.joined()
            // Behind each other, an octet that is no UTF-8 and a sequence stay what they are: E9 begins a longer one.
            let found = PurgeRule.glob(Array(pattern.utf8)).matches(Array(key.joined().utf8))
            #expect(
                found == Self.reference(key[...], Substring(pattern).utf8),
                "\(pattern) and \(key.joined()), seed \(generator.seed)"
            )
        }
    }
}
