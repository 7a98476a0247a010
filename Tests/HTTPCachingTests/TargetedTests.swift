// Value. Fields for caches: targeted control, groups; and what a response to HEAD says.

import HTTPCaching
import HTTPMessage
import TestSupport
import Testing

@Suite("RFC 9213, RFC 9875: fields for caches")
struct TargetedTests {
    @Test(
        "RFC 9213 §2.1: values of a directive's type count, a lifetime of another type is 0",
        arguments: [
            ("max-age=5", 5), ("max-age=5, max-age=7", 7), ("max-age=\"5\"", 0), ("max-age=5.5", 0), ("max-age", 0),
            ("max-age=?1", 0), ("max-age=abc", 0), ("max-age=(5)", 0), ("public", nil), ("s-maxage=9, max-age=5", 9),
            ("max-age=-5", 0), ("max-age=999999999999999", 1_000_000), ("max-age=5;x=1", 5),
            ("unknown=1, max-age=5", 5),
        ] as [(String, Int?)]
    )
    func lifetime(value: String, seconds: Int?) {
        let facts = storedFacts("CDN-Cache-Control: \(value)\nCache-Control: max-age=60\nETag: \"a\"")
        // Where the targeted field says nothing of it, larder's own rules do; Cache-Control no more.
        #expect(facts?.freshUntil == born + (seconds ?? rules.defaultTTL))
    }

    @Test(
        "§2.2: what does not parse, or is empty, is as if it were absent",
        arguments: [
            "", "max-age=", "max-age =5", "Max-Age=5", "max-age=5,", "max-age=5 no-store", "\u{1}", "max-age=1e3", "é",
        ]
    )
    func invalid(value: String) {
        #expect(storedFacts("CDN-Cache-Control: \(value)\nCache-Control: max-age=60")?.freshUntil == born + 60)
    }

    @Test(
        "§2.1: every directive has its usual meaning",
        arguments: [
            ("no-store", Storability.refused(.noStore)), ("private", .refused(.isPrivate)),
            ("max-age=60, private=\"x\"", nil), ("max-age=60, no-store=?0", nil),
            ("max-age=60, no-cache", .refused(.noFreshness)), ("must-understand, no-store, max-age=60", nil),
        ] as [(String, Storability?)]
    )
    func directives(value: String, expected: Storability?) {
        let decision = decide("Larder-Cache-Control: \(value)\nCache-Control: max-age=60")
        if let expected { #expect(decision == expected) } else { #expect(decision.isStorable) }
    }

    @Test("§2.1: Expires and Pragma do not count beside a target")
    func expires() {
        let facts = storedFacts("CDN-Cache-Control: must-revalidate\nExpires: 0\nPragma: no-cache")
        #expect(facts?.freshUntil == born + rules.defaultTTL)
        #expect(facts?.flags.contains(.mustRevalidate) == true)
    }

    @Test(
        "RFC 9875 §2: a List of Strings, or nothing",
        arguments: [
            ("\"a\", \"b\"", ["a", "b"]), ("\"a\";x=1;y=\"z\"", ["a"]), ("\"a\", \"A\", \"a\"", ["a", "A"]), ("a", []),
            ("\"a\", 1", []), ("\"a\"\", \"b\"", []), ("(\"a\")", []), ("", []), ("\"a,b\"", ["a,b"]),
            ("\"\\\"\"", ["\""]),
        ] as [(String, [String])]
    )
    func groups(value: String, names: [String]) {
        #expect(CacheGroups.names(in: Fields([("Cache-Groups", value)])) == names)
        #expect(CacheGroups.invalidated(by: Fields([("Cache-Group-Invalidation", value)])) == names)
    }

    @Test("§2: several lines are one list; 128 groups of 256 bytes are read")
    func bounds() {
        #expect(CacheGroups.names(in: Fields([("Cache-Groups", "\"a\""), ("Cache-Groups", "\"b\"")])) == ["a", "b"])
        let many = (0..<200).map { "\"\($0)\"" }.joined(separator: ", ")
        #expect(CacheGroups.names(in: Fields([("Cache-Groups", many)])).count == CacheGroups.limit)
        let long = String(repeating: "x", count: CacheGroups.longestName)
        #expect(CacheGroups.names(in: Fields([("Cache-Groups", "\"\(long)\", \"\(long)x\"")])) == [long])
    }
}

@Suite("RFC 9111 §4.3.5: what the answer to a HEAD says")
struct HeadUpdateTests {
    private static let stored = "ETag: \"a\"\nLast-Modified: \(date(-100))\nX: old\nDate: \(date(-50))"

