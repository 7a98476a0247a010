// Value. How long responses stay fresh and how old they are.

import HTTPCaching
import HTTPMessage
import Testing

@Suite("RFC 9111 §4.2: freshness and age")
struct FreshnessTests {
    @Test(
        "§4.2.1: a shared cache takes the first of s-maxage, max-age, Expires",
        arguments: [
            ("Cache-Control: s-maxage=10, max-age=60\nExpires: \(date(99))", 10),
            ("Cache-Control: max-age=60\nExpires: \(date(99))", 60),
            ("Expires: \(date(99))", 99), ("Expires: \(date(99))\nDate: \(date(-9))", 108), ("Expires: \(date(-5))", 0),
            ("Expires: 0", 0), ("Expires: -1", 0), ("Expires:", 0), ("Expires: \(date(99))\nExpires: \(date(5))", 0),
            ("Expires: \(date(99))\nExpires: \(date(99))", 99), ("Expires: Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Expires: Sun Nov  6 08:50:37 1994", 60), ("Cache-Control: max-age=x\nExpires: \(date(99))", 0),
            ("Cache-Control: max-age=99999999999", 1_000_000), ("Cache-Control: max-age=0", 0),
            ("Cache-Control: no-cache, max-age=60", 60),
            ("Cache-Control: foo=\"max-age=9\", max-age=60", 60), ("Expires: \(date(99))\nDate: x", 99),
        ]
    )
    func explicit(response: String, lifetime: Int) throws {
        let facts = try #require(storedFacts(response + "\nETag: \"a\""))
        #expect(facts.freshUntil - facts.bornAt == Int64(lifetime))
        #expect(!facts.flags.contains(.fromHeuristic))
    }

    @Test(
        "§4.2.2: the heuristic takes a tenth of the time since Last-Modified, else the default",
        arguments: [
            (200, "Last-Modified: \(date(-500))", 50), (200, "Last-Modified: \(date(-50_000))", 1000),
            (200, "Last-Modified: \(date(5))", 0),
            (200, "Last-Modified: \(date(-500))\nDate: \(date(-100))", 40), (200, "Last-Modified: x", 100),
            (200, "", 100),
            (203, "", 100), (204, "", 100), (300, "", 100), (301, "", 100), (308, "", 100), (404, "", 10),
            (410, "", 10), (405, "", 10),
            (414, "", 10), (501, "", 10), (404, "Last-Modified: \(date(-50))", 5), (302, "Cache-Control: public", 100),
            (500, "Cache-Control: public", 10),
        ]
    )
    func heuristic(status: Int, response: String, lifetime: Int) throws {
        let facts = try #require(storedFacts(response + "\nETag: \"a\"", status: status))
        #expect(facts.freshUntil - facts.bornAt == Int64(lifetime))
        #expect(facts.flags.contains(.fromHeuristic))
        #expect(facts.flags.contains(.isNegative) == (status >= 400))
    }

