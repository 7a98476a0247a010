// Value. The syntax of directives as origins and clients send them.

import HTTPCaching
import HTTPMessage
import TestSupport
import Testing

/// The names of the flags that are set.
private func setFlags(_ control: CacheControl) -> [String] {
    [
        ("no-store", control.noStore), ("no-cache", control.noCache), ("private", control.isPrivate),
        ("must-revalidate", control.mustRevalidate), ("proxy-revalidate", control.proxyRevalidate),
        ("must-understand", control.mustUnderstand), ("public", control.isPublic), ("immutable", control.immutable),
        ("no-transform", control.noTransform), ("only-if-cached", control.onlyIfCached),
    ].filter(\.1).map(\.0)
}

@Suite("RFC 9111 §5.2: Cache-Control")
struct CacheControlTests {
    @Test(
        "§1.2.2, §4.2.1: max-age; what is no number counts as 0, what is too large as 2^31",
        arguments: [
            ("max-age=60", 60), ("MAX-AGE=60", 60), (" , max-age=60 ,", 60), ("max-age=\"60\"", 60),
            ("max-age=060", 60),
            ("max-age=60, max-age=30", 30), ("max-age=30, max-age=60", 30), ("max-age=60, max-age=x", 0),
            ("max-age", 0),
            ("max-age=", 0), ("max-age=-60", 0), ("max-age=60.0", 0), ("max-age=6e1", 0), ("max-age=60s", 0),
            ("max-age='60'", 0),
            ("max-age= 60", 0), ("max-age =60", 0), ("max-age=60;x", 0), ("max-age=2147483648", 1 << 31),
            ("max-age=99999999999999999999999", 1 << 31), ("x=\"max-age=5\"", nil),
            ("x=\"a, max-age=5\", max-age=7", 7),
            ("x=\"a\\\", max-age=5\", max-age=7", 7), ("max-ages=5", nil), ("xmax-age=5", nil), ("", nil),
        ]
    )
    func maxAge(value: String, expected: Int?) {
        #expect(CacheControl(value).maxAge == expected)
    }

    @Test("lines are one list")
    func lines() {
        let control = CacheControl(fields("Cache-Control: max-age=5\nX: no-store\ncache-control: no-cache, S-MaxAge=9"))
        #expect(control.maxAge == 5)
        #expect(control.sMaxAge == 9)
        #expect(control.noCache && !control.noStore)
        #expect(CacheControl(fields("CDN-Cache-Control: no-store"), name: "CDN-Cache-Control").noStore)
    }

    @Test(
        "every flag, in any case, with or without neighbours",
        arguments: [
            "no-store", "no-cache", "private", "must-revalidate", "proxy-revalidate", "must-understand", "public",
            "immutable", "no-transform", "only-if-cached",
        ]
    )
    func flags(name: String) {
        #expect(setFlags(CacheControl(name)) == [name])
        #expect(setFlags(CacheControl("x, \(name.uppercased()) ,y=z")) == [name])
        #expect(setFlags(CacheControl("x-\(name), x=\"\(name)\"")).isEmpty)
    }

    @Test(
        "§5.2.2.4, §5.2.2.7: field names; a malformed list means the whole response",
        arguments: [
            ("=\"Set-Cookie\"", false, ["set-cookie"]), ("=\"A, b\"", false, ["a", "b"]),
            ("=Set-Cookie", false, ["set-cookie"]),
            ("", true, []), ("=\"\"", true, []), ("=", true, []), ("=\"a b\"", true, []), ("=\"a", true, []),
        ]
    )
    func fieldNames(argument: String, whole: Bool, names: [String]) {
        let noCache = CacheControl("no-cache\(argument)")
        #expect(noCache.noCache == whole && noCache.noCacheFields == names)
        let isPrivate = CacheControl("private\(argument)")
        #expect(isPrivate.isPrivate == whole && isPrivate.privateFields == names)
    }

    @Test(
        "§5.2.1: directives of requests",
        arguments: [
            ("max-stale", CacheControl.MaxStale.any, nil), ("max-stale=5", .seconds(5), nil),
            ("max-stale=x", .seconds(0), nil),
            ("max-stale, max-stale=5", .seconds(5), nil), ("max-stale=5, max-stale", .seconds(5), nil),
            ("min-fresh=5", nil, 5),
            ("min-fresh=5, min-fresh=9", nil, 9), ("min-fresh=x", nil, nil), ("min-fresh", nil, nil),
        ] as [(String, CacheControl.MaxStale?, Int?)]
    )
    func requests(value: String, maxStale: CacheControl.MaxStale?, minFresh: Int?) {
        #expect(CacheControl(value).maxStale == maxStale)
        #expect(CacheControl(value).minFresh == minFresh)
    }

    @Test("random directive lists never trap and give no lifetime beyond 2^31")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        print("CacheControlTests.random seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "max-age", "s-maxage", "no-cache", "private", "=", "\"", ",", " ", "\\", "5", "99999999999999999999", "-",
            "\u{E9}", "x",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...10, using: &random)
            let text = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            let control = CacheControl(text)
            #expect((control.maxAge ?? 0) <= 1 << 31 && (control.sMaxAge ?? 0) <= 1 << 31, "seed \(seed): \(text)")
        }
    }
}
