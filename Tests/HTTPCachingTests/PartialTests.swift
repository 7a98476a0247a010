// Value. Parts of a representation, and what they answer and make together.

import HTTPCaching
import HTTPMessage
import Testing

@Suite("RFC 9111 §3.3, §3.4: parts")
struct PartialTests {
    private func part(_ first: Int64, _ last: Int64, of length: Int64 = 100) -> StoredPart {
        StoredPart(range: first...last, completeLength: length)
    }

    @Test(
        "RFC 9110 §14.4: a part is one range of a known whole",
        arguments: [
            (206, "Content-Range: bytes 0-9/100", true), (206, "Content-Range: bytes 0-9/*", false),
            (206, "Content-Range: bytes */100", false), (206, "", false), (200, "Content-Range: bytes 0-9/100", false),
            (206, "Content-Range: bytes 0-9/100\nContent-Range: bytes 0-9/100", false),
            (206, "Content-Range: bytes 9-0/100", false), (206, "Content-Range: bytes 0-100/100", false),
            (206, "Content-Range: items 0-9/100", false), (206, "Content-Range: bytes=0-9/100", false),
            (206, "Content-Range: bytes 0-99999999999999999999/1", false),
        ]
    )
    func read(status: Int, head: String, isPart: Bool) {
        #expect((StoredPart(status: status, fields: fields(head)) != nil) == isPart)
    }

    @Test(
        "§3.3: it answers ranges that lie inside, and those that lie outside the whole",
        arguments: [
            ("bytes=10-19", true), ("bytes=10-", false), ("bytes=9-19", false), ("bytes=12-13,15-16", true),
            ("bytes=12-13,25-26", false), ("bytes=100-", true), ("bytes=0-", false), ("bytes=-5", false),
            ("x=1-2", false),
            ("bytes=19-19", true), ("bytes=20-20", false), ("", false),
        ]
    )
    func answers(range: String, expected: Bool) {
        let stored = fields("ETag: \"a\"\nDate: \(date(0))\nLast-Modified: \(date(-50))")
        let request = Fields([("Range", range)])
        #expect(part(10, 19).answers(request, stored: stored) == expected)
        var other = request
        other.append(name: "If-Range", value: "\"b\"")
        #expect(!part(10, 19).answers(other, stored: stored), "another representation is wanted")
    }

    @Test("§3.4: what is missing is one range, or not asked for")
    func rest() {
        #expect(part(0, 9).rest == "bytes=10-")
        #expect(part(90, 99).rest == "bytes=0-89")
        #expect(part(10, 19).rest == nil)
        #expect(part(0, 99).rest == nil && part(0, 99).isWhole)
    }

    @Test("§3.4: two parts are one where they touch and have one length")
    func combined() {
        #expect(part(0, 9).combined(with: part(10, 99)) == part(0, 99))
        #expect(part(10, 99).combined(with: part(0, 9)) == part(0, 99))
        #expect(part(0, 50).combined(with: part(20, 60)) == part(0, 60))
        #expect(part(20, 30).combined(with: part(0, 99)) == part(0, 99))
        #expect(part(0, 9).combined(with: part(11, 20)) == nil)
        #expect(part(0, 9).combined(with: part(10, 20, of: 101)) == nil)
    }

    @Test(
        "§3.4: only a strong entity tag says that a stored part and a new one are of one version",
        arguments: [
            ("ETag: \"a\"", "ETag: \"a\"", true), ("ETag: \"a\"", "ETag: \"b\"", false),
            ("ETag: W/\"a\"", "ETag: W/\"a\"", false), ("ETag: \"a\"", "", false), ("", "", false),
            ("ETag: a", "ETag: a", false),
            (
                "Last-Modified: \(date(-500))\nDate: \(date(0))", "Last-Modified: \(date(-500))\nDate: \(date(0))",
                false
            ),
        ]
    )
    func isSame(stored: String, newer: String, expected: Bool) {
        let (old, new) = (part(0, 9).validators(fields(stored)), part(10, 19).validators(fields(newer)))
        #expect(old.mayJoin(new, isSameOrigin: true) == expected)
        #expect(old.mayJoin(new, isSameOrigin: false) == expected)
    }

    @Test("§3: a 206 is stored where it is a part, with explicit freshness or without")
    func stored() {
        let range = "Content-Range: bytes 0-9/100"
        #expect(storedFacts("\(range)\nCache-Control: max-age=60", status: 206)?.status == 206)
        #expect(storedFacts(range, status: 206)?.flags.contains(.fromHeuristic) == true)
        #expect(decide("Cache-Control: max-age=60", status: 206) == .refused(.partialContent))
    }

    @Test(
        "§3.3, §3.4: the plan for what a part does not cover",
        arguments: [
            (Coverage.extensible, 0, "", Plan.complete(.partial)), (.part, 0, "", .fill(.partial)),
            (.extensible, 500, "", .fill(.stale)), (.extensible, 0, "Cache-Control: no-cache", .fill(.request)),
            (.extensible, 0, "Cache-Control: only-if-cached", .refuse(status: 504, .onlyIfCached)),
            (.all, 0, "", .serve(stale: nil)),
        ]
    )
    func plans(coverage: Coverage, seconds: Int, request: String, expected: Plan) {
        let plan = Planner.plan(
            RequestFacts(method: .get, fields: fields(request)),
            stored: storedFacts("Cache-Control: max-age=60\nContent-Range: bytes 0-9/100\nETag: \"a\"", status: 206),
            anyVariantStored: true,
            coverage: coverage,
            now: born + seconds,
            rules: rules
        )
        #expect(plan == expected)
    }
}
