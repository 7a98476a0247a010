// Settings of freshness that cancel each other: what a section says in vain is a warning at its own line.

import Settings
import Testing

@Suite("settings of freshness that cancel each other") struct FreshnessCheckTests {
    private func warnings(_ cache: String, route: String? = nil) throws -> [String] {
        let routes = route.map { "routes: [{path: /t/, cache: {\($0)}}]\n" } ?? ""
        let text = "cache: {directory: /var/cache/x, \(cache)}\norigins: [{url: 'http://a'}]\n" + routes
        let loaded = try ConfigurationFile.parse(text: text, file: "l.yaml", probe: FakeMachine())
        return loaded.warnings.map { "\($0.path): \($0.message)" }
    }

    private static let isOff = "has no effect: heuristic_maximum: 0 turns the heuristic off, and default_ttl holds"
    private static let isForced = "has no effect: ttl (1d) holds whatever the origin says"

    @Test(
        "one section",
        arguments: [
            ("heuristic_maximum: 0", []),
            ("heuristic_maximum: 0s, heuristic_minimum: 1m", ["heuristic_minimum: \(isOff)"]),
            ("heuristic_maximum: 0, heuristic_fraction: 0.2", ["heuristic_fraction: \(isOff)"]),
            ("heuristic_maximum: 30s", []), ("heuristic_minimum: 1m, heuristic_maximum: 1m", []),
            (
                "heuristic_minimum: 2m, heuristic_maximum: 1m",
                ["heuristic_minimum: is more than heuristic_maximum (1m), which holds"]
            ),
            (
                "heuristic_fraction: 0",
                ["heuristic_fraction: every picture whose origin gives no lifetime is fresh for heuristic_minimum (1m)"]
            ),
            (
                "heuristic_fraction: 0, heuristic_minimum: 0",
                [
                    "heuristic_fraction: no picture is ever fresh whose origin gives no lifetime, since heuristic_minimum is 0"
                ]
            ),
            ("ttl: 1d", []), ("ttl: 1d, negative_ttl: 5s, grace: 1m", []),
            ("ttl: 1d, default_ttl: 2h", ["default_ttl: \(isForced)"]),
            ("ttl: 1d, heuristic_minimum: 2m", ["heuristic_minimum: \(isForced)"]), ("maximum_ttl: 10m", []),
            ("maximum_ttl: 10m, default_ttl: 1h", ["default_ttl: is more than maximum_ttl (10m), which holds"]),
            (
                "maximum_ttl: 10s, heuristic_minimum: 1m",
                ["heuristic_minimum: is more than maximum_ttl (10s), which holds"]
            ),
            ("maximum_ttl: 1s, negative_ttl: 5s", ["negative_ttl: is more than maximum_ttl (1s), which holds"]),
        ] as [(String, [String])]
    )
    func section(settings: String, expected: [String]) throws {
        #expect(try warnings(settings) == expected.map { "cache.\($0)" })
    }

    @Test(
        "a route: what it overrides above it is no warning, what it says in vain is one",
        arguments: [
            ("default_ttl: 2h", "ttl: 1d", []), ("ttl: 1d", "default_ttl: 2h", ["default_ttl: \(isForced)"]),
            ("ttl: 1d", "default_ttl: 2h, ttl: none", []),
            ("heuristic_maximum: 0", "heuristic_minimum: 5m", ["heuristic_minimum: \(isOff)"]),
            ("heuristic_minimum: 5m", "heuristic_maximum: 0", []),
        ] as [(String, String, [String])]
    )
    func route(above: String, own: String, expected: [String]) throws {
        #expect(try warnings(above, route: own) == expected.map { "routes[0].cache.\($0)" })
    }
}
