// Value. Makes requests and responses for walks: what real origins and clients send, and what they should not.

/// Random field lines.
package struct HeaderGenerator: Sendable {
    private var random: SeededGenerator

    /// Makes a generator of one sequence.
    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A number of a range.
    package mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    /// True once in so many times.
    package mutating func once(in times: Int) -> Bool { number(0..<times) == 0 }

    /// One of several texts.
    package mutating func pick(_ texts: [String]) -> String { texts[number(0..<texts.count)] }

    private static let responseDirectives = [
        "max-age=60", "max-age=60", "max-age=60", "max-age=0", "max-age=\"60\"", "MAX-Age=60", "max-age=60, max-age=10",
        "max-age=10, max-age=60", "max-age=-1", "max-age=1.5", "max-age=99999999999999999999", "max-age= 60",
        "max-age =60", "max-age", "max-age=", "max-age=60x", "max-age='60'", "max-age=0060", "s-maxage=60",
        "s-maxage=0",
        "s-maxage=\"x\"", "no-store", "no-cache", "NO-CACHE", "no-cache=\"X-A\"", "no-cache=", "private",
        "private=\"X-A, X-B\"", "private=\"\"", "public", "must-revalidate", "proxy-revalidate", "must-understand",
        "must-understand, no-store", "immutable", "stale-while-revalidate=60", "stale-while-revalidate=x",
        "stale-if-error=60", "stale-if-error=0", "ext=\"max-age=60, no-store\"", "ext=\"a\\\"no-store,\"", "ext", "a b",
        "\"no-store", ",", "", "=", "no-transform",
    ]
    private static let requestDirectives = [
        "no-cache", "no-store", "max-age=0", "max-age=30", "max-age=100000", "max-age=x", "max-stale", "max-stale=50",
        "max-stale=x", "min-fresh=30", "min-fresh=0", "min-fresh=99999999999", "only-if-cached", "no-transform",
        "ext=1",
        "stale-if-error=100", "MAX-AGE=0",
    ]
    private static let statuses = [
        201, 203, 204, 206, 299, 300, 301, 302, 308, 404, 405, 410, 414, 418, 451, 500, 501, 503, 599,
    ]

    /// The fields of an origin's answer, and its status; `name` is in its entity tag.
    package mutating func response(name: String, now: Int) -> (status: Int, fields: [(String, String)]) {
        let status = once(in: 4) ? Self.statuses[number(0..<Self.statuses.count)] : 200
        var fields: [(String, String)] = []
        for _ in 0..<number(0..<3) {
            let count = number(1..<4)
            let members = (0..<count).map { _ in pick(Self.responseDirectives) }
            fields.append(("Cache-Control", members.joined(separator: pick([", ", ",", " ,\t"]))))
        }
        if once(in: 12) {
            let values = [
                "max-age=60", "no-store", "", "max-age=0, public", "MAX-AGE=60", "max-age=60,", "a=1, private",
            ]
            fields.append((pick(["CDN-Cache-Control", "Larder-Cache-Control", "Other-Cache-Control"]), pick(values)))
        }
        if once(in: 3) { fields += expires(now) }
        if once(in: 2) { fields += date(now) }
        if once(in: 3) { fields += age() }
        if once(in: 2) {
            fields.append(("Last-Modified", once(in: 5) ? pick(["0", "x", ""]) : text(now - number(0..<200_000))))
        }
        if once(in: 2) { fields.append(("ETag", pick(["\"\(name)\"", "\"\(name)\"", "W/\"\(name)\"", name, "\"\""]))) }
        if once(in: 4) {
            fields.append(
                ("Vary", pick(["X-V", "x-v , Accept-Language", "Accept-Language", "*", "X-V, *", "a b", ""]))
            )
        }
        if once(in: 8) { fields.append(("Set-Cookie", "a=b")) }
        if once(in: 6) { fields.append(("X-A", "1")) }
        if once(in: 12) { fields += [("Connection", "X-C"), ("X-C", "secret")] }
        if once(in: 12) { fields.append(("Pragma", "no-cache")) }
        return (status, fields)
    }

    private mutating func text(_ time: Int) -> String { ModelDate.text(time, form: number(0..<3)) }

    private mutating func expires(_ now: Int) -> [(String, String)] {
        switch number(0..<6) {
        case 0:
            [
                (
                    "Expires",
                    pick(["0", "-1", "", "now", "Thu, 99 Foo 2099 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 UTC"])
                )
            ]
        case 1: [("Expires", text(now - number(0..<100)))]
        case 2: [("Expires", ModelDate.text(now + 60)), ("Expires", ModelDate.text(now + 600))]
        default: [("Expires", text(now + number(1..<1000)))]
        }
    }

    private mutating func date(_ now: Int) -> [(String, String)] {
        switch number(0..<6) {
        case 0: [("Date", pick(["x", "", "0"]))]
        case 1: [("Date", text(now + number(0..<100)))]
        default: [("Date", text(now - number(0..<100)))]
        }
    }

    private mutating func age() -> [(String, String)] {
        let values = [
            "0", "30", "55", "100", "-5", "abc", "1.5", "30, 5", "5, 30", "99999999999999999999", "", "7;a=b",
        ]
        return (0..<number(1..<3)).map { _ in ("Age", pick(values)) }
    }

    /// The fields of a client's request; `names` are entity tags that the origin has given.
    package mutating func request(names: [String], now: Int) -> [(String, String)] {
        var fields: [(String, String)] = []
        if once(in: 4) {
            let members = (0..<number(1..<3)).map { _ in pick(Self.requestDirectives) }
            fields.append(("Cache-Control", members.joined(separator: ", ")))
        }
        if once(in: 20) { fields.append(("Pragma", pick(["no-cache", "x", "No-Cache"]))) }
        if once(in: 12) { fields.append(("Authorization", "Basic eDp5")) }
        if once(in: 2) { fields.append(("X-V", pick(["1", "2", " 1 ", ""]))) }
        if once(in: 4) { fields.append(("Accept-Language", pick(["en, de", "DE,en", "de", "fr"]))) }
        if once(in: 8) {
            fields.append(("Range", pick(["bytes=0-3", "bytes=-2", "bytes=2-", "bytes=99-", "x=1", "bytes=3-1"])))
        }
        if once(in: 6) {
            let known = names.isEmpty ? ["x"] : names
            let tags = [
                "\"\(pick(known))\"", "W/\"\(pick(known))\"", "*", "\"x\", \"\(pick(known))\"", pick(known), "\"", "",
            ]
            fields.append(("If-None-Match", pick(tags)))
        }
        if once(in: 8) {
            fields.append(("If-Modified-Since", once(in: 3) ? pick(["0", "x", ""]) : text(now - number(0..<200_000))))
        }
        return fields
    }
}