    @Test(
        "§4.2.2: the heuristic gives at least its minimum and at most its maximum; a maximum of 0 leaves it to the default",
        arguments: [
            (0, 60, 1000, 60), (-599, 60, 1000, 60), (-601, 60, 1000, 60), (-700, 60, 1000, 70),
            (-99_999, 60, 1000, 1000),
            (5, 60, 1000, 60), (0, 0, 1000, 0), (0, 60, 30, 30), (0, 60, 0, 100), (-99_999, 60, 0, 100), (0, 0, 0, 100),
        ]
    )
    func bounds(modified: Int, minimum: Int, maximum: Int, lifetime: Int64) throws {
        var own = rules
        (own.heuristicMinimum, own.heuristicMaximum) = (minimum, maximum)
        let facts = try #require(storedFacts("Last-Modified: \(date(modified))", rules: own))
        #expect(facts.freshUntil - facts.bornAt == lifetime)
        #expect(facts.flags.contains(.fromHeuristic))
        // An error's own bound holds, and what the origin says.
        let error = try #require(storedFacts("Last-Modified: \(date(modified))", status: 404, rules: own))
        #expect(error.freshUntil - error.bornAt == min(lifetime, 10))
        let explicit = try #require(
            storedFacts("Cache-Control: max-age=0\nLast-Modified: \(date(modified))", rules: own)
        )
        #expect(explicit.freshUntil == explicit.bornAt)
    }

    @Test(
        "a lifetime of 0 that was assumed has the operator's grace; the origin's own has none",
        arguments: [
            ("Last-Modified: \(date(0))", nil, 30), ("Last-Modified: \(date(-9))", nil, 30), ("ETag: \"a\"", nil, 30),
            ("ETag: \"a\"\nCache-Control: max-age=0", nil, 0), ("ETag: \"a\"\nCache-Control: s-maxage=0", nil, 0),
            ("ETag: \"a\"\nExpires: 0", nil, 0), ("ETag: \"a\"\nExpires: \(date(-9))", nil, 0),
            ("ETag: \"a\"\nCache-Control: no-cache", nil, 0), ("ETag: \"a\"\nPragma: no-cache", nil, 30),
            ("ETag: \"a\"\nCDN-Cache-Control: max-age=0", nil, 0), ("ETag: \"a\"\nCache-Control: max-age=5", nil, 30),
            ("Last-Modified: \(date(0))\nCache-Control: must-revalidate", nil, 0), ("ETag: \"a\"", 0, 30),
            ("ETag: \"a\"\nCache-Control: max-age=0", 60, 30), ("ETag: \"a\"\nCache-Control: max-age=0", 0, 0),
        ] as [(String, Int?, UInt32)]
    )
    func graceOfNothing(response: String, ttl: Int?, grace: UInt32) throws {
        var own = rules
        own.defaultTTL = 0
        own.ttl = ttl
        #expect(try #require(storedFacts(response, rules: own)).staleWhileRevalidate == grace)
    }

    @Test(
        "RFC 9110 §15.1: other statuses need explicit freshness",
        arguments: [201, 202, 302, 303, 307, 400, 403, 500, 502, 503, 299, 599]
    )
    func noHeuristic(status: Int) {
        #expect(decide("Last-Modified: \(date(-500))", status: status) == .refused(.noFreshness))
        #expect(storedFacts("Cache-Control: max-age=5", status: status)?.freshUntil == born + 5)
    }

    @Test(
        "§4.2.3: the age on arrival is the larger of what Date and Age say",
        arguments: [
            ("", 0, 0), ("Age: 50", 0, 50), ("Age: 50", 7, 57), ("", 7, 7), ("Date: \(date(-30))", 0, 30),
            ("Date: \(date(-30))\nAge: 20", 5, 30),
            ("Date: \(date(-30))\nAge: 29", 5, 34), ("Date: \(date(30))", 0, 0), ("Date: x", 0, 0), ("Age: -1", 0, 0),
            ("Age: 5.0", 0, 0),
            ("Age: x", 0, 0), ("Age: 5, 90", 0, 5), ("Age: 5\nAge: 90", 0, 5), ("Age:", 0, 0),
            ("Age: 99999999999999999999", 0, 1 << 31),
        ]
    )
    func initialAge(response: String, delay: Int, age: Int64) throws {
        let facts = try #require(storedFacts(response + "\nETag: \"a\"\nCache-Control: max-age=1000", delay: delay))
        #expect(facts.age(at: born) == age)
        #expect(facts.age(at: born + 10) == min(age + 10, 1 << 31))
        #expect(facts.isFresh(at: born) == (age < 1000))
    }

    @Test("§4.2: fresh until the lifetime is over, and an age is never negative")
    func boundary() throws {
        let facts = try #require(storedFacts("Cache-Control: max-age=10"))
        #expect(facts.isFresh(at: born + 9))
        #expect(!facts.isFresh(at: born + 10))
        #expect(facts.timeToLive(at: born + 12) == -2)
        #expect(facts.age(at: born - 5) == 0)
    }

    @Test(
        "a response born in the future has no known age: it is not fresh, and nothing is left",
        arguments: [1, 3600, 315_360_000]
    )
    func bornInTheFuture(seconds: Int) throws {
        let facts = try #require(storedFacts("Cache-Control: max-age=10"))
        #expect(!facts.isFresh(at: born - seconds))
        #expect(facts.timeToLive(at: born - seconds) == 0)
        #expect(facts.staleness(at: born - seconds) == nil)
        #expect(facts.isFresh(at: born) && facts.staleness(at: born) == -10)
    }

    @Test(
        "RFC 5861, §4.2.4: how long stale responses may be served; prohibitions win",
        arguments: [
            ("max-age=60", 30, 5000), ("max-age=60, stale-while-revalidate=7", 7, 5000),
            ("max-age=60, stale-if-error=8", 30, 8),
            ("max-age=60, stale-while-revalidate=x", 0, 5000), ("max-age=60, must-revalidate", 0, 0),
            ("max-age=60, proxy-revalidate", 0, 0),
            ("max-age=60, must-revalidate, stale-if-error=8, stale-while-revalidate=7", 0, 0), ("s-maxage=60", 0, 0),
            ("s-maxage=60, stale-while-revalidate=7", 7, 5000), ("no-cache, max-age=60", 0, 0), ("max-age=0", 0, 5000),
            ("max-age=0, stale-while-revalidate=7", 7, 5000),
        ]
    )
    func windows(control: String, grace: UInt32, onError: UInt32) throws {
        let facts = try #require(storedFacts("ETag: \"a\"\nCache-Control: \(control)"))
        #expect(facts.staleWhileRevalidate == grace)
        #expect(facts.staleIfError == onError)
    }

    @Test("errors are not served stale unless they say so")
    func negativeWindows() throws {
        let silent = try #require(storedFacts("", status: 404))
        #expect(silent.staleWhileRevalidate == 0 && silent.staleIfError == 0)
        #expect(storedFacts("Cache-Control: max-age=5, stale-if-error=9", status: 404)?.staleIfError == 9)
    }
}