    @Test(
        "it freshens what it agrees with and outdates the rest",
        arguments: [
            (200, "ETag: \"a\"\nX: new", true), (200, "X: new", true), (200, "Content-Length: 7\nX: new", true),
            (200, "Content-Length: 8\nX: new", false), (200, "Content-Length: x", false), (200, "ETag: \"b\"", false),
            (200, "Last-Modified: \(date(-99))", false), (200, "Content-Length: 7\nContent-Length: 8", false),
            (404, "", nil), (304, "", nil), (206, "", nil),
        ] as [(Int, String, Bool?)]
    )
    func outcome(status: Int, answer: String, isFreshened: Bool?) {
        let outcome = HeadUpdate.outcome(
            stored: fields(Self.stored),
            storedStatus: 200,
            length: 7,
            status: status,
            response: fields(answer)
        )
        switch (outcome, isFreshened) {
        case (.none, nil), (.changed, false?): break
        case (.freshened(let updated), true?):
            #expect(updated.all("X") == [answer.contains("X: new") ? "new" : "old"])
            #expect(updated.first("ETag") == "\"a\"")
        default: Issue.record("\(outcome)")
        }
    }
}

@Suite("Rules for pictures")
struct PictureTests {
    private static let types = ["image/avif", "image/webp"]

    @Test("Accept is told apart by the types for pictures alone, and only where there are types")
    func names() {
        let picture = fields("Vary: Accept, Accept-Encoding\nContent-Type: IMAGE/png")
        #expect(Vary.names(in: picture, pictureTypes: Self.types) == .names(["accept-encoding", "accept:pictures"]))
        #expect(Vary.names(in: picture) == .names(["accept", "accept-encoding"]))
        let page = fields("Vary: Accept\nContent-Type: text/html")
        #expect(Vary.names(in: page, pictureTypes: Self.types) == .names(["accept"]))
    }

    @Test(
        "one variant a set of types, for who takes any image; the exact form for who does not",
        arguments: [
            ("Accept: image/avif,image/webp,*/*;q=0.8", "image/avif,image/webp,*"), ("Accept: */*", "*"), ("", "*"),
            ("Accept: IMAGE/WEBP ; q=0.5, image/*", "image/webp,*"), ("Accept: image/png,*/*;q=0.5", "*"),
            ("Accept: image/webp", "image/webp"), ("Accept: image/png, image/jpeg", "image/jpeg,image/png"),
            ("Accept: image/webp;q=0, */*", "*/*,image/webp;q=0"), ("Accept: */*;q=0.000", "*/*;q=0"), ("Accept:", ""),
        ]
    )
    func variants(request: String, expected: String) {
        let key = Vary.variantKey(names: ["accept:pictures"], request: fields(request), pictureTypes: Self.types)
        #expect(key == "accept:pictures=\(expected)")
    }

    @Test(
        "a picture expected: nothing and pages are refused, errors are what they are",
        arguments: [
            (200, "Content-Type: image/png", true), (200, "Content-Type: text/html", false), (200, "", true),
            (200, "Content-Type: application/octet-stream", true),
            (200, "Content-Type: image/png\nContent-Length: 0", false),
            (200, "Content-Type: Text/Plain;charset=x", false), (404, "Content-Type: text/html", true),
            (200, "Content-Type:", true), (200, "Content-Type: application/json", false),
        ]
    )
    func expected(status: Int, head: String, isStored: Bool) {
        let decision = Storability.decide(
            method: .get,
            request: Fields(),
            status: status,
            response: fields("Cache-Control: max-age=60\n\(head)"),
            requestTime: born,
            responseTime: born,
            rules: rules,
            expectsImage: true
        )
        #expect(isStored ? decision.isStorable : decision == .refused(.notAnImage))
    }

    @Test("RFC 9110 §9.3.3: the answer to a POST is stored where it is its target's and its freshness is explicit")
    func post() {
        func stored(_ head: String, isOfTarget: Bool) -> Storability {
            Storability.decide(
                method: .other,
                request: Fields(),
                status: 200,
                response: fields(head),
                requestTime: born,
                responseTime: born,
                rules: rules,
                isPostOfTarget: isOfTarget
            )
        }
        #expect(stored("Cache-Control: max-age=60", isOfTarget: true).isStorable)
        #expect(stored("Cache-Control: max-age=60", isOfTarget: false) == .refused(.method))
        #expect(stored("Last-Modified: \(date(-500))", isOfTarget: true) == .refused(.noFreshness))
    }

    @Test("§5.2.2.4, §5.2.2.7: what is forwarded has the fields that are not stored")
    func forwarded() {
        let response = fields(
            "Cache-Control: no-cache=\"X\", private=\"Y\"\nX: 1\nY: 2\nConnection: Z\nZ: 3\nAge: 4\nWarning: 5"
        )
        let forwarded = StoredHead.forwarded(from: response, responseTime: born)
        #expect(forwarded.lines.map { $0[0] } == ["Cache-Control", "X", "Y", "Date"])
        #expect(StoredHead.split(response, responseTime: born).stored.lines.map { $0[0] } == ["Cache-Control", "Date"])
    }

    @Test("RFC 9211 §2.7: the key is a quoted string")
    func key() {
        var status = CacheStatus.hit(timeToLive: 1)
        status.key = "/a\"b\\é"
        #expect(status.value == "larder; hit; ttl=1; key=\"/a\\\"b\\\\?\"")
    }
}

extension Storability {
    fileprivate var isStorable: Bool {
        if case .storable = self { return true }
        return false
    }
}
