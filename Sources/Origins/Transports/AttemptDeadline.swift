// Value. The deadline of one attempt, which moves often, and the timer that waits for it, which need not move with it: the timers
// of the engine keep their entries until these are due. Pure. Invariant: at most one entry counts, and it is never later than the
// deadline.

import Runtime

/// When an attempt has taken too long.
struct AttemptDeadline {
    /// What a timer means that has fired.
    enum Firing: Equatable {
        /// The deadline was cleared, or another timer counts.
        case nothing
        /// The deadline has moved: set a timer for it.
        case later(Instant)
        case due
    }

    private var deadline: Instant?
    private var timer: Instant?

    /// Sets or moves the deadline.
    ///
    /// - Returns: Whether it needs a new timer.
    mutating func set(_ deadline: Instant) -> Bool {
        self.deadline = deadline
        if let timer, timer <= deadline { return false }
        timer = deadline
        return true
    }

    mutating func clear() {
        deadline = nil
    }

    mutating func fired(_ time: Instant, at now: Instant) -> Firing {
        guard timer == time else { return .nothing }
        timer = nil
        guard let deadline else { return .nothing }
        guard deadline <= now else {
            timer = deadline
            return .later(deadline)
        }
        self.deadline = nil
        return .due
    }
}
