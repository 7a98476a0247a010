// The passive health of an origin: a pure machine, tested by event and time.

import Testing

@testable import Origins

@Suite("An origin that keeps failing is left alone for a while") struct HealthTests {
    let start = ContinuousClock.now

    private func opened() -> Health {
        var health = Health()
        for _ in 1..<Health.failuresToOpen { #expect(health.recordFailure(at: start) == .none) }
        #expect(health.recordFailure(at: start) == .opened(for: .seconds(1)))
        return health
    }

    @Test("it is asked until the fifth failure in a row")
    func opens() {
        var health = Health()
        for _ in 1..<Health.failuresToOpen {
            _ = health.recordFailure(at: start)
            #expect(health.permit(at: start) == .ask)
        }
        _ = health.recordFailure(at: start)
        #expect(health.permit(at: start) == .skip)
        #expect(health.isBackingOff)
    }

    @Test("an answer in between starts the count anew")
    func answerResets() {
        var health = Health()
        for _ in 1..<Health.failuresToOpen { _ = health.recordFailure(at: start) }
        #expect(health.recordAnswer() == .none)
        for _ in 1..<Health.failuresToOpen { _ = health.recordFailure(at: start) }
        #expect(health.permit(at: start) == .ask)
    }

    @Test("after the back-off one request probes, and the others go on passing it over")
    func oneProbe() {
        var health = opened()
        #expect(health.permit(at: start + .milliseconds(999)) == .skip)
        #expect(health.permit(at: start + .seconds(1)) == .probe)
        #expect(health.permit(at: start + .seconds(1)) == .skip)
        #expect(health.recordAnswer() == .closed)
        #expect(health.permit(at: start + .seconds(1)) == .ask)
    }

    @Test("each failed probe doubles the back-off, up to 30 s")
    func doubling() {
        var health = opened()
        var now = start + .seconds(1)
        for seconds in [2, 4, 8, 16, 30, 30] {
            #expect(health.permit(at: now) == .probe)
            #expect(health.recordFailure(at: now) == .opened(for: .seconds(seconds)))
            #expect(health.permit(at: now + .seconds(seconds) - .milliseconds(1)) == .skip)
            now += .seconds(seconds)
        }
    }

    @Test("a probe that tells nothing leaves the probing to the next request")
    func releasedProbe() {
        var health = opened()
        let later = start + .seconds(1)
        #expect(health.permit(at: later) == .probe)
        health.releaseProbe(at: later)
        #expect(health.permit(at: later) == .probe)
    }

    @Test("requests that were on their way when it opened change nothing")
    func lateFailures() {
        var health = opened()
        #expect(health.recordFailure(at: start + .milliseconds(500)) == .none)
        #expect(health.permit(at: start + .seconds(1)) == .probe)
    }
}