@Suite("the operator's ttl")
struct OperatorLifetimeTests {
    @Test(
        "it counts from the arrival on, in the place of all that the origin gives; errors and prohibitions stay",
        arguments: [
            ("", 200, 500), ("Cache-Control: max-age=5", 200, 500), ("Cache-Control: max-age=0", 200, 500),
            ("Cache-Control: s-maxage=99999", 200, 500), ("Expires: 0", 200, 500), ("Age: 900", 200, 500),
            ("Last-Modified: \(date(-10))", 200, 500), ("CDN-Cache-Control: max-age=7", 200, 500),
            ("Cache-Control: max-age=5, must-revalidate", 200, 500), ("", 301, 500), ("", 404, 10),
            ("Cache-Control: max-age=5", 404, 5), ("Cache-Control: max-age=5", 302, 500), ("", 302, nil),
            ("Cache-Control: no-store", 200, nil), ("Cache-Control: private, max-age=5", 200, nil),
            ("Cache-Control: no-cache", 200, nil), ("Set-Cookie: a", 200, nil),
        ] as [(String, Int, Int?)]
    )
    func lifetime(response: String, status: Int, seconds: Int?) {
        var own = rules
        own.ttl = 500
        let facts = storedFacts(response, status: status, rules: own)
        #expect(facts.map { Int($0.freshUntil - born) } == seconds)
    }

    @Test("its age is told as it is, and maximum_ttl holds")
    func age() {
        var own = rules
        own.ttl = 500
        let facts = storedFacts("Age: 900", rules: own)
        #expect(facts?.bornAt == born + -900 && facts?.freshUntil == born + 500)
        own.maximumTTL = 60
        #expect(storedFacts("Age: 900", rules: own)?.freshUntil == born + 60)
    }

    @Test("what must be validated each time still is, and an ended life with must-revalidate is served by no error")
    func flags() {
        var own = rules
        own.ttl = 500
        let always = storedFacts("Cache-Control: no-cache\nETag: \"a\"", rules: own)
        #expect(always?.flags.contains(.noCache) == true)
        let strict = storedFacts("Cache-Control: max-age=0, must-revalidate", rules: own)
        #expect(strict?.flags.contains(.mustRevalidate) == true && strict?.staleIfError == 0)
    }
}
