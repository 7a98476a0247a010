// Value. Preconditions of clients, validation with the origin, and what a 304 changes.

import HTTPCaching
import HTTPMessage
import Testing

private let modified = date(-100)

@Suite("RFC 9110 §13, RFC 9111 §4.3: validation")
struct ValidationTests {
    @Test(
        "§13.2.2: the order of preconditions; stored: ETag \"a\", Last-Modified 100 s before Date",
        arguments: [
            ("", Conditional.Outcome.proceed), ("If-None-Match: \"a\"", .notModified),
            ("If-None-Match: W/\"a\"", .notModified),
            ("If-None-Match: \"b\", \"a\"", .notModified), ("If-None-Match: \"b\"\nIf-None-Match: \"a\"", .notModified),
            ("If-None-Match: *", .notModified),
            ("If-None-Match: \"b\"", .proceed), ("If-None-Match: a", .proceed), ("If-None-Match:", .proceed),
            ("If-None-Match: \"b\"\nIf-Modified-Since: \(date(0))", .proceed),
            ("If-None-Match: a\nIf-Modified-Since: \(date(0))", .proceed),
            ("If-Modified-Since: \(modified)", .notModified), ("If-Modified-Since: \(date(0))", .notModified),
            ("If-Modified-Since: \(date(-101))", .proceed),
            ("If-Modified-Since: x", .proceed),
            ("If-Modified-Since: \(date(0))\nIf-Modified-Since: \(date(0))", .proceed),
            ("If-Match: \"b\"\nIf-None-Match: \"a\"", .notModified), ("If-Match: \"b\"", .proceed),
            ("If-Unmodified-Since: \(date(-101))", .proceed),
        ]
    )
    func evaluate(request: String, expected: Conditional.Outcome) {
        for method in [Method.get, .head] {
            let outcome = Conditional.evaluate(
                method: method,
                request: fields(request),
                etag: "\"a\"",
                lastModified: modified,
                date: born
            )
            #expect(outcome == expected)
        }
    }

    @Test(
        "§8.8.3: what is stored as ETag and is none matches itself alone",
        arguments: [
            ("a", "a", true), ("a", "\"a\"", false), ("\"a\"", "a", false), ("a", "a, b", false), ("'a'", "'a'", true),
            ("W/a", "W/a", true), ("", "", false), ("\"a b\"", "\"a b\"", true), ("w/\"a\"", "\"a\"", false),
        ]
    )
    func oddTags(etag: String, condition: String, isMatch: Bool) {
        let outcome = Conditional.evaluate(
            method: .get,
            request: Fields([("If-None-Match", condition)]),
            etag: etag,
            lastModified: nil,
            date: born
        )
        #expect(outcome == (isMatch ? .notModified : .proceed))
    }

