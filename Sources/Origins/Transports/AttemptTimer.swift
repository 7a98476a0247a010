// Confined to the origin thread. The deadline of one attempt, and the engine's timer for it.

import Runtime

struct AttemptTimer {
    private let attempt: UInt64
    private let engine: Engine
    private var deadline = AttemptDeadline()

    init(_ attempt: UInt64, _ engine: Engine) { (self.attempt, self.engine) = (attempt, engine) }

    /// Sets or moves the deadline.
    mutating func set(_ time: Instant) {
        if deadline.set(time) { engine.schedule(.attempt(attempt), at: time) }
    }

    mutating func clear() { deadline.clear() }

    /// The engine's timer has fired.
    ///
    /// - Returns: Whether the deadline has come.
    mutating func fired(_ time: Instant) -> Bool {
        switch deadline.fired(time, at: engine.now) {
        case .nothing: return false
        case .later(let moved):
            engine.schedule(.attempt(attempt), at: moved)
            return false
        case .due: return true
        }
    }
}

@available(*, unavailable)
extension AttemptTimer: Sendable {}  // lives on the origin thread
