// Value. The Cache-Status member of each outcome.

import HTTPCaching
import HTTPMessage
import Testing

@Suite("RFC 9211 §2: Cache-Status")
struct CacheStatusTests {
    @Test(
        "parameters and their order",
        arguments: [
            (CacheStatus.hit(timeToLive: 41), "larder; hit; ttl=41"),
            (.hit(timeToLive: -4, detail: "stale-if-error"), "larder; hit; ttl=-4; detail=stale-if-error"),
            (
                CacheStatus(outcome: .forward(.uriMiss), forwardStatus: 200, isStored: true),
                "larder; fwd=uri-miss; fwd-status=200; stored"
            ),
            (
                CacheStatus(
                    outcome: .forward(.stale),
                    forwardStatus: 304,
                    isStored: true,
                    isCollapsed: true,
                    timeToLive: 60
                ), "larder; fwd=stale; fwd-status=304; stored; collapsed; ttl=60"
            ),
            (CacheStatus(outcome: .forward(.varyMiss)), "larder; fwd=vary-miss"),
            (CacheStatus(outcome: .hit, isStored: true), "larder; hit"),
            (CacheStatus(outcome: .none, detail: "only-if-cached"), "larder; detail=only-if-cached"),
            (CacheStatus(outcome: .none, detail: "a \"b\\\u{E9}"), "larder; detail=\"a \\\"b\\\\?\""),
            (CacheStatus(outcome: .none, detail: ""), "larder; detail=\"\""),
            (CacheStatus(outcome: .none, detail: "5x"), "larder; detail=\"5x\""),
        ]
    )
    func value(status: CacheStatus, expected: String) {
        #expect(status.value == expected)
    }

    @Test("the short way writes the same bytes", arguments: [0, 41, -7, Int64.max, Int64.min])
    func hit(ttl: Int64) {
        var bytes: [UInt8] = []
        bytes.append(upTo: CacheStatus.longestHit) { CacheStatus.writeHit(ttl: ttl, into: &$0) }
        #expect(String(decoding: bytes, as: UTF8.self) == CacheStatus.hit(timeToLive: ttl).value)
    }

    @Test("§2.2: the reasons are the registered ones")
    func reasons() {
        let registered: Set<String> = [
            "bypass", "method", "uri-miss", "vary-miss", "miss", "request", "stale", "partial",
        ]
        #expect(Set(ForwardReason.allCases.map(\.rawValue)) == registered)
    }
}
