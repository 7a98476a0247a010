// Value. How many requests may be asked besides the first asking: hedges, and origins asked although they are left alone.
// Pure: time is an argument. A share of the requests, and a few a second where there are few, so that an outage adds a
// bounded part to the load and never multiplies it (as Finagle's retry budgets do).

import Runtime
import Synchronization

/// The one budget of all origins, which any thread may use: hedges and retries take from it, and who asks an origin in the place
/// of a disk.
final class SharedRetryBudget: Sendable {
    private let budget = Lock(RetryBudget(at: .now))

    /// A request is asked for the first time.
    func earn() { budget.withLock { $0.earn() } }

    /// Whether one more request may be asked; takes its token.
    func spend(at now: Instant) -> Bool { budget.withLock { $0.spend(at: now) } }
}

/// The tokens for extra requests.
struct RetryBudget: Equatable {
    /// What each request adds: a tenth, so that at most a tenth more is asked.
    static let share = 0.1
    /// What a second adds.
    static let aSecond = 10.0
    /// The most that is kept for later.
    static let most = 100.0

    private var tokens = Self.aSecond
    private var filledAt: Instant

    init(at now: Instant) {
        filledAt = now
    }

    /// A request is asked for the first time.
    mutating func earn() {
        tokens = min(tokens + Self.share, Self.most)
    }

    /// Whether one more request may be asked; takes its token.
    mutating func spend(at now: Instant) -> Bool {
        if now > filledAt {
            tokens = min(tokens + Self.aSecond * (now - filledAt).seconds, Self.most)
            filledAt = now
        }
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
