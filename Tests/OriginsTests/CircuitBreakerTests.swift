// The breaker of an origin, the retry budget and the lag: pure machines, tested by event and time.

import Runtime
import Testing

@testable import Origins

@Suite("The circuit breaker of an origin that keeps failing opens for a while") struct CircuitBreakerTests {
    let start = Instant.now

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 1..<CircuitBreaker.failuresToOpen { #expect(breaker.recordFailure(at: start, chance: 1) == .none) }
        #expect(breaker.recordFailure(at: start, chance: 1) == .opened(for: CircuitBreaker.firstBackOff))
        return breaker
    }

    @Test("it is asked until the fifth failure in a row")
    func opens() {
        var breaker = CircuitBreaker()
        for _ in 1..<CircuitBreaker.failuresToOpen {
            _ = breaker.recordFailure(at: start, chance: 1)
            #expect(breaker.isClosed)
        }
        _ = breaker.recordFailure(at: start, chance: 1)
        #expect(!breaker.isClosed)
        #expect(breaker.probeDue == start + CircuitBreaker.firstBackOff)
    }

    @Test("a response in between resets the count")
    func answerResets() {
        var breaker = CircuitBreaker()
        for _ in 1..<CircuitBreaker.failuresToOpen { _ = breaker.recordFailure(at: start, chance: 1) }
        #expect(breaker.recordAnswer(at: start) == .none)
        for _ in 1..<CircuitBreaker.failuresToOpen { _ = breaker.recordFailure(at: start, chance: 1) }
        #expect(breaker.isClosed)
    }

    @Test("ten failures among the last twenty outcomes open it, though no five come in a row")
    func share() {
        var breaker = CircuitBreaker()
        for _ in 0..<9 {
            #expect(breaker.recordFailure(at: start, chance: 1) == .none)
            #expect(breaker.recordAnswer(at: start) == .none)
        }
        #expect(breaker.recordFailure(at: start, chance: 1) == .opened(for: CircuitBreaker.firstBackOff))
    }

    @Test(
        "after a recent response the breaker opens for silence, not for prompt failures",
        arguments: [(true, 0, true), (true, 999, true), (true, 1000, false), (false, 0, false)]
    )
    func prompt(isPrompt: Bool, milliseconds: Int, isClosed: Bool) {
        var breaker = CircuitBreaker()
        _ = breaker.recordAnswer(at: start)
        let now = start + .milliseconds(milliseconds)
        for _ in 0..<50 { _ = breaker.recordFailure(at: now, isPrompt: isPrompt, chance: 1) }
        #expect(breaker.isClosed == isClosed)
    }

    @Test("nine of twenty do not, and what is longer ago does not count")
    func smallShare() {
        var breaker = CircuitBreaker()
        for _ in 0..<50 {
            _ = breaker.recordFailure(at: start, chance: 1)
            _ = breaker.recordAnswer(at: start)
            _ = breaker.recordAnswer(at: start)
        }
        #expect(breaker.isClosed)
    }

    @Test("after the back-off one probe begins, and requests go on passing the origin over until it is answered")
    func oneProbe() {
        var breaker = opened()
        let due = start + CircuitBreaker.firstBackOff
        #expect(breaker.beginProbe(at: due + .milliseconds(-1)) == false)
        #expect(breaker.beginProbe(at: due) == true)
        #expect(breaker.beginProbe(at: due) == false)
        #expect(!breaker.isClosed)
        #expect(breaker.recordAnswer(at: start) == .closed)
        #expect(breaker.isClosed)
        #expect(breaker.probeDue == nil)
    }

    @Test("each failed probe doubles the back-off, up to 8 s")
    func doubling() {
        var breaker = opened()
        var now = start + CircuitBreaker.firstBackOff
        for seconds in [1, 2, 4, 8, 8] {
            #expect(breaker.beginProbe(at: now) == true)
            #expect(breaker.recordFailure(at: now, chance: 1) == .opened(for: .seconds(seconds)))
            #expect(breaker.beginProbe(at: now + .seconds(seconds) + .milliseconds(-1)) == false)
            now = now + .seconds(seconds)
        }
    }

