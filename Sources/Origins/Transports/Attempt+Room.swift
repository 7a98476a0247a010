// Confined to the origin thread. What an attempt reports of its receiver's pace: others may wait for its connection.

import Runtime

extension Attempt {
    /// Its receiver takes nothing for now.
    func noteHeldUp() {
        guard !state.hasEnded else { return }
        pool.beginHoldUp(of: id, at: engine.now)
        engine.wantRoom(at: pool)
    }

    /// Its receiver takes bytes again.
    func noteFlow() { pool.endHoldUp(of: id) }
}
