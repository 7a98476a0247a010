// Value. What is done with a request, given what is stored.

import HTTPCaching
import HTTPMessage
import Testing

/// The plan for a request so many seconds after its response was received.
private func plan(
    _ request: String,
    _ response: String?,
    at seconds: Int = 0,
    method: Method = .get,
    variant: Bool = false
) -> Plan {
    Planner.plan(
        RequestFacts(method: method, fields: fields(request)),
        stored: response.flatMap { storedFacts($0) },
        anyVariantStored: variant,
        now: born + seconds,
        rules: rules
    )
}

private let plain = "Cache-Control: max-age=60\nETag: \"a\""
private let strict = "Cache-Control: max-age=60, must-revalidate\nETag: \"a\""

@Suite("RFC 9111 §4: reuse")
struct PlannerTests {
    @Test("nothing is stored")
    func miss() {
        #expect(plan("", nil) == .fill(.uriMiss))
        #expect(plan("", nil, variant: true) == .fill(.varyMiss))
        #expect(plan("", nil, method: .head) == .pass(.uriMiss))
        #expect(plan("", nil, method: .other) == .pass(.method))
        #expect(plan("", plain, method: .other) == .pass(.method))
        #expect(plan("Cache-Control: no-store", nil) == .pass(.uriMiss))
        #expect(plan("Cache-Control: only-if-cached", nil) == .refuse(status: 504, .onlyIfCached))
    }

    @Test(
        "§5.2.1: what a request demands of a stored response",
        arguments: [
            ("", plain, 59, Plan.serve(stale: nil)), ("Cache-Control: no-cache", plain, 0, .validate(.request)),
            ("Pragma: no-cache", plain, 0, .validate(.request)),
            ("Pragma: no-cache\nCache-Control: x", plain, 0, .serve(stale: nil)),
            ("Cache-Control: max-age=10", plain, 10, .serve(stale: nil)),
            ("Cache-Control: max-age=10", plain, 11, .validate(.request)),
            ("Cache-Control: max-age=0", plain, 1, .validate(.request)),
            ("Cache-Control: max-age=x", plain, 1, .validate(.request)),
            ("Cache-Control: min-fresh=10", plain, 50, .serve(stale: nil)),
            ("Cache-Control: min-fresh=10", plain, 51, .validate(.request)),
            ("Cache-Control: no-store", plain, 0, .serve(stale: nil)),
            ("Cache-Control: only-if-cached", plain, 0, .serve(stale: nil)),
            ("Cache-Control: only-if-cached", plain, 61, .refuse(status: 504, .onlyIfCached)),
            ("Cache-Control: only-if-cached, no-cache", plain, 0, .refuse(status: 504, .onlyIfCached)),
            ("Cache-Control: no-store", plain, 900, .pass(.stale)),
            ("Authorization: x", plain, 0, .serve(stale: nil)), ("Range: bytes=0-1", plain, 0, .serve(stale: nil)),
        ]
    )
    func request(request: String, response: String, seconds: Int, expected: Plan) {
        #expect(plan(request, response, at: seconds) == expected)
    }