    @Test("§13.1.3, RFC 9111 §4.3.2: without validators; the Date stands in for Last-Modified")
    func withoutValidators() {
        let evaluate = { (request: String, status: Int) in
            Conditional.evaluate(
                method: .get,
                request: fields(request),
                etag: nil,
                lastModified: nil,
                date: born,
                status: status
            )
        }
        #expect(evaluate("If-None-Match: \"a\"", 200) == .proceed)
        #expect(evaluate("If-None-Match: *", 200) == .notModified)
        #expect(evaluate("If-Modified-Since: \(date(0))", 200) == .notModified)
        #expect(evaluate("If-Modified-Since: \(date(-1))", 200) == .proceed)
        #expect(evaluate("If-None-Match: *", 404) == .proceed)
        // Date stands in for a missing Last-Modified, but not beside a weak tag: the bytes may be newer than it tells.
        for (etag, outcome) in [("\"a\"", Conditional.Outcome.notModified), ("W/\"a\"", .proceed)] {
            #expect(
                Conditional.evaluate(
                    method: .get,
                    request: fields("If-Modified-Since: \(date(0))"),
                    etag: etag,
                    lastModified: nil,
                    date: born
                ) == outcome
            )
        }
        #expect(
            Conditional.evaluate(
                method: .other,
                request: fields("If-None-Match: *"),
                etag: nil,
                lastModified: nil,
                date: nil
            ) == .proceed
        )
    }

    @Test(
        "§13.1.5: If-Range",
        arguments: [
            ("", "\"a\"", modified, true), ("If-Range: \"a\"", "\"a\"", nil, true),
            ("If-Range: \"b\"", "\"a\"", nil, false),
            ("If-Range: W/\"a\"", "W/\"a\"", nil, false), ("If-Range: \"a\"", "W/\"a\"", nil, false),
            ("If-Range: \"a\"", nil, nil, false),
            ("If-Range: \(modified)", nil, modified, true), ("If-Range: \(date(-99))", nil, modified, false),
            ("If-Range: \(date(-101))", nil, modified, false),
            ("If-Range: \(date(0))", nil, date(0), false), ("If-Range: x", "\"a\"", modified, false),
            ("If-Range: \"a\"\nIf-Range: \"a\"", "\"a\"", nil, false),
        ] as [(String, String?, String?, Bool)]
    )
    func ifRange(request: String, etag: String?, lastModified: String?, expected: Bool) {
        #expect(
            Conditional.ifRangeAllows(request: fields(request), etag: etag, lastModified: lastModified, date: born)
                == expected
        )
    }

    @Test("RFC 9111 §4.3.1: the validators are sent as the origin wrote them")
    func validationFields() {
        #expect(
            Conditional.validationFields(storedHead: fields("etag: W/\"a\"\nLast-Modified: \(modified)"))
                == Fields([("If-None-Match", "W/\"a\""), ("If-Modified-Since", modified)])
        )
        #expect(
            Conditional.validationFields(storedHead: fields("ETag: odd\nLast-Modified: x"))
                == fields("If-None-Match: odd")
        )
        #expect(Conditional.validationFields(storedHead: fields("ETag:")).isEmpty)
    }

    @Test("RFC 9111 §3.2: a 304 replaces what it names and leaves what describes the stored bytes")
    func freshen() {
        let stored = fields(
            "A: 1\nContent-Length: 5\nB: 1\nb: 2\nCache-Control: max-age=1\nContent-Encoding: x\nContent-Range: y\nVary: z\nContent-Type: t"
        )
        let answer = fields(
            "Content-Length: 0\nB: 3\nCache-Control: max-age=9\nContent-Encoding: q\nContent-Range: q\nVary: q\nC: 4\nConnection: D\nD: 5\nAge: 6\nContent-Type: u"
        )
        #expect(
            Freshening.freshen(stored, with: answer)
                == fields(
                    "A: 1\nContent-Length: 5\nContent-Encoding: x\nContent-Range: y\nVary: z\nB: 3\nCache-Control: max-age=9\nC: 4\nContent-Type: u"
                )
        )
        #expect(
            Freshening.freshen(fields("A: 1\nS: 2"), with: fields("Cache-Control: private=\"S\"\nS: 3"))
                == fields("A: 1\nCache-Control: private=\"S\"")
        )
    }

    @Test(
        "RFC 9111 §4.3.4: whether a 304 is about the stored response",
        arguments: [
            ("ETag: \"a\"", "ETag: \"a\"", true), ("ETag: \"a\"", "ETag: \"b\"", false),
            ("ETag: W/\"a\"", "ETag: W/\"a\"", true),
            ("ETag: \"a\"", "ETag: W/\"a\"", true), ("ETag: W/\"a\"", "ETag: \"a\"", false),
            ("ETag: odd", "ETag: odd", true), ("ETag: odd", "ETag: even", false),
            ("Last-Modified: \(modified)", "Last-Modified: \(modified)", true),
            ("Last-Modified: \(modified)", "Last-Modified: \(date(0))", false),
            ("Last-Modified: x", "Last-Modified: y", false),
            ("Last-Modified: Sunday, 06-Nov-94 08:49:37 GMT", "Last-Modified: \(date(0))", true),
            ("X: y", "ETag: \"a\"", false), ("X: y", "Last-Modified: \(modified)", false),
            ("ETag: \"a\"", "X: y", true),
            ("ETag: \"a\"\nLast-Modified: \(modified)", "ETag: \"a\"\nLast-Modified: \(date(0))", true),
            ("ETag: W/\"a\"\nLast-Modified: \(modified)", "ETag: W/\"a\"\nLast-Modified: \(date(0))", false),
            ("ETag: W/\"a\"\nLast-Modified: \(modified)", "ETag: W/\"a\"\nLast-Modified: \(modified)", true),
            ("ETag: \"a\"\nLast-Modified: \(modified)", "ETag: \"b\"\nLast-Modified: \(modified)", false),
            ("ETag: \"a\"\nLast-Modified: \(modified)", "Last-Modified: \(date(0))", false),
            ("ETag: W/\"a\"", "ETag: W/\"a\"\nLast-Modified: \(modified)", true),
        ]
    )
    func matches(stored: String, answer: String, expected: Bool) {
        #expect(Freshening.matches(storedFields: fields(stored), notModifiedFields: fields(answer)) == expected)
    }
}
