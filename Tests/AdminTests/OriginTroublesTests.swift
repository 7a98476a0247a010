// What /healthz says of the origins: a pure function of their figures.

import Coding
import Origins
import Testing

@testable import Admin

@Suite("Health is degraded while an origin fails whose work no other origin can do")
struct OriginTroublesTests {
    private typealias Kind = OriginError.Kind

    /// An origin as a table has it.
    struct Origin: Sendable {
        var url = "http://a"
        var list = 0
        var isAuthoritative = false
        var isBackingOff = false
        var failure: OriginError?

        var statistics: OriginStatistics {
            var statistics = OriginStatistics(url: url)
            statistics.list = list
            statistics.isAuthoritative = isAuthoritative
            statistics.isBackingOff = isBackingOff
            statistics.failure = failure
            return statistics
        }
    }

    private static func error(_ kind: OriginError.Kind, _ detail: String = "") -> OriginError {
        OriginError(kind: kind, operation: "connect", subject: "http://a", detail: detail)
    }

    private static let well = Origin(url: "http://b")
    private static let refused = error(.connectionRefused, "Connection refused")

    @Test(
        "in a list where others respond, a failing authoritative origin and any unresolvable name are reported",
        arguments: [
            (Origin(isAuthoritative: true), []),
            (
                Origin(isAuthoritative: true, isBackingOff: true, failure: refused),
                [
                    "authoritative origin http://a fails (circuit breaker open): connection_refused (Connection refused)"
                ]
            ),
            (
                Origin(isAuthoritative: true, failure: refused),
                ["authoritative origin http://a cannot be reached: connection_refused (Connection refused)"]
            ),
            (
                Origin(isAuthoritative: true, isBackingOff: true),
                ["authoritative origin http://a fails (circuit breaker open): it failed too often"]
            ),
            (Origin(isBackingOff: true, failure: refused), []),
            (Origin(failure: refused), []),
            (Origin(failure: error(.dnsFailure)), ["origin http://a cannot be reached: its name does not resolve"]),
            (
                Origin(failure: error(.connectTimeout, "Resolving timed out after 2000 milliseconds")),
                [
                    "origin http://a cannot be reached: its name does not resolve (Resolving timed out after 2000 milliseconds)"
                ]
            ),
            (Origin(failure: error(.connectTimeout, "Connection timed out")), []),
        ] as [(Origin, [String])]
    )
    func one(origin: Origin, reasons: [String]) {
        let origins = [origin, Self.well].map(\.statistics)
        #expect(OriginTroubles.reasons(origins, listNames: ["default"]) == reasons)
    }

    @Test("a list whose origins all fail is reported once, with all of its origins")
    func every() {
        let origins = [
            Origin(isAuthoritative: true, isBackingOff: true, failure: Self.refused),
            Origin(url: "http://b", failure: Self.error(.dnsFailure)),
        ].map(\.statistics)
        let each = "http://a: connection_refused (Connection refused); http://b: its name does not resolve"
        #expect(
            OriginTroubles.reasons(origins, listNames: ["default"])
                == ["every origin fails: only stored pictures are served (\(each))"]
        )
    }

    @Test("with several lists each reason names its own")
    func lists() {
        let origins = [
            Self.well, Origin(isAuthoritative: true, failure: Self.error(.tlsFailure)),
            Origin(url: "http://c", list: 1, isAuthoritative: true, failure: Self.refused),
        ].map(\.statistics)
        #expect(
            OriginTroubles.reasons(origins, listNames: ["default", "routes[0]"]) == [
                "authoritative origin http://a of default cannot be reached: tls_failure",
                "every origin of routes[0] fails: only stored pictures are served "
                    + "(http://c: connection_refused (Connection refused))",
            ]
        )
    }
}
