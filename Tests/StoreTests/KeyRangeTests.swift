// Stateless. Which keys are in a range, and listings page by page.

import TestSupport
import Testing

@testable import Store

@Suite("ranges of keys")
struct KeyRangeTests {
    private static let keys = [
        "", "/", "/!a", "/-", "/.a", "//", "//@", "//@//a", "//@//b", "//A/x", "//a.test/x", "/0", "/a", "/a/", "/a/b",
        "/a0", "/b", "/~",
    ]

    @Test(
        "ranges have the keys that fall under the rule, and of exact rules no others",
        arguments: [
            .prefix([]), .prefix("/a"), .prefix("/a/"), .prefix("//"), .prefix([0x2F, 0xFF]), .key("/a"), .withoutHost,
        ] as [PurgeRule]
    )
    func members(rule: PurgeRule) {
        for text in Self.keys.dropFirst() {
            let key = Array(text.utf8)
            let isInside = rule.ranges.contains { !key.lexicographicallyPrecedes($0.lower) && !$0.isBehind(key) }
            #expect(isInside == rule.matches(key), "\(text) and \(rule)")
        }
        #expect(PurgeRule(kind: rule.kind, pattern: rule.pattern) == rule)
    }

    @Test(
        "keys without a host",
        arguments: [("/", true), ("/a", true), ("//@//a", true), ("//a.test/", false), ("//", false)]
    )
    func hostless(key: String, isInside: Bool) {
        #expect(PurgeRule.withoutHost.matches(Array(key.utf8)) == isInside)
    }

    @Test("a listing goes on behind any place, and ends with its range", arguments: [1, 2, 100])
    func pages(limit: Int) async throws {
        let stage = try TestStore()
        defer { stage.store.close() }
        for number in 0..<5 { await stage.put("/a/\(number)", [1]) }
        await stage.put("/b", [1])
        await stage.settle()
        let range = PurgeRule.prefix("/a/").ranges[0]
        var found: [String] = []
        var place: ListPlace?
        repeat {
            let start = place
            let page = await withCheckedContinuation { continuation in
                stage.store.list(range, after: start, limit: limit) { continuation.resume(returning: $0) }
            }
            found += page.map(\.key)
            place = page.count < limit ? nil : page.last?.place
        } while place != nil
        #expect(found == (0..<5).map { "/a/\($0)" })
    }
}
