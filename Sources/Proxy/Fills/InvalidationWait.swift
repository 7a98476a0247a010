// Shared. Rules on their way to the disk, and what is done then: the client gets its response only after that, so that it is
// not served the old picture again, not even after a crash.

import NIOCore
import Runtime
import Store
import Synchronization

final class InvalidationWait: Sendable {
    /// The longest wait: a slow disk delays no response beyond this.
    static let patience = Duration.milliseconds(250)

    private struct State {
        var left: Int
        var isDurable = true
        var isCounted = false
        var then: (@Sendable () -> Void)?
    }

    private let state: Lock<State>
    private let counters: Counters

    /// Waits for a number of rules, none included.
    init(_ count: Int, _ counters: Counters) {
        state = Lock(State(left: count))
        self.counters = counters
    }

    /// Does something once: when all rules are over, or when the wait is.
    func then(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.left > 0 { state.then = body }
            return state.left == 0
        }
        if isNow { body() }
    }

    /// A rule has been swept, and is on the disk or cannot be written there now.
    func isOver(durably: Bool) {
        end { state in
            state.left = max(0, state.left - 1)
            state.isDurable = state.isDurable && durably
        }
    }

    /// Waits no longer.
    func giveUp() {
        end { state in
            guard state.left > 0 else { return }
            state.left = 0
            state.isDurable = false
        }
    }

    private func end(_ change: (inout State) -> Void) {
        let (body, isLate) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
            change(&state)
            guard state.left == 0 else { return (nil, false) }
            let isLate = !state.isDurable && !state.isCounted
            if isLate { state.isCounted = true }
            defer { state.then = nil }
            return (state.then, isLate)
        }
        if isLate { counters.add(.limitInvalidations) }
        body?()
    }
}