    @Test("chance takes up to half of a back-off", arguments: [(0.0, 250), (0.5, 375), (1.0, 500)])
    func jitter(chance: Double, milliseconds: Int) {
        var breaker = CircuitBreaker()
        for _ in 1...CircuitBreaker.failuresToOpen { _ = breaker.recordFailure(at: start, chance: chance) }
        #expect(breaker.probeDue == start + .milliseconds(milliseconds))
    }

    @Test("a probe that tells nothing counts as failed, without doubling")
    func releasedProbe() {
        var breaker = opened()
        let later = start + CircuitBreaker.firstBackOff
        #expect(breaker.beginProbe(at: later) == true)
        breaker.releaseProbe(at: later)
        #expect(breaker.beginProbe(at: later) == false)
        #expect(breaker.beginProbe(at: later + CircuitBreaker.firstBackOff) == true)
    }

    @Test("requests that were on their way when it opened change nothing")
    func lateFailures() {
        var breaker = opened()
        #expect(breaker.recordFailure(at: start + .milliseconds(300), chance: 1) == .none)
        #expect(breaker.beginProbe(at: start + CircuitBreaker.firstBackOff) == true)
    }

    @Test("RFC 9110 §10.2.3: an origin that asks for a pause gets it, a minute at most")
    func pause() {
        var breaker = CircuitBreaker()
        #expect(breaker.pause(for: .seconds(3), at: start) == .opened(for: .seconds(3)))
        #expect(breaker.askedForPause && !breaker.isClosed)
        #expect(breaker.beginProbe(at: start + .milliseconds(2999)) == false)
        #expect(breaker.beginProbe(at: start + .seconds(3)) == true)
        #expect(breaker.recordAnswer(at: start) == .closed)
        #expect(!breaker.askedForPause)
        _ = breaker.pause(for: .seconds(100_000), at: start)
        #expect(breaker.probeDue == start + CircuitBreaker.longestRetryAfter)
    }
}

@Suite("Retries and hedges have a budget") struct RetryBudgetTests {
    let start = Instant.now

    private func taken(_ tries: Int, from budget: inout RetryBudget, at now: Instant) -> Int {
        var count = 0
        for _ in 0..<tries where budget.spend(at: now) { count += 1 }
        return count
    }

    @Test("ten at once, then ten a second")
    func rate() {
        var budget = RetryBudget(at: start)
        #expect(taken(20, from: &budget, at: start) == 10)
        #expect(taken(20, from: &budget, at: start + .seconds(1)) == 10)
    }

    @Test("a tenth of the requests more, at most a hundred kept")
    func share() {
        var budget = RetryBudget(at: start)
        while budget.spend(at: start) {}
        for _ in 0..<500 { budget.earn() }
        #expect((49...50).contains(taken(100, from: &budget, at: start)))
        for _ in 0..<10_000 { budget.earn() }
        #expect(taken(1000, from: &budget, at: start) == 100)
    }
}

@Suite("An origin's lag is learnt from what it did not have") struct LagTests {
    let start = Instant.now

    @Test("from the first 404 to the first 200")
    func measured() {
        var lag = Lag()
        #expect(lag.hit("/a", at: start) == nil)
        lag.miss("/a", at: start)
        lag.miss("/a", at: start + .seconds(2))
        #expect(lag.hit("/a", at: start + .seconds(5)) == .seconds(5))
        #expect(lag.hit("/a", at: start + .seconds(6)) == nil)
    }

    @Test("of more pictures than are remembered the oldest are let go")
    func bounded() {
        var lag = Lag()
        for number in 0...Lag.remembered { lag.miss("/\(number)", at: start) }
        #expect(lag.hit("/0", at: start + .seconds(1)) == nil)
        #expect(lag.hit("/1", at: start + .seconds(1)) == .seconds(1))
        #expect(lag.hit("/\(Lag.remembered)", at: start + .seconds(1)) == .seconds(1))
    }
}

@Suite("The latest latencies") struct LatencyWindowTests {
    @Test("nothing is said of fewer than twenty; then nineteen of twenty are within it")
    func percentile() {
        var window = LatencyWindow()
        for number in 1..<20 { window.record(.milliseconds(number)) }
        #expect(window.percentile95 == nil)
        window.record(.milliseconds(20))
        #expect(window.percentile95 == .milliseconds(20))
        for _ in 0..<200 { window.record(.milliseconds(7)) }
        #expect(window.percentile95 == .milliseconds(7))
    }
}