    @Test(
        "a response born in the future is validated, whatever its lifetime and its windows; reloads included",
        arguments: [
            ("", plain, Plan.validate(.stale)), ("Cache-Control: max-age=0", plain, .validate(.stale)),
            ("Cache-Control: no-cache", plain, .validate(.request)),
            ("Cache-Control: max-stale=900", plain, .validate(.stale)),
            ("Cache-Control: max-stale", plain, .serve(stale: .maxStale)), ("", strict, .validate(.stale)),
            ("", "Cache-Control: max-age=60, stale-while-revalidate=9999\nETag: \"a\"", .validate(.stale)),
            ("Cache-Control: only-if-cached", plain, .refuse(status: 504, .onlyIfCached)),
            ("", "Cache-Control: max-age=60", .fill(.stale)),
        ]
    )
    func bornInTheFuture(request: String, response: String, expected: Plan) {
        for seconds in [-1, -3600, -315_360_000] { #expect(plan(request, response, at: seconds) == expected) }
    }

    @Test("where every origin fails, a response born in the future is served if any staleness may be")
    func bornInTheFutureOnError() throws {
        func mayServe(_ response: String) throws -> Bool {
            Planner.mayServeStaleOnError(
                RequestFacts(method: .get, fields: fields("")),
                stored: try #require(storedFacts(response)),
                now: born - 3600,
                rules: rules
            )
        }
        #expect(try mayServe(plain))
        #expect(try !mayServe(strict))
        #expect(try !mayServe("Cache-Control: max-age=60, stale-if-error=0\nETag: \"a\""))
    }

    @Test(
        "§4.2.4: a stale response is served only where both sides allow it",
        arguments: [
            ("Cache-Control: max-stale, max-age=0", plain, 70, .validate(.stale)),
            ("Cache-Control: max-stale=50, min-fresh=0", plain, 70, .validate(.stale)),
            ("Cache-Control: max-stale, max-age=900", plain, 500, .serve(stale: .maxStale)),
            ("", plain, 60, Plan.serveStaleAndValidate(.staleWhileRevalidate)),
            ("", plain, 89, .serveStaleAndValidate(.staleWhileRevalidate)),
            ("", plain, 90, .validate(.stale)), ("", strict, 60, .validate(.stale)),
            ("Cache-Control: max-stale", plain, 5000, .serve(stale: .maxStale)),
            ("Cache-Control: max-stale=40", plain, 100, .serve(stale: .maxStale)),
            ("Cache-Control: max-stale=40", plain, 101, .validate(.stale)),
            ("Cache-Control: max-stale", strict, 61, .validate(.stale)),
            ("Cache-Control: min-fresh=1", plain, 61, .validate(.stale)),
            ("Cache-Control: max-age=70", plain, 61, .validate(.stale)),
            ("Cache-Control: max-stale", "Cache-Control: s-maxage=60\nETag: \"a\"", 61, .validate(.stale)),
            ("Cache-Control: max-stale", "Cache-Control: no-cache, max-age=60\nETag: \"a\"", 0, .validate(.stale)),
            ("Cache-Control: only-if-cached, max-stale", plain, 61, .serve(stale: .maxStale)),
            ("", "Cache-Control: max-age=60", 500, .fill(.stale)),
            ("Cache-Control: no-cache", "Cache-Control: max-age=60", 0, .fill(.request)),
            ("", "Cache-Control: max-age=0\nETag: \"a\"", 0, .validate(.stale)),
        ]
    )
    func stale(request: String, response: String, seconds: Int, expected: Plan) {
        #expect(plan(request, response, at: seconds) == expected)
    }

    @Test("HEAD is answered from what GET stored; where that is stale, the origin answers it")
    func head() {
        #expect(plan("", plain, method: .head) == .serve(stale: nil))
        #expect(plan("", plain, at: 500, method: .head) == .pass(.stale))
        #expect(plan("", "Cache-Control: max-age=60", at: 500, method: .head) == .pass(.stale))
    }

    @Test(
        "RFC 5861 §4: when every origin fails",
        arguments: [
            ("", plain, 5060, true), ("", plain, 5061, false), ("", strict, 59, true), ("", strict, 61, false),
            ("Cache-Control: no-cache", plain, 0, false),
            ("Cache-Control: max-age=0", plain, 30, true), ("Cache-Control: stale-if-error=9000", plain, 9060, true),
            ("", "Cache-Control: no-cache, max-age=60\nETag: \"a\"", 0, false),
            ("", "Cache-Control: max-age=60, stale-if-error=0", 61, false),
        ]
    )
    func onError(request: String, response: String, seconds: Int, expected: Bool) throws {
        let allows = Planner.mayServeStaleOnError(
            RequestFacts(method: .get, fields: fields(request)),
            stored: try #require(storedFacts(response)),
            now: born + seconds,
            rules: rules
        )
        #expect(allows == expected)
    }

    @Test("what a request says")
    func requestFacts() {
        #expect(RequestFacts.plain == RequestFacts(method: .get, fields: fields("Accept: x\nCookie: y")))
        #expect(RequestFacts(method: .get, fields: fields("Range: x")).isRange)
        #expect(!RequestFacts(method: .head, fields: fields("Range: x")).isRange)
        #expect(RequestFacts(method: .get, fields: fields("if-none-match: x")).isConditional)
    }

    @Test(
        "RFC 9111 §4.3.2, RFC 9110 §13.2.2: If-Match and If-Unmodified-Since are the origin's to evaluate",
        arguments: [
            "If-Match: \"a\"", "If-Match: x", "If-Unmodified-Since: \(date(0))", "If-Match: *\nIf-None-Match: *",
        ]
    )
    func forOrigin(request: String) {
        for method in [Method.get, .head] {
            #expect(plan(request, plain, method: method) == .pass(.request))
        }
        #expect(plan("\(request)\nCache-Control: only-if-cached", plain) == .refuse(status: 504, .onlyIfCached))
        let facts = RequestFacts(method: .get, fields: fields(request))
        let stored = storedFacts(plain)
        #expect(stored.map { Planner.mayServeStaleOnError(facts, stored: $0, now: born, rules: rules) } == false)
    }
}
