// Value. Finds settings of freshness that cancel each other: each is valid, but together one of them has no effect.
// This is a warning, never a problem, because larder can serve. Only settings of one section are compared: a route may
// override the top level on purpose.

/// Checks the settings of freshness of one section.
struct FreshnessChecks {
    /// The settings that hold for the section, inherited ones included.
    let cache: Configuration.Cache
    /// The section: `cache` or `routes[0].cache`.
    let section: String

    func run(_ findings: inout Findings) {
        checkHeuristic(&findings)
        checkOperatorTTL(&findings)
        checkMaximum(&findings)
    }

    private func says(_ name: String, _ findings: Findings) -> Bool {
        findings.has("\(section).\(name)") && !findings.isFaulty("\(section).\(name)")
    }

    private func warn(_ name: String, _ findings: inout Findings, _ message: String, expected: String) {
        findings.warning("\(section).\(name)", message, expected: expected)
    }

    private func checkHeuristic(_ findings: inout Findings) {
        let maximum = cache.heuristicMaximum
        let minimum = cache.heuristicMinimum
        if maximum == .zero {
            for name in ["heuristic_minimum", "heuristic_fraction"] where says(name, findings) {
                let message = "has no effect: heuristic_maximum: 0 turns the heuristic off, and default_ttl holds"
                warn(name, &findings, message, expected: "a heuristic_maximum above 0, or no \(name)")
            }
            return
        }
        if minimum > maximum, says("heuristic_minimum", findings) {
            let message = "is more than heuristic_maximum (\(text(maximum))), which holds"
            warn("heuristic_minimum", &findings, message, expected: "at most heuristic_maximum")
        }
        if cache.heuristicFraction == 0, says("heuristic_fraction", findings) {
            let message =
                minimum == .zero
                ? "no picture is ever fresh whose origin gives no lifetime, since heuristic_minimum is 0"
                : "every picture whose origin gives no lifetime is fresh for heuristic_minimum (\(text(minimum)))"
            warn("heuristic_fraction", &findings, message, expected: "a share above 0, or heuristic_maximum: 0")
        }
    }

    private func checkOperatorTTL(_ findings: inout Findings) {
        guard let ttl = cache.ttl else { return }
        for name in ["default_ttl", "heuristic_fraction", "heuristic_minimum", "heuristic_maximum"]
        where says(name, findings) {
            let message = "has no effect: ttl (\(text(ttl))) holds whatever the origin says"
            warn(name, &findings, message, expected: "no ttl, or no \(name)")
        }
    }

    private func checkMaximum(_ findings: inout Findings) {
        let lifetimes = [
            ("default_ttl", cache.defaultTTL), ("negative_ttl", cache.negativeTTL),
            ("heuristic_minimum", cache.heuristicMinimum), ("heuristic_maximum", cache.heuristicMaximum),
        ]
        for (name, lifetime) in lifetimes where lifetime > cache.maximumTTL && says(name, findings) {
            let message = "is more than maximum_ttl (\(text(cache.maximumTTL))), which holds"
            warn(name, &findings, message, expected: "at most maximum_ttl")
        }
    }

    private func text(_ duration: Duration) -> String { Quantity.duration.text(duration.wholeNanoseconds) }
}
